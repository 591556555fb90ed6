"""A verification as a table, as one HTML file, and as JSON."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kmetal_network.errors import OperatorError, printable_lines
from operations.verify.checks import Check, Verdict

_MARKS: Final = {
    Verdict.PASS: "[green]pass[/]",
    Verdict.FAIL: "[red]FAIL[/]",
    Verdict.WARN: "[yellow]warn[/]",
    Verdict.UNSEEN: "[dim]unseen[/]",
}
_PAGE_WIDTH: Final = 112
"""Characters in a line of the HTML page."""

_STYLE: Final = "<style>figure {margin: 1em 0; max-width: 1100px} figure svg {width: 100%; height: auto}</style>"


def as_json(found: Sequence[Check]) -> str:
    """For machines."""
    return json.dumps([asdict(check) for check in found], indent=2)


def show(console: Console, stack: str, found: Sequence[Check]) -> None:
    """For people: a line for each check, then the count."""
    table = Table()
    for title in ("layer", "what", "", "seen, and what to do"):
        table.add_column(title, overflow="fold")  # a name is never cut off, however narrow the terminal
    for entry in found:
        wrong = entry.verdict in (Verdict.FAIL, Verdict.WARN)
        remedy = f"\n[yellow]-> {_shown(entry.remedy)}[/]" if wrong and entry.remedy else ""
        table.add_row(entry.layer, _shown(entry.what), _MARKS[entry.verdict], _shown(entry.seen) + remedy)
    console.print(table)
    count = Counter(entry.verdict for entry in found)
    console.print(
        f"{stack}: {count[Verdict.PASS]} pass, {count[Verdict.FAIL]} fail, {count[Verdict.WARN]} warn,"
        f" {count[Verdict.UNSEEN]} not checked"
    )


def _shown(text: str) -> str:
    """A text as it is written: no markup of Rich's, no character that a terminal obeys."""
    return escape(printable_lines(text))


def make_sure_of_page(path: Path) -> None:
    """That a page can be written there, before a check that takes a while.

    Raises:
        OperatorError: no such folder, a folder itself, or not for this user to write.
    """
    folder = path.parent
    if not folder.is_dir():
        raise _unwritable(path, f"there is no folder {folder}")
    if path.is_dir():
        raise _unwritable(path, "it is a folder")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise _unwritable(path, "this user may not write there")


def _unwritable(path: Path, why: str) -> OperatorError:
    return OperatorError(f"--html {path}: {why}; name a file in a folder that is there and that you may write to")


def write_html(path: Path, stack: str, found: Sequence[Check], drawings: Sequence[str] = ()) -> None:
    """One file that needs no other: drawings first, then what was checked.

    Raises:
        OperatorError: the disk is full, or the folder went away meanwhile.
    """
    try:
        _write_html(path, stack, found, drawings)
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from None


def _write_html(path: Path, stack: str, found: Sequence[Check], drawings: Sequence[str]) -> None:
    with path.open("w", encoding="utf-8") as sink:
        page = Console(record=True, width=_PAGE_WIDTH, file=sink)
        page.print(f"[bold]{stack}[/]: network verification, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC", highlight=False)
        show(page, stack, found)
        sink.seek(0)
        sink.truncate()
        figures = "".join(f"<figure>{drawing.partition('?>')[2] or drawing}</figure>" for drawing in drawings)
        sink.write(page.export_html().replace("<body>", f"<body>{_STYLE}{figures}", 1))
