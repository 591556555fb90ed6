"""Patches of Nodes in the state that no longer say what the cluster says.

Pulumi compares with its own state, so it does not see that a label was turned off; and letting go of a patch whose Node
has left makes an empty Node of that name (reference/pulumi.md 1.2, measured). Reading just these patches anew mends
both: the next plan puts the label back, and a patch without a Node leaves the state without a word to the cluster.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from typing import NamedTuple

from operations.live import LiveCluster, snapshot
from underlay.names import EXTERNAL_GATEWAY_LABEL

LOOKED_AT: ContextVar[bool] = ContextVar("LOOKED_AT", default=False)
"""Whether the program runs in a run that has looked for such patches first; under plain `pulumi` nobody has."""


class StalePatch(NamedTuple):
    """A patch in the state, and what is different in the cluster."""

    urn: str
    why: str


def stale_patches(patches: Mapping[str, str], cluster: LiveCluster) -> Iterator[StalePatch]:
    """Patches of Nodes that have left, or whose gateway label is off.

    Args:
        patches: those in the state, name of the Node to URN.
        cluster: the cluster that they are on.
    """
    nodes = snapshot(cluster, ("Node",)).get("Node", {}) if patches else {}
    for node, urn in patches.items():
        value = ((nodes.get(node, {}).get("metadata") or {}).get("labels") or {}).get(EXTERNAL_GATEWAY_LABEL)
        if node not in nodes:
            yield StalePatch(urn, f"node {node} has left the cluster; its label leaves the state")
        elif value != "true":
            yield StalePatch(urn, f"node {node}: label {EXTERNAL_GATEWAY_LABEL} is {value!r} in the cluster")
