"""Pieces of Markdown that no value can break out of: cells, code, tables, folded parts, fences."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

VALUE_LENGTH: Final = 120
"""Characters of a value in a table or a diff; the run's artifact has all of it."""

_RUNS: Final = re.compile(r"`+")


def plain(text: str) -> str:
    """One line of text that is nothing but text: no HTML, no mention, no column, no link."""
    flat = " ".join(text.split())
    for sign, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("|", "\\|"), ("@", "&#64;")):
        flat = flat.replace(sign, written)
    return flat.replace("[", "\\[").replace("]", "\\]")


def code(text: str) -> str:
    """A name or a value as code; a backtick in it needs a longer fence."""
    flat = " ".join(str(text).split()).replace("|", "\\|") or " "
    longest = max((len(run) for run in _RUNS.findall(flat)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if longest else ""
    return f"{fence}{padding}{flat}{padding}{fence}"


def shown(value: Any) -> str:
    """A value in one line, shortened."""
    if isinstance(value, Mapping) and "expression" in value:  # of an admission policy; it follows from the settings
        named = f" of {value['name']}" if "name" in value else ""
        return f"an expression{named}, {len(str(value['expression']))} characters"
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    flat = " ".join(text.split())
    return flat if len(flat) <= VALUE_LENGTH else f"{flat[:VALUE_LENGTH]}..."


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def folded(title: str, body: str) -> str:
    """A part that a reader unfolds."""
    return f"<details><summary>{plain(title)}</summary>\n\n{body}\n</details>"


def fenced(body: str, language: str = "") -> str:
    """A block of code, in a fence that is longer than any in it."""
    longest = max((len(run) for run in _RUNS.findall(body)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{body}\n{fence}"
