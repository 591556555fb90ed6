"""`make bench`: first `up`, second `up` and preview for growing environments, compared with a plain apply of the same objects.

Everything happens in one temporary directory with control planes of its own; the user's sandbox is not touched. With
all its sizes and the engine's own settings it writes its figures into docs/benchmarks.md.
Exit code 0: growth is under the limit. 1: it is not. 2: something failed.
"""

from __future__ import annotations

import os
import sys
import tempfile
from enum import StrEnum
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from kmetal_network.errors import OperatorError
from sandbox.environment import prepare
from sandbox.progress import say
from sandbox.storage import CHECKOUT
from tests.bench.bench_preview import preview_share
from tests.bench.figures.page import write_page
from tests.bench.figures.report import SIZES, Report
from tests.bench.size import Bench, plain_tool

_JUDGING: Final = ("tests.bench.bench_laws", "tests.bench.bench_repeats")
_WIDTH: Final = 120


class Output(StrEnum):
    """For whom to print."""

    TEXT = "text"
    JSON = "json"


def bench(
    tenants: Annotated[
        list[int] | None, typer.Option(help="Sizes to measure; may be repeated.", min=1, max=1000)
    ] = None,
    engine: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="A setting of the engine's.")] = None,
    output: Annotated[Output, typer.Option("--output", help="Form of the report.")] = Output.TEXT,
) -> None:
    """Measure a stack's runs, compared with `kubectl apply --server-side` of the same objects."""
    settings = dict(map(_setting, engine or ()))
    load, processors = os.getloadavg()[0], os.cpu_count() or 1
    with tempfile.TemporaryDirectory(prefix="kmetal-bench-") as scratch:
        directory = Path(scratch)
        prepare(directory)
        place = Bench(directory, settings, say)
        sizes = [place.size(number) for number in sorted(set(tenants or SIZES))]
        share = preview_share(directory)
    say(str(share))
    report = Report(sizes, version("pulumi-kubernetes"), plain_tool(), settings, load, processors, share)
    failed = not report.passed()
    if output is Output.JSON:
        sys.stdout.write(report.as_json() + "\n")
    else:
        # Nine columns; where no one's terminal sets the width, they shall not be cut at 80 characters.
        Console(width=None if sys.stdout.isatty() else _WIDTH).print(report.table())
        failed |= _judging()
    say(report.verdict())
    if not (tenants or engine):  # the whole, as everybody measures it
        write_page(CHECKOUT / "docs", report)
    raise typer.Exit(int(failed))


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise OperatorError(f"--engine {text}: no value; write NAME=VALUE, PULUMI_SKIP_CHECKPOINTS=true for one")
    return name, value


def _judging() -> bool:
    """The benchmarks of judging alone, which need no cluster; True where one failed."""
    failed = [bool(find_spec(name) and import_module(name).main()) for name in _JUDGING]  # both are to be run
    return any(failed)


def main() -> None:
    """Run; what an operator has to put right is said without a traceback."""
    try:
        typer.run(bench)
    except OperatorError as error:
        say(str(error))
        sys.exit(2)


if __name__ == "__main__":
    main()
