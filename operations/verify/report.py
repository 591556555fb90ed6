"""A verification as a table, as one HTML file, and as JSON."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from html import escape as html
from io import StringIO
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

_STYLE: Final = """<style>
body {font-family: system-ui, sans-serif; margin: 2em auto; max-width: 1100px; padding: 0 1em}
h1 {font-size: 1.6em} h2 {font-size: 1.2em; margin-top: 2em}
figure {margin: 1em 0} figure svg {display: block; margin: auto; max-width: 100%; height: auto}
pre {overflow-x: auto}
</style>"""


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
    console.print(f"{stack}: {_counts(found)}")


def _counts(found: Sequence[Check]) -> str:
    count = Counter(entry.verdict for entry in found)
    return (
        f"{count[Verdict.PASS]} pass, {count[Verdict.FAIL]} fail, {count[Verdict.WARN]} warn,"
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


def write_html(path: Path, stack: str, found: Sequence[Check], drawings: Mapping[str, str]) -> None:
    """One file that needs no other: the result in a sentence, pictures, then every check.

    Args:
        path: of the file.
        stack: name of the environment.
        found: what was checked.
        drawings: title to SVG.

    Raises:
        OperatorError: the disk is full, or the folder went away meanwhile.
    """
    try:
        path.write_text(_page(stack, found, drawings), encoding="utf-8")
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from None


def _page(stack: str, found: Sequence[Check], drawings: Mapping[str, str]) -> str:
    page = Console(record=True, width=_PAGE_WIDTH, file=StringIO())
    show(page, stack, found)
    figures = "".join(
        f"<h2>{html(title)}</h2><figure>{svg.partition('?>')[2] or svg}</figure>" for title, svg in drawings.items()
    )
    top = (
        f"{_STYLE}<h1>{html(stack)}: network verification</h1>"
        f"<p>{datetime.now(UTC):%Y-%m-%d %H:%M} UTC. <strong>{_sentence(found)}</strong> {_counts(found)}.</p>"
    )
    body = f"<body>{top}{figures}<h2>Every check</h2>"
    return page.export_html().replace("<body>", body, 1)


def _sentence(found: Sequence[Check]) -> str:
    """What a reader wants to know first."""
    failed = [html(entry.what) for entry in found if entry.verdict is Verdict.FAIL]
    warned = any(entry.verdict is Verdict.WARN for entry in found)
    if failed:
        return f"The network is not as it should be: {', '.join(failed)}."
    return "The network works, with warnings." if warned else "The network is as it should be."
