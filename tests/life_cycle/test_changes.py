"""What a changed setting touches, and what it leaves alone."""

from __future__ import annotations

import pytest

from tests.life_cycle.project import Project, said

pytestmark = pytest.mark.sandbox

LABEL = "ovn.kubernetes.io/external-gw"


def test_settings_that_may_change_in_place_update_their_object_and_no_other(project: Project) -> None:
    project.add_beta()
    project.must("up")
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


def test_a_changed_block_replaces_its_subnet_and_the_snat_rule_of_it_and_nothing_else(project: Project) -> None:
    project.add_beta()
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


def test_a_gateway_label_that_was_turned_off_is_seen_by_a_refresh_and_put_back(project: Project) -> None:
    project.must("up")
    project.merge("Node", "w1", {"metadata": {"labels": {LABEL: "false"}}})

    assert project.must("preview").changes == {}, "Pulumi looks at the cluster only when told to"
    planned = project.must("preview", refresh=True)
    assert said(planned.steps) == {("update", "provider-network-gateway-w1")}
    project.must("up", refresh=True)

    assert project.look("Node", "w1")["metadata"]["labels"][LABEL] == "true"
    assert project.look("Node", "w2")["metadata"]["labels"][LABEL] == "true"
