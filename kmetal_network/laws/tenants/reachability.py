"""Reachability: paths are open or closed as the settings expect."""

from __future__ import annotations

from collections.abc import Iterator

from kmetal_network.facts.model import Facts
from kmetal_network.laws.model import Breach, Law
from kmetal_network.reach.expectations import unmet


def _unmet(facts: Facts) -> Iterator[Breach]:
    for wanted, said in unmet(facts):
        yield Breach(
            wanted.place,
            f"expect[{wanted.source} to {wanted.target}] {said}",
            f"mend what decides it, or the expectation ({wanted.reason})",
        )


LAWS = (
    Law(
        id="NET-434",
        title="Each path is open or closed as the settings expect",
        why="Policies, routes and translations decide isolation together. A change of one of them opens a path that"
        " no one checks.",
        fix="Mend the object that the finding names, or the entry of `expect`.",
        reference="docs/reach.md",
        judge=_unmet,
    ),
)
"""What is not known contradicts no expectation."""
