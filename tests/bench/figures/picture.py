"""Growth curves of one benchmark as SVG: both axes logarithmic, so what is linear is a line of one slope.

Background transparent, colours of middle lightness: readable on a light page and on a dark one.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

import matplotlib as mpl
from matplotlib.figure import Figure

from tests.bench.size import Run, Size

_GREY: Final = "#808080"
_COLOURS: Final = ("#d1495b", "#2e86ab", "#3a9d5d", "#c98a00", "#8e6bbf")


def growth_picture(sizes: Sequence[Size]) -> str:
    """Seconds by tenants: the stack's three runs, and the plain apply and dry run of the same objects."""
    tenants = [size.tenants for size in sizes]
    curves = {run.value: [size.stack[run].seconds for size in sizes] for run in Run}
    curves["plain apply"] = [size.plain[Run.FIRST].seconds for size in sizes]
    curves["plain dry run"] = [size.plain[Run.PREVIEW].seconds for size in sizes]
    sink = io.StringIO()
    settings = mpl.rc_context(
        {
            "svg.fonttype": "none",  # text stays text
            "svg.hashsalt": "growth",  # else the names in the file are others each time
            "text.color": _GREY,
            "axes.edgecolor": _GREY,
            "axes.labelcolor": _GREY,
            "xtick.color": _GREY,
            "ytick.color": _GREY,
            "grid.color": _GREY,
            "grid.alpha": 0.3,
            "font.family": "sans-serif",
        }
    )
    with settings:
        figure = Figure(figsize=(9, 4.8), layout="constrained")
        axes = figure.add_subplot()
        for colour, (title, seconds) in zip(_COLOURS, curves.items(), strict=True):
            axes.plot(tenants, seconds, marker="o", color=colour, label=title)
        axes.set(xscale="log", yscale="log", xlabel="tenants", ylabel="seconds")
        axes.set_xticks(tenants, labels=[str(number) for number in tenants])
        axes.minorticks_off()
        axes.yaxis.set_major_formatter("{x:g}")
        axes.grid()
        axes.legend(frameon=False)
        figure.savefig(sink, format="svg", transparent=True, metadata={"Date": None})
    return sink.getvalue()
