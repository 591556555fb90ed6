"""Nodes that Kube-OVN has put into a list of the provider network, and that the settings do not name.

Kube-OVN edits `excludeNodes` and `customInterfaces`: it takes a node out that leaves, and puts one in that carries its
annotation (docs/evidence/kube-ovn.md#rewrites). Our list is applied by force, so what it put in is to stand in the
settings first: a node that is excluded no longer loses its NIC to the bridge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kmetal_network.errors import Finding
from kmetal_network.finding_codes.codes import NODE
from operations.cluster.fields import at
from operations.preflight.check import Preflight, PreflightCheck

_ANNOTATIONS: Final = {"excludeNodes": "exclude", "customInterfaces": "interface"}


def _added_nodes(preflight: Preflight) -> Iterator[Finding]:
    """Only where the node's annotation is the reason."""
    environment, nodes = preflight.environment, preflight.view.objects("Node")
    network = environment.settings.provider.network
    live = next((one.live for one in preflight.owned if one.manifest.kind == "ProviderNetwork"), None)
    for key, node in _listed(live or {}):
        annotation = f"{network.name}.provider-network.kubernetes.io/{_ANNOTATIONS[key]}"
        if (key, node) in network.named_nodes():
            continue
        if annotation in (at(nodes.get(node), "metadata", "annotations") or {}):
            yield Finding(
                place=environment.place(("provider", "network", key)),
                problem=f"Kube-OVN has put node {node} in, since it carries {annotation}, and an up would take it out",
                remedy=f"write {node} here, too, or take the annotation off and {node} out of the ProviderNetwork",
                rule=NODE,
            )


def _listed(live: Mapping[str, Any]) -> list[tuple[str, str]]:
    spec = live.get("spec") or {}
    excluded = [("excludeNodes", str(node)) for node in spec.get("excludeNodes") or ()]
    entries = spec.get("customInterfaces") or ()
    return excluded + [("customInterfaces", str(node)) for entry in entries for node in entry.get("nodes") or ()]


CHECK: Final = PreflightCheck(
    title="The settings name the nodes that Kube-OVN added to the provider network",
    findings=_added_nodes,
    kinds=("Node",),
    owned=True,
)
