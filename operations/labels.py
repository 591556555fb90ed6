"""Patches of Nodes in the state that no longer say what the cluster says.

Pulumi compares with its own state, so it does not see that a label was turned off; and letting go of a patch whose Node
has left makes an empty Node of that name (reference/pulumi.md 1.2, measured). Reading just these patches anew mends
both: the next plan puts the label back, and a patch without a Node leaves the state without a word to the cluster.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from operations.live import LiveCluster, snapshot
from underlay.errors import OperatorError
from underlay.names import EXTERNAL_GATEWAY_LABEL
from underlay.stackfile import load_stack

_PATCH: Final = "kubernetes:core/v1:NodePatch"


class StalePatch(NamedTuple):
    """A patch in the state, and what is different in the cluster."""

    urn: str
    why: str


def stale_patches(root: Path, name: str, deployment: Mapping[str, Any]) -> tuple[StalePatch, ...]:
    """Patches of Nodes that have left, or whose gateway label is off; none where the cluster says nothing.

    What is wrong with the settings or the cluster is not said here: the run itself does.
    """
    patches = {str(one["id"]): str(one["urn"]) for one in deployment.get("resources") or () if one["type"] == _PATCH}
    if not patches:
        return ()
    try:
        settings = load_stack(root, name)[0].settings.cluster
        with LiveCluster.of(root, settings) as cluster:
            if settings.uid is not None and cluster.uid() != settings.uid:
                return ()
            nodes = snapshot(cluster, ("Node",)).get("Node", {})
    except OperatorError:
        return ()
    found = []
    for node, urn in patches.items():
        value = ((nodes.get(node, {}).get("metadata") or {}).get("labels") or {}).get(EXTERNAL_GATEWAY_LABEL)
        if node not in nodes:
            found.append(StalePatch(urn, f"node {node} has left the cluster; its label leaves the state"))
        elif value != "true":
            found.append(StalePatch(urn, f"node {node}: label {EXTERNAL_GATEWAY_LABEL} is {value!r} in the cluster"))
    return tuple(found)
