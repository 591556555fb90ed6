"""Nodes that only Kube-OVN names are to stand in the settings before ours are forced."""

from __future__ import annotations

from collections.abc import Mapping

from kmetal_network.manifests.provider import provider_nic
from operations.preflight.check import Preflight
from operations.preflight.checks.added_nodes import CHECK
from tests.operations.preflight.checks.named_nodes import named
from tests.operations.preflight.platform import node
from tests.support.fake_cluster import FakeCluster

PREFIX = "provider.provider-network.kubernetes.io"


def added(**nodes: Mapping[str, str]) -> list[str]:
    settings = named()
    body = provider_nic(settings.settings.provider, "dev").body
    entries = [{"interface": "bond1", "nodes": ["w2", "w3", "w4"]}]
    live = {**body, "spec": {**body["spec"], "excludeNodes": ["c1", "c9"], "customInterfaces": entries}}
    cluster = FakeCluster(ProviderNetwork=[live], Node=[node(name, **given) for name, given in nodes.items()])
    return [str(one) for one in CHECK.findings(Preflight(environment=settings, view=cluster.view))]


def test_a_node_that_kube_ovn_put_in_by_its_annotation_is_to_stand_in_the_settings_before_ours_is_forced() -> None:
    assert added(c9={}, w4={}) == [], "who took them out of the file takes them out of the list"

    excluded, own = added(c9={f"{PREFIX}/exclude": "true"}, w4={f"{PREFIX}/interface": "bond1"})
    assert "network.excludeNodes: Kube-OVN has put node c9 in, since it carries" in excluded
    assert f"{PREFIX}/exclude, and an up would take it out; write c9 here, too, or" in excluded
    assert "network.customInterfaces: Kube-OVN has put node w4 in" in own
