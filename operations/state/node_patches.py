"""Patches of Nodes in the state that no longer say what the cluster says.

Pulumi compares with its own state, so it does not see that a label was turned off; and letting go of a patch whose Node
has left makes an empty Node of that name (docs/evidence/provider.md#patch-resources). Reading just these patches anew
mends
both: the next plan puts the label back, and a patch without a Node leaves the state without a word to the cluster. What
an earlier version's dead run holds of a label would keep it alive after a `destroy`, so that ends here, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kmetal_network.live.ownership_transfer import node_released
from kmetal_network.live.values import Object
from kmetal_network.names import EXTERNAL_GATEWAY_LABEL
from operations.cluster.owned_objects import path_of
from operations.cluster.writing import WritableCluster


class StalePatch(NamedTuple):
    """A patch in the state, and what is different in the cluster."""

    urn: str
    why: str


def let_go(holders: Mapping[str, str], nodes: Mapping[str, Object], cluster: WritableCluster) -> None:
    """End what dead runs of an earlier version hold of the labels.

    Args:
        holders: the field manager of each patch in the state, by name of the Node.
        nodes: those of the cluster, by name.
        cluster: the cluster that they are on.
    """
    for node in nodes.keys() & holders.keys():
        if holders[node] and (patch := node_released(nodes[node], holders[node])):
            cluster.patch(path_of("Node", nodes[node]), patch, holders[node])  # a loser of the race tries next time


def stale_patches(patches: Mapping[str, str], nodes: Mapping[str, Object]) -> Iterator[StalePatch]:
    """Patches of Nodes that have left, or whose gateway label is off.

    Args:
        patches: those in the state, name of the Node to URN.
        nodes: those of the cluster, by name.
    """
    for node, urn in patches.items():
        value = ((nodes.get(node, {}).get("metadata") or {}).get("labels") or {}).get(EXTERNAL_GATEWAY_LABEL)
        if node not in nodes:
            yield StalePatch(urn, f"node {node} has left the cluster; its label leaves the state")
        elif value != "true":
            yield StalePatch(urn, f"node {node}: label {EXTERNAL_GATEWAY_LABEL} is {value!r} in the cluster")
