"""Patches of Nodes in the state that no longer say what the cluster says.

Pulumi compares with its own state, so it does not see that a label was turned off; and letting go of a patch whose Node
has left makes an empty Node of that name (reference/pulumi.md 1.2, measured). Reading just these patches anew mends
both: the next plan puts the label back, and a patch without a Node leaves the state without a word to the cluster. What
an earlier version's dead run holds of a label would keep it alive after a `destroy`, so that ends here, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from operations.live import snapshot
from operations.standing import path_of
from operations.writing import WritableCluster
from underlay.errors import OperatorError
from underlay.managers import node_released
from underlay.names import EXTERNAL_GATEWAY_LABEL
from underlay.stackfile import load_stack

_PATCH: Final = "kubernetes:core/v1:NodePatch"


class StalePatch(NamedTuple):
    """A patch in the state, and what is different in the cluster."""

    urn: str
    why: str


def stale_patches(root: Path, name: str, deployment: Mapping[str, Any], *, writes: bool) -> tuple[StalePatch, ...]:
    """Patches of Nodes that have left, or whose gateway label is off; none where the cluster says nothing.

    What is wrong with the settings or the cluster is not said here: the run itself does.

    Args:
        root: the project.
        name: of the stack.
        deployment: its state.
        writes: whether the run that follows may write; only then dead runs lose what they hold of a label.
    """
    patches = {str(one["id"]): one for one in deployment.get("resources") or () if one["type"] == _PATCH}
    if not patches:
        return ()
    try:
        settings = load_stack(root, name)[0].settings.cluster
        with WritableCluster.of(root, settings) as cluster:
            if settings.uid is not None and cluster.uid() != settings.uid:
                return ()
            nodes = snapshot(cluster, ("Node",)).get("Node", {})
            for node in nodes.keys() & patches.keys() if writes else ():
                holder = str((patches[node].get("outputs") or {}).get("__fieldManager", ""))
                if holder and (patch := node_released(nodes[node], holder)):
                    cluster.patch(path_of("Node", nodes[node]), patch, holder)  # a loser of the race tries next time
    except OperatorError:
        return ()
    found = []
    for node, one in patches.items():
        urn = str(one["urn"])
        value = ((nodes.get(node, {}).get("metadata") or {}).get("labels") or {}).get(EXTERNAL_GATEWAY_LABEL)
        if node not in nodes:
            found.append(StalePatch(urn, f"node {node} has left the cluster; its label leaves the state"))
        elif value != "true":
            found.append(StalePatch(urn, f"node {node}: label {EXTERNAL_GATEWAY_LABEL} is {value!r} in the cluster"))
    return tuple(found)
