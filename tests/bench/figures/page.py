"""Writes a benchmark's figures into docs/benchmarks.md, between two marks, and its picture next to it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from kmetal_network.errors import OperatorError
from tests.bench.figures.picture import growth_picture
from tests.bench.figures.report import Report
from tests.bench.size import Run, Size

BEGIN: Final = "<!-- make bench writes from here -->"
END: Final = "<!-- to here -->"
PICTURE: Final = "benchmarks.svg"


def write_page(docs: Path, report: Report) -> None:
    """Replace the figures of before.

    Raises:
        OperatorError: the page has not both marks.
    """
    page = docs / "benchmarks.md"
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise OperatorError(f"{page}: no place for the figures; write {BEGIN} and {END}, each on a line of its own")
    page.write_text(f"{before}{BEGIN}\n\n{figures(report)}\n\n{END}{after}", encoding="utf-8")
    (docs / PICTURE).write_text(growth_picture(report.sizes), encoding="utf-8")


def figures(report: Report) -> str:
    """Table, picture and verdict as Markdown."""
    head = ("tenants, objects", *Run, "second `up` compared with a dry run", "memory together, MiB")
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|", *map(_row, report.sizes)]
    day = datetime.now(UTC).strftime("%-d %B %Y")
    busy = ". The machine was busy: ratios hold roughly, seconds do not" if report.busy() else ""
    intro = (
        f"Measured on {day}, provider {report.provider}, {report.processors} processors, load {report.load:.1f} before"
        f"{busy}. After each time: how many times the plain apply ({report.plain}) of the same objects takes."
    )
    picture = f"![Seconds by number of tenants]({PICTURE})"
    verdict = "\n".join(f"- {line}." for line in report.verdict().splitlines())
    return "\n\n".join((intro, "\n".join(lines), picture, verdict))


def _row(size: Size) -> str:
    runs = (f"{size.stack[run].seconds:.1f} s, {size.ratio(run):.1f} times" for run in Run)
    cells = (f"{size.tenants}, {size.objects}", *runs, f"{size.second_beside_dry_run():.1f} times")
    return f"| {' | '.join((*cells, f'{size.together() / 1024:.0f}'))} |"
