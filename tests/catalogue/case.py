"""What a case is: a good network, edited for one cause, and by hand what every door that sees the cause has to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from tests.network import Edit, Network, good

Expected: TypeAlias = tuple[tuple[str, str], ...]
"""Rule and place of every finding, sorted."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One row of the table."""

    rule: str
    title: str
    edits: tuple[Edit, ...]
    expected: Expected
    """Every finding; none where the case passes at the edge of its law."""

    def network(self) -> Network:
        """The edited network."""
        network = good()
        for edit in self.edits:
            edit(network)
        return network

    def __str__(self) -> str:
        """For a test's name."""
        return f"{self.rule} {self.title}"


def passes(rule: str, title: str, *edits: Edit) -> Case:
    """A network at the edge of the law, on the right side."""
    return Case(rule=rule, title=title, edits=edits, expected=())


def breaks(rule: str, title: str, *edits: Edit, at: str | tuple[str, ...], also: Expected = ()) -> Case:
    """A network on the wrong side.

    Args:
        rule: the law.
        title: the cause, in words.
        edits: the one cause.
        at: where the law is broken.
        also: findings of other laws that the same cause can't avoid.
    """
    places = (at,) if isinstance(at, str) else at
    expected = tuple(sorted([*((rule, place) for place in places), *also]))
    return Case(rule=rule, title=title, edits=edits, expected=expected)
