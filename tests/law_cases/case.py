"""A case: a good network with one edit, and the expected findings of every enforcement point that sees it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from kmetal_network.errors import Finding, Severity
from kmetal_network.laws.registry import BY_ID
from tests.support.network.edits import Edit
from tests.support.network.good import Network, good

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
    warned: bool = False
    """Whether the fact that decides is not in sight, so that a law of errors warns."""

    def network(self) -> Network:
        """The edited network."""
        network = good()
        for edit in self.edits:
            edit(network)
        return network

    def severity_is(self, findings: Iterable[Finding]) -> bool:
        """Whether the findings of its law are warnings where they should be, and nowhere else."""
        warned = self.warned or BY_ID[self.rule].severity is Severity.WARNING
        found = {finding.severity is Severity.WARNING for finding in findings if finding.rule == self.rule}
        return found <= {warned}

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
        title: the cause, as text.
        edits: the one cause.
        at: where the law is broken.
        also: findings of other laws that the same cause can't avoid.
    """
    places = (at,) if isinstance(at, str) else at
    expected = tuple(sorted([*((rule, place) for place in places), *also]))
    return Case(rule=rule, title=title, edits=edits, expected=expected)


def warns(rule: str, title: str, *edits: Edit, at: str | tuple[str, ...], also: Expected = ()) -> Case:
    """A network in which the fact that decides is not in sight: a warning, whatever the law's severity."""
    return replace(breaks(rule, title, *edits, at=at, also=also), warned=True)
