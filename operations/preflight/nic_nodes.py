"""Nodes that the provider network names: those that are not there, and those that Kube-OVN put in by itself.

Kube-OVN edits `excludeNodes` and `customInterfaces`: it takes a node out that leaves, and puts one in that carries its
annotation (docs/evidence/kube-ovn.md#rewrites). Our list is applied by force, so what it put in is to stand in the
settings
first: a node that is excluded no longer loses its NIC to the bridge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import Finding, Severity
from kmetal_network.finding_codes.codes import NODE
from operations.cluster.live import COLLECTIONS, LiveCluster
from operations.cluster.owned_objects import OwnedObject

_ANNOTATIONS: Final = {"excludeNodes": "exclude", "customInterfaces": "interface"}


def absent_nodes(environment: Environment, cluster: LiveCluster) -> Iterator[Finding]:
    """Nodes that are named and are not in the cluster: decommissioned, yet to come, or misspelt."""
    for key, node in environment.settings.provider.network.named_nodes():
        if _node(cluster, node) is None:
            yield Finding(
                place=environment.place(("provider", "network", key)),
                problem=f"node {node} is not in the cluster",
                remedy="take it out, or correct the name; one that is yet to come may stay",
                rule=NODE,
                severity=Severity.WARNING,
            )


def added_nodes(environment: Environment, cluster: LiveCluster, there: Iterable[OwnedObject]) -> Iterator[Finding]:
    """Nodes that Kube-OVN has put into a list on account of their annotation, and that the settings do not name."""
    network = environment.settings.provider.network
    live = next((one.live for one in there if one.manifest.kind == "ProviderNetwork"), None)
    for key, node in _listed(live or {}):
        annotation = f"{network.name}.provider-network.kubernetes.io/{_ANNOTATIONS[key]}"
        if (key, node) in network.named_nodes():
            continue
        metadata = (_node(cluster, node) or {}).get("metadata") or {}
        if annotation in (metadata.get("annotations") or {}):
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


def _node(cluster: LiveCluster, name: str) -> Mapping[str, Any] | None:
    return cluster.get(f"{COLLECTIONS['Node']}/{name}")
