"""The lock file's text: one line for each block and address of the supplies, sorted, the free ones too.

A line has a place of its own whoever takes it. So two branches that take the same block or address change the same
line, and git reports a conflict. Two that take different ones change different lines, and git merges them, except
next to each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from kmetal_network.allocation.model import FREE, Entry, Key, Lock, State, Supply, extent, order
from kmetal_network.allocation.supplies import unlisted
from kmetal_network.config.settings_files import TENANTS
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.finding_codes.codes import LOCK

HEAD: Final = """\
# Who has which block and address. Written by `kmetal-network allocate`: do not edit it by hand.
# Each has a line of its own, so git reports a conflict where two branches take the same one.
"""

_LINE: Final = re.compile(
    rf"(?P<text>[0-9./]+) (?:{FREE}|(?P<state>{'|'.join(State)}) (?P<owners>[-a-z0-9/,]+) (?P<day>[0-9-]{{10}})"
    r"(?: until (?P<until>[0-9-]{10}))?)"
)
_CONFLICT: Final = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")


def lock_file(stack: str) -> str:
    """The path of an environment's lock file, below the project."""
    return f"{TENANTS}/{stack}/allocations.lock"


def render(lock: Lock, offered: Mapping[Supply, tuple[str, ...]]) -> str:
    """The text of a lock file.

    Args:
        lock: who has what.
        offered: every piece of each supply.
    """
    parts = [HEAD]
    for supply in Supply:
        entries = lock.of(supply)
        texts = sorted((*entries, *unlisted(offered, lock, supply)), key=order)
        if texts:
            parts.append(f"\n{supply}\n" + "".join(f"{text} {_said(entries.get(text))}\n" for text in texts))
    return "".join(parts)


def _said(entry: Entry | None) -> str:
    if entry is None:
        return FREE
    until = f" until {entry.until}" if entry.until else ""
    return f"{entry.state} {','.join(entry.owners)} {entry.day}{until}"


def parse(text: str, path: str) -> Lock:
    """Read a lock file.

    Raises:
        OperatorError: lines that are none of it, or that name something twice; all at once.
    """
    findings: list[Finding] = []
    entries: dict[Key, Entry] = {}
    seen: dict[Key, int] = {}
    supply: Supply | None = None
    for number, line in _lines(text):
        if line in list(Supply):
            supply = Supply(line)
            continue
        try:
            written, entry = _entry(line)
        except ValueError as error:
            findings.append(_finding(f"{path}:{number}", str(error)))
            continue
        if supply is None:
            findings.append(_finding(f"{path}:{number}", f"{line!r} is under no supply"))
        elif (supply, written) in seen:
            problem = f"{written} of {supply} is written twice, first on line {seen[supply, written]}"
            findings.append(_finding(f"{path}:{number}", problem))
        else:
            seen[supply, written] = number
            if entry is not None:
                entries[supply, written] = entry
    if findings:
        raise OperatorError(findings)
    return Lock(entries=entries)


def line_numbers(text: str) -> dict[tuple[str, str], int]:
    """The line on which each block or address of each supply stands."""
    found: dict[tuple[str, str], int] = {}
    supply = ""
    for number, line in _lines(text):
        if line in list(Supply):
            supply = line
        else:
            found.setdefault((supply, line.partition(" ")[0]), number)
    return found


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that say something, by their numbers."""
    for number, line in enumerate(text.splitlines(), 1):
        if line and not line.startswith("#"):
            yield number, line


def _entry(line: str) -> tuple[str, Entry | None]:
    """The block or address of a line and who has it.

    Raises:
        ValueError: it is no line of a lock file.
    """
    if line.startswith(_CONFLICT):
        raise ValueError("a merge conflict is not resolved")
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"{line!r} is no line of a lock file")
    extent(match["text"])
    if match["state"] is None:
        return match["text"], None
    until = date.fromisoformat(match["until"]) if match["until"] else None
    if (until is None) is (match["state"] == State.RELEASED):
        raise ValueError(f"{line!r} has a last day although it is not released, or has none")
    owners = tuple(match["owners"].split(","))
    return match["text"], Entry(
        state=State(match["state"]), owners=owners, day=date.fromisoformat(match["day"]), until=until
    )


def _finding(place: str, problem: str) -> Finding:
    remedy = "take the file of the main branch, then run `kmetal-network allocate` again for what your branch adds"
    return Finding(place=place, problem=problem, remedy=remedy, rule=LOCK)
