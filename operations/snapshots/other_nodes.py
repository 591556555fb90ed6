"""Nodes of the other environments, as their snapshots have them: `verify` compares them with the live nodes.

The settings hold no node's addresses, and a verification reads one cluster. So only snapshots show whether two
environments share a node.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from kmetal_network.config.settings_files import environment_names
from kmetal_network.config.stackfile import load_environments
from kmetal_network.facts.model import Facts
from kmetal_network.facts.reader import facts_of
from operations.snapshots.recorded import FRESH, Snapshot, parsed, place_of
from operations.verify.checks import RecordedNodes


def other_nodes(root: Path, stack: str, now: datetime) -> tuple[RecordedNodes, ...]:
    """The nodes of each other environment of the project that has a snapshot with nodes, of the cluster it names.

    Raises:
        OperatorError: a file is no snapshot.
    """
    snapshots = dict(_snapshots(root, stack))
    environments = load_environments(root)[0] if snapshots else {}
    found = []
    for name, snapshot in snapshots.items():
        other = environments.get(name)
        uid = other.settings.cluster.uid if other else None
        nodes = _nodes(name, snapshot)
        if nodes.nodes and uid in (None, snapshot.cluster):
            day = snapshot.taken.astimezone(UTC).date()
            age = now.astimezone(UTC).date() - day
            found.append(RecordedNodes(environment=name, day=day, old=age > FRESH, facts=nodes))
    return tuple(found)


def _snapshots(root: Path, stack: str) -> Iterator[tuple[str, Snapshot]]:
    for name in environment_names(root):
        place = place_of(name)
        if name != stack and (root / place).is_file():
            yield name, parsed((root / place).read_bytes(), str(place))


def _nodes(name: str, snapshot: Snapshot) -> Facts:
    """Its nodes; a place says which file has them."""
    facts = facts_of({"apiVersion": "v1", "kind": "Node", **item} for item in snapshot.objects.get("Node", ()))
    return Facts(nodes=tuple(replace(node, place=f"{place_of(name)}: {node.place}") for node in facts.nodes))
