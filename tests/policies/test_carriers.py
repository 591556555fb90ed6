"""The pack reads what a release and a resource of another provider carry."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from kmetal_network.facts.unknown import UNKNOWN
from policies.pack import judgement
from policies.rendered_resources import rendered
from tests.policies.rendering import external

POOL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: hidden, namespace: kmetal-metallb}
spec: {addresses: [77.220.68.100/32]}
"""
KMETAL = "oci://ghcr.io/clastix/oci/kmetal"
TUNNEL = {"kubeOvn": {"tunnelInterface": "data.205"}}


def resource(resource_type: str, props: dict[str, Any], name: str = "one") -> Any:
    return SimpleNamespace(resource_type=resource_type, props=props, urn=f"urn:pulumi:dev::p::{resource_type}::{name}")


def release(values: object, chart: str = KMETAL, **more: object) -> Any:
    props = {"name": "r", "namespace": "n", "chart": chart, "values": values, **more}
    return resource("kubernetes:helm.sh/v3:Release", props)


def broken(*resources: Any) -> set[str]:
    block = resource("kubernetes:kubeovn.io/v1:Subnet", external(), "external")
    return {finding.rule for finding in judgement(rendered((block, *resources)), {}).findings}


@pytest.mark.parametrize("values", [{}, {"network": {"flannel": {"enabled": True}}}, {"network": {"kubeOvn": None}}])
def test_a_release_of_kmetal_without_the_tunnel_nic_is_refused(values: dict[str, Any]) -> None:
    assert broken(release(values)) == {"NET-702"}
    assert broken(release({**values, "network": TUNNEL})) == set()


def test_another_charts_release_is_not_held_to_kmetals_values() -> None:
    assert broken(release({"network": "testnet", "metallb": True}, "oci://charts.example/ledger")) == set()
    assert broken(release({"network": {"flannel": {"enabled": True}}}, "oci://charts.example/ledger")) == set()


def test_manifests_in_the_values_of_a_release_are_judged_and_not_asked_for_twice() -> None:
    names = {"IPAddressPool.metallb.io/metallb.io/v1beta1": ["kmetal-metallb/hidden"]}
    chart = "oci://charts.example/raw"
    assert broken(release({"templates": [POOL]}, chart)) == {"NET-201"}
    harmless = POOL.replace("77.220.68.100", "172.21.204.200")
    assert broken(release({"templates": [harmless]}, chart, resourceNames=names)) == set()
    assert broken(release({}, chart, resourceNames=names)) == {"NET-201"}


def test_a_manifest_in_a_resource_of_a_bridged_provider_is_judged() -> None:
    assert broken(resource("kubectl:index/manifest:Manifest", {"yamlBody": POOL})) == {"NET-201"}
    assert broken(resource("kubectl:index/manifest:Manifest", {"yamlBody": "kind: A"})) == set()
    assert broken(resource("random:index/id:RandomId", {"byteLength": 8, "hex": UNKNOWN})) == set()


def test_what_a_component_tells_of_its_children_is_not_judged_twice() -> None:
    reported = {
        "children": [{"apiVersion": "metallb.io/v1beta1", "kind": "IPAddressPool", "spec": {"addresses": ["::/0"]}}]
    }
    assert broken(resource("acme:network:Pools", reported)) == set()
