"""Verdicts and changes for machines: what `kmetal-network reach --output json` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kmetal_network.reach.difference import Change
from kmetal_network.reach.places import Place
from kmetal_network.reach.table import Row, Table
from kmetal_network.reach.verdict import Verdict


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict; `place` is where its object was read."""
    return {
        "verdict": verdict.outcome.value,
        "closed": verdict.closed,
        "sourceAs": verdict.source_as,
        "destinationAs": verdict.destination_as,
        "ports": verdict.ports or None,
        "object": f"{verdict.decider.kind} {verdict.decider.name}".strip(),
        "field": verdict.decider.field,
        "priority": verdict.decider.priority,
        "text": verdict.decider.text,
        "place": verdict.decider.place,
        "why": verdict.why or None,
    }


def row_json(found: Table, row: Row, wanted: Sequence[Place]) -> Mapping[str, Any]:
    """A source with its verdicts, by class of destinations."""
    said = {
        place.value: [
            {"addresses": (found.part(place, stretch) or stretch).canonical(), **verdict_json(verdict)}
            for stretch, verdict in row.verdicts(place)
        ]
        for place in wanted
        if place in row.cells
    }
    return {"from": row.name, "vpc": row.vpc or None, "to": said}


def change_json(change: Change) -> dict[str, Any]:
    """A path that opens or closes."""
    return {
        "way": change.way,
        "from": list(change.sources),
        "to": change.place.value,
        "addresses": change.stretch.canonical(),
        "direction": change.direction.value,
        "isolation": change.isolates,
        "before": verdict_json(change.before) if change.before else None,
        "after": verdict_json(change.after) if change.after else None,
    }
