"""What a changed setting touches, and what it leaves alone."""

from __future__ import annotations

import pytest

from tests.life_cycle.live_project import STACK, Project, said, wait_until

pytestmark = pytest.mark.sandbox

LABEL = "ovn.kubernetes.io/external-gw"


@pytest.mark.network_applied("beta")
def test_settings_that_may_change_in_place_update_their_object_and_no_other(project: Project) -> None:
    uids = {key: item["metadata"]["uid"] for key, item in project.objects().items()}

    project.tenants[0]["drop"] = ["10.16.0.0/16"]
    project.section("provider")["external"]["excludeIps"].append("77.220.68.120..77.220.68.125")
    project.section("metallb")["pools"][0]["addresses"] = ["172.21.204.200-172.21.204.251"]
    project.save()
    outcome = project.must("up")

    assert said(outcome.steps) == {
        ("update", "alpha-vpc"),
        ("update", "provider-network-external"),
        ("update", "metallb-pool-tenant-cp-pool"),
    }
    assert {key: item["metadata"]["uid"] for key, item in project.objects().items()} == uids
    drops = [route["match"] for route in project.look("Vpc", "alpha-vpc")["spec"]["policyRoutes"]]
    assert drops == ["ip4.dst == 77.220.68.96/27", "ip4.dst == 10.16.0.0/16"]
    assert project.look("Subnet", "external")["spec"]["excludeIps"] == [
        "77.220.68.120..77.220.68.125",
        "77.220.68.127",
        "77.220.68.96",
        "77.220.68.97",
    ]
    again = project.must("preview", refresh=True)
    assert again.changes == {}


@pytest.mark.network_applied("beta")
def test_a_changed_block_replaces_its_subnet_and_the_snat_rule_of_it_and_nothing_else(project: Project) -> None:
    project.tenants[0]["clusters"].append({"name": "two", "cidrBlock": "10.100.1.0/24"})
    project.save()
    project.must("up")
    before = {key: item["metadata"]["uid"] for key, item in project.objects().items()}

    project.tenants[0]["clusters"][0] = {"name": "dev", "cidrBlock": "10.100.8.0/24"}
    project.save()
    outcome = project.must("up")

    replaced = {step.name for step in outcome.steps}
    assert replaced == {"alpha-subnet-dev", "alpha-snat-dev"}
    order = [(step.operation, step.name) for step in outcome.steps if step.operation != "replace"]
    assert order == [
        ("delete-replaced", "alpha-snat-dev"),
        ("delete-replaced", "alpha-subnet-dev"),
        ("create-replacement", "alpha-subnet-dev"),
        ("create-replacement", "alpha-snat-dev"),
    ]
    after = {key: item["metadata"]["uid"] for key, item in project.objects().items()}
    assert after.keys() == before.keys()
    assert {key for key in after if after[key] != before[key]} == {
        "Subnet alpha-dev-subnet",
        "OvnSnatRule alpha-snat-dev",
    }
    assert project.look("OvnSnatRule", "alpha-snat-dev")["status"]["v4IpCidr"] == "10.100.8.0/24"
    assert project.must("preview", refresh=True).changes == {}


@pytest.mark.network_applied
def test_a_gateway_label_that_was_turned_off_is_put_back_by_the_next_up_and_a_node_that_left_stays_away(
    project: Project,
) -> None:
    project.merge("Node", "w1", {"metadata": {"labels": {LABEL: "false"}}})

    planned = project.must("preview")
    assert said(planned.steps) == {("update", "provider-network-gateway-w1")}
    assert f"node w1: label {LABEL} is 'false' in the cluster" in planned.advice
    project.must("up")
    assert {name: project.look("Node", name)["metadata"]["labels"][LABEL] for name in ("w1", "w2")} == {
        "w1": "true",
        "w2": "true",
    }

    project.api.request("DELETE", "/api/v1/nodes/w2")
    wait_until(lambda: "w2" not in _ready_nodes(project), "the provider network to forget w2")
    planned = project.must("preview")
    assert [text for text in planned.advice if "node w2 is not in the cluster" in text]
    assert planned.changes == {"update": 1}, "the provider network no longer waits for w2"
    assert project.must("up").changes == {"update": 1}
    assert project.must("preview", refresh=True).changes == {}
    project.section("provider")["gatewayNodes"].remove("w2")
    project.save()
    last = project.must("up")
    assert (said(last.steps), last.changes) == (set(), {})
    assert "Node w2" not in project.objects("Node")


@pytest.mark.network_applied
def test_a_node_that_left_after_the_last_up_is_not_made_again_by_a_destroy(project: Project) -> None:
    project.api.request("DELETE", "/api/v1/nodes/w2")

    project.must("destroy")

    assert sorted(project.objects("Node")) == ["Node c1", "Node w1"]
    assert LABEL not in project.look("Node", "w1")["metadata"]["labels"]


@pytest.mark.without_admission
def test_an_excluded_node_that_leaves_the_cluster_is_in_nobodys_way(project: Project) -> None:
    project.api.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "c2"}})
    network = project.section("provider")["network"]
    network["excludeNodes"] = ["c1", "c2"]
    project.save()
    project.must("up")

    project.api.request("DELETE", "/api/v1/nodes/c2")
    wait_until(lambda: _excluded(project) == ["c1"], "Kube-OVN to take c2 out of the list")
    reported = project.command("drift", STACK)
    printed, _ = reported.communicate()
    assert "kube-ovn-controller" in printed
    assert "it left the cluster: take c2 out of excludeNodes in Pulumi.dev.yaml, or if it is to come back:" in printed
    planned = project.must("preview")
    assert planned.changes == {}
    assert [
        text for text in planned.advice if "network.excludeNodes: node c2 is not in the cluster; take it out" in text
    ]

    project.section("provider")["gatewayNodes"].remove("w2")  # another wait for the same object
    network["excludeNodes"].append("w2")
    project.save()
    project.must("up")
    assert _excluded(project) == ["c1", "c2", "w2"], "what is written stands, for a node that comes back"

    network["excludeNodes"] = ["c1"]
    project.save()
    assert said(project.must("up").steps) == {("update", "provider-network-nic")}
    assert _excluded(project) == ["c1"]
    assert project.must("preview", refresh=True).changes == {}


def _excluded(project: Project) -> list[str]:
    return project.look("ProviderNetwork", "provider")["spec"].get("excludeNodes") or []


def _ready_nodes(project: Project) -> list[str]:
    return project.look("ProviderNetwork", "provider")["status"].get("readyNodes") or []
