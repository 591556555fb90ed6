"""Twelve networks by hand: outcome, deciding object and translation of each path."""

from __future__ import annotations

import pytest

from kmetal_network.addresses import Span
from kmetal_network.facts.reader import facts_of
from kmetal_network.reach.packets.paths import Paths
from kmetal_network.reach.packets.steps import Piece
from kmetal_network.reach.topology.build import network
from tests.kmetal_network.reach.hand import Hand
from tests.kmetal_network.reach.networks import HANDS


@pytest.mark.parametrize("hand", HANDS, ids=str)
def test_every_path_ends_where_an_engineer_says_and_names_who_decides(hand: Hand) -> None:
    built = network(facts_of(hand.bodies, whole=True))
    paths = Paths(built)

    said = []
    for path in hand.paths:
        own, to = Span.parse(path.own), Span.parse(path.to)
        found: list[Piece] = (
            paths.from_subnet(built.by_name[path.source], own, to)
            if path.source
            else paths.from_outside("external", own, to)
        )
        verdicts = [piece.verdict for piece in found if piece.verdict.ports in ("", f"tcp {path.port}")]
        verdict = next((each for each in verdicts if each.ports), verdicts[0])
        decider = verdict.decider
        priority = "" if decider.priority is None else f" {decider.priority}"
        said.append((path.to, verdict.outcome, f"{decider.kind} {decider.name}{priority}", verdict.source_as))

    assert said == [(path.to, path.outcome, path.by, path.source_as) for path in hand.paths]
