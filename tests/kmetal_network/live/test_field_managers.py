"""Who holds our fields: one name for each stack and set of fixed values, and how earlier names give up theirs."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from kmetal_network.config.stackfile import load_stack
from kmetal_network.live.field_managers import is_ours, manager_of
from kmetal_network.live.ownership_transfer import differing_fixed_fields, node_released, ownership_transfer
from kmetal_network.manifests.inventory import owned_manifests
from kmetal_network.manifests.replacement import FIXED
from tests.support.stack_project import ROOT

DEV = {one.role: one.body for one in owned_manifests(load_stack(ROOT, "dev")[0].settings, "dev")}
VPC, SUBNET = DEV["vpc"], DEV["subnet-dev"]
LABELLED = {"f:metadata": {"f:labels": {"f:kmetal-network/stack": {}}}}
GATEWAY = "f:ovn.kubernetes.io/external-gw"


def entry(manager: str, fields: dict[str, Any] | None = None, operation: str = "Apply", **rest: str) -> dict[str, Any]:
    return {"manager": manager, "operation": operation, "fieldsV1": {**LABELLED, **(fields or {})}, **rest}


def live(body: dict[str, Any], *entries: dict[str, Any]) -> dict[str, Any]:
    item = deepcopy(body)
    item["metadata"] |= {"resourceVersion": "7", "managedFields": list(entries)}
    return item


def kept(patch: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a patch leaves in managedFields of the object that was read, and of no other."""
    assert patch[0] == {"op": "test", "path": "/metadata/resourceVersion", "value": "7"}
    assert (patch[1]["op"], patch[1]["path"], len(patch)) == ("replace", "/metadata/managedFields", 2)
    found: list[dict[str, Any]] = patch[1]["value"]
    return found


def test_a_field_that_only_a_replacement_may_change_is_part_of_the_name_and_no_other_is() -> None:
    assert manager_of(VPC, "dev") == "kmetal-network-dev"
    name = manager_of(SUBNET, "dev")
    assert name.startswith("kmetal-network-dev-")
    assert len(name) == len("kmetal-network-dev-") + 8
    for field, value, same in (("cidrBlock", "10.9.0.0/24", False), ("vpc", "beta-vpc", False), ("mtu", 1300, True)):
        changed = {**SUBNET, "spec": {**SUBNET["spec"], field: value}}
        assert (manager_of(changed, "dev") == name) is same, field
    assert {body["kind"] for body in DEV.values() if manager_of(body, "dev") != "kmetal-network-dev"} == set(FIXED) - {
        "OvnEip"
    }


def test_names_that_the_provider_made_up_and_names_of_ours_are_ours() -> None:
    names = ("pulumi-kubernetes-1a2b3c4d", "kmetal-network-dev", "pulumi-kubernetes", "helm", "kube-ovn-controller")
    assert [is_ours(name) for name in names] == [True, True, False, False, False]


def test_earlier_names_hand_over_all_that_they_hold_and_nobody_else_does() -> None:
    controller = entry("kube-ovn-controller", operation="Update")
    foreign = {**entry("pulumi-kubernetes-ffffffff"), "fieldsV1": {"f:spec": {"f:acls": {}}}}
    item = live(
        VPC,
        entry("pulumi-kubernetes-1a2b3c4d", {"f:spec": {"f:policyRoutes": {}}}),
        controller,
        entry("pulumi-kubernetes-0c2abe47", {"f:spec": {"f:staticRoutes": {}}}),
        foreign,
    )

    assert kept(ownership_transfer(VPC, item, "dev")) == [
        controller,
        foreign,
        entry("kmetal-network-dev", {"f:spec": {"f:policyRoutes": {}, "f:staticRoutes": {}}}),
    ]


def test_there_is_one_entry_of_todays_name_also_where_it_holds_something_already() -> None:
    own = entry("kmetal-network-dev", {"f:spec": {"f:namespaces": {}}})
    earlier = entry("pulumi-kubernetes-1a2b3c4d", {"f:spec": {"f:policyRoutes": {}}})

    [merged] = kept(ownership_transfer(VPC, live(VPC, earlier, own), "dev"))

    assert merged == entry("kmetal-network-dev", {"f:spec": {"f:namespaces": {}, "f:policyRoutes": {}}})
    assert ownership_transfer(VPC, live(VPC, own), "dev") == []


def test_an_object_that_is_to_be_replaced_is_left_to_whom_it_has() -> None:
    item = live(SUBNET, entry("pulumi-kubernetes-1a2b3c4d"))
    assert kept(ownership_transfer(SUBNET, item, "dev")) == [entry(manager_of(SUBNET, "dev"))]

    item["spec"]["cidrBlock"] = "10.9.0.0/24"
    assert differing_fixed_fields(SUBNET, item) == {"spec.cidrBlock": "10.9.0.0/24"}
    assert ownership_transfer(SUBNET, item, "dev") == []


def test_what_a_controller_adds_to_a_fixed_spec_is_no_other_value() -> None:
    rule = DEV["snat-dev"]
    item = {**rule, "spec": {**rule["spec"], "v4IpCidr": "", "vpc": ""}}
    assert differing_fixed_fields(rule, item) == {}


def test_of_a_node_only_a_made_up_name_that_holds_our_patch_and_nothing_more_lets_go() -> None:
    patch = {"f:metadata": {"f:annotations": {"f:pulumi.com/patchForce": {}}, "f:labels": {GATEWAY: {}}}}
    more = {"f:metadata": {"f:labels": {GATEWAY: {}, "f:rack": {}}}}
    dead, holder = entry("pulumi-kubernetes-1a2b3c4d", patch), entry("pulumi-kubernetes-0c2abe47", patch)
    others = [entry("kubelet", more, "Update"), entry("pulumi-kubernetes-ffffffff", more), entry("helm", patch)]
    node = live({"kind": "Node", "metadata": {"name": "w1"}}, dead, holder, *others)

    assert kept(node_released(node, "pulumi-kubernetes-0c2abe47")) == [holder, *others]
    assert node_released(live({"kind": "Node", "metadata": {}}, holder, *others), "pulumi-kubernetes-0c2abe47") == []
