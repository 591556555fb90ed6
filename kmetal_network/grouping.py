"""Groups findings that repeat: the first in full, the others by their places.

Findings are alike if the same law says the same of different names, addresses and numbers. So a thousand findings with
one cause are one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kmetal_network.errors import SENTENCE, Finding, bounded, printable

ALONE: Final = 3
"""So many findings that are alike are still shown one by one."""

PLACES: Final = 5
"""Places that are named; the rest are counted."""

_PLACE_LENGTH: Final = 120

_VARYING: Final = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|\([^()]*\)|\S*\d\S*")
"""What differs between findings of one cause: names in quotes, what is in brackets, words with a digit."""

_REPEATED: Final = re.compile(r"(?:\x00[ ,]*(?:and )?)+")
_WORDS: Final = 400
"""Characters of a problem that are compared."""


@dataclass(frozen=True, slots=True)
class Group:
    """Findings that are alike, sorted by place."""

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """The one that is shown in full."""
        return self.findings[0]

    @property
    def more(self) -> str:
        """Where the others are: `and 99 more alike: PLACE, PLACE and 97 more`; empty where there are none."""
        return _more([finding.place for finding in self.findings[1:]])

    def __str__(self) -> str:
        """The first finding's sentence, and the places of the others."""
        return f"{self.first} ({self.more})" if self.more else str(self.first)


def grouped(findings: Iterable[Finding]) -> tuple[Group, ...]:
    """Findings as groups, in the order of their first places."""
    kinds: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in sorted(findings):
        kinds.setdefault((finding.rule, finding.severity.value, _likeness(finding)), []).append(finding)
    groups = [
        Group(part)
        for alike in kinds.values()
        for part in ([tuple(alike)] if len(alike) > ALONE else [(finding,) for finding in alike])
    ]
    return tuple(sorted(groups, key=lambda group: group.first))


def grouped_texts(texts: Iterable[str]) -> Iterator[str]:
    """The same of findings that are known as `PLACE: PROBLEM; REMEDY [CODE]` alone; other texts as they are.

    In the order of the first of each kind.
    """
    kinds: dict[tuple[str, str], list[str]] = {}
    for text in texts:
        said = SENTENCE.fullmatch(text)
        kinds.setdefault((said["rule"], _without_varying(said["problem"])) if said else ("", text), []).append(text)
    for alike in kinds.values():
        if len(alike) > ALONE:
            yield f"{alike[0]} ({_more([text.partition(': ')[0] for text in alike[1:]])})"
        else:
            yield from alike


def _more(places: Sequence[str]) -> str:
    others = list(dict.fromkeys(places))
    if not others:
        return ""
    shown = ", ".join(printable(bounded(place, _PLACE_LENGTH)) for place in others[:PLACES])
    rest = f" and {len(others) - PLACES:,} more places" if len(others) > PLACES else ""
    return f"and {len(places):,} more alike: {shown}{rest}"


def _likeness(finding: Finding) -> str:
    """A finding's problem without what differs between findings of one cause."""
    return _without_varying(finding.problem)


def _without_varying(problem: str) -> str:
    return _REPEATED.sub("\x00", _VARYING.sub("\x00", problem[:_WORDS]))
