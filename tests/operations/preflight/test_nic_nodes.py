"""Nodes that the provider network names and the cluster has not, and nodes that only Kube-OVN names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from kmetal_network.config.sections.provider import CustomInterface
from kmetal_network.config.stackfile import Environment, load_stack
from kmetal_network.errors import Severity
from kmetal_network.manifests.provider import provider_nic
from operations.cluster.live import LiveCluster
from operations.cluster.owned_objects import OwnedObject
from operations.preflight.nic_nodes import absent_nodes, added_nodes
from tests.support.stack_project import ROOT

PREFIX = "provider.provider-network.kubernetes.io"


class Nodes:
    """A cluster with some Nodes, each with its annotations."""

    def __init__(self, **annotations: Mapping[str, str]) -> None:
        self.annotations = annotations

    def get(self, path: str) -> Mapping[str, Any] | None:
        """One Node."""
        name = path.removeprefix("/api/v1/nodes/")
        return {"metadata": {"annotations": self.annotations[name]}} if name in self.annotations else None


def environment() -> Environment:
    loaded, _ = load_stack(ROOT, "dev")
    own = (CustomInterface(interface="bond1", nodes=("w2", "w3")),)
    network = loaded.settings.provider.network.model_copy(
        update={"exclude_nodes": ("c1", "c2"), "custom_interfaces": own}
    )
    provider = loaded.settings.provider.model_copy(update={"network": network})
    return replace(loaded, settings=loaded.settings.model_copy(update={"provider": provider}))


def test_nodes_that_are_named_and_not_there_are_a_warning_since_they_may_be_yet_to_come() -> None:
    found = list(absent_nodes(environment(), cast("LiveCluster", Nodes(c1={}, w2={}))))

    assert [(one.place.rpartition(".")[2], one.problem, one.severity) for one in found] == [
        ("excludeNodes", "node c2 is not in the cluster", Severity.WARNING),
        ("customInterfaces", "node w3 is not in the cluster", Severity.WARNING),
    ]


def added(**nodes: Mapping[str, str]) -> list[str]:
    settings = environment()
    manifest = provider_nic(settings.settings.provider, "dev")
    entries = [{"interface": "bond1", "nodes": ["w2", "w3", "w4"]}]
    spec = {**manifest.body["spec"], "excludeNodes": ["c1", "c9"], "customInterfaces": entries}
    there = [OwnedObject(manifest, "provider", {**manifest.body, "spec": spec})]
    return [str(one) for one in added_nodes(settings, cast("LiveCluster", Nodes(**nodes)), there)]


def test_a_node_that_kube_ovn_put_in_by_its_annotation_is_to_stand_in_the_settings_before_ours_is_forced() -> None:
    assert added(c9={}, w4={}) == [], "who took them out of the file takes them out of the list"

    excluded, own = added(c9={f"{PREFIX}/exclude": "true"}, w4={f"{PREFIX}/interface": "bond1"})
    assert "network.excludeNodes: Kube-OVN has put node c9 in, since it carries" in excluded
    assert f"{PREFIX}/exclude, and an up would take it out; write c9 here, too, or" in excluded
    assert "network.customInterfaces: Kube-OVN has put node w4 in" in own
