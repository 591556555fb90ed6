"""What all verbs print with: tables for people, JSON for machines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from rich.console import Console
from rich.markup import escape

from kmetal_network.errors import printable_lines
from kmetal_network.grouping import grouped_texts

_LAW: Final = re.compile(r"\[(NET-\d+)\]$")
"""The law at the end of a finding's sentence."""

_NAME: Final = re.compile(r"\w+ '[^']*'")
"""The first name in it. The two are looked for apart: 900 notes in one expression take a tenth of a second."""

out = Console()
err = Console(stderr=True)


class Output(StrEnum):
    """Form of a report."""

    TEXT = "text"
    JSON = "json"


def marked(mark: str, text: str) -> None:
    """One line on the error stream, as it is written, behind a mark in Rich's markup."""
    err.print(f"{mark} {escape(printable_lines(text))}", soft_wrap=True, highlight=False, emoji=False)


def note(text: str) -> None:
    """One thing to know of."""
    marked("[yellow]note[/]", text)


class Notes:
    """Prints each of a command's notes once.

    Several sources report the same warning of a law: the settings by their line, the policy pack by the object, and
    each run again. It is one warning.
    """

    def __init__(self) -> None:
        self._printed: set[tuple[str, ...]] = set()

    def tell(self, *sources: Iterable[str]) -> None:
        """Print what neither an earlier source nor an earlier call has printed; what repeats is one note."""
        for texts in sources:
            news = {text: _subject(text) for text in texts}
            for text in grouped_texts(text for text, subject in news.items() if subject not in self._printed):
                note(text)
            self._printed.update(news.values())


def _subject(text: str) -> tuple[str, ...]:
    """Which law about which object; without a law the text itself."""
    law, name = _LAW.search(text), _NAME.search(text)
    return (name[0], law[1]) if law and name else (text,)
