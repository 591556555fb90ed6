"""What counts as drift, on objects written by hand as the real controllers leave them.

Evidence: docs/evidence/kube-ovn.md#rewrites.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kmetal_network.config.stackfile import load_stack
from kmetal_network.live.diff import Drift, DriftKind, differing
from kmetal_network.live.managed_fields import Writer
from kmetal_network.live.undeclared import undeclared
from kmetal_network.manifests.inventory import owned_manifests
from tests.support.stack_project import ROOT

SETTINGS = load_stack(ROOT, "dev")[0].settings
OURS = {"kmetal-network/stack": "dev"}
ALPHAS = {**OURS, "kmetal-network/tenant": "alpha"}
ZEROES = {"default": False, "enableLb": True, "gatewayNode": "", "natOutgoing": False, "private": False}
CONTROLLER = "kube-ovn-controller"

Objects = dict[str, dict[str, dict[str, Any]]]


def _object(name: str, spec: dict[str, Any], wait: str = "", **labels: str) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": name, "finalizers": [f"kubeovn.io/{CONTROLLER}"], "managedFields": []}
    metadata["labels"] = {key.replace("__", "/").replace("_", "."): value for key, value in labels.items()}
    if wait:
        metadata["annotations"] = {"pulumi.com/waitFor": wait, "ovn.kubernetes.io/vpc_nat": "x"}
    return {"metadata": metadata, "spec": spec, "status": {"anything": True}}


def _labelled(item: dict[str, Any], labels: dict[str, str]) -> dict[str, Any]:
    item["metadata"]["labels"].update(labels)
    return item


@pytest.fixture
def live() -> Objects:
    """The guide's Subnets, Vpcs, SNAT rule, EIP and gateway nodes, with all that the controller adds."""
    external = {
        "cidrBlock": "77.220.68.96/27",
        "excludeIps": ["77.220.68.127", "77.220.68.96", "77.220.68.97"],
        "gateway": "77.220.68.97",
        "gatewayType": "distributed",
        "protocol": "IPv4",
        "provider": "ovn",
        "u2oFeatures": {},
        "vlan": "vlan222",
        "vpc": "ovn-cluster",
        **ZEROES,
    }
    workers = {
        "cidrBlock": "10.100.0.0/24",
        "excludeIps": ["10.100.0.1"],
        "gateway": "10.100.0.1",
        "namespaces": ["alpha"],
        "protocol": "IPv4",
        "provider": "alpha-dev-net.alpha.ovn",
        "u2oFeatures": {},
        "vpc": "alpha-vpc",
        **ZEROES,
    }
    route = {"bfdId": "", "cidr": "0.0.0.0/0", "ecmpMode": "", "nextHopIP": "77.220.68.97", "routeTable": ""}
    vpc = {
        "enableExternal": True,
        "namespaces": ["alpha"],
        "policyRoutes": [
            {"action": "drop", "match": "ip4.dst == 77.220.68.96/27", "priority": 1500, "nextHopIP": ""},
        ],
        "staticRoutes": [{**route, "policy": "policyDst"}],
    }
    reason = "jsonpath={.status.conditions[?@.type=='Ready'].reason}=ResetLogicalSwitchAclSuccess"
    switch_wait = f'["condition=Ready", "{reason}"]'
    snat_wait = '["jsonpath={.status.ready}=true", "jsonpath={.status.v4IpCidr}=10.100.0.0/24"]'
    snat = {"ovnEip": "alpha-vpc-external", "vpcSubnet": "alpha-dev-subnet"}
    eip = {"externalSubnet": "external", "type": "lrp", "v4Ip": "77.220.68.100", "v6Ip": "", "macAddress": "1a:d3"}
    nodes = {
        name: _labelled(_object(name, {}), {"kubernetes.io/hostname": name, "ovn.kubernetes.io/external-gw": "true"})
        for name in ("w1", "w2")
    }
    return {
        "Subnet": {
            "external": _labelled(_object("external", external, "condition=Ready"), OURS),
            "alpha-dev-subnet": _labelled(_object("alpha-dev-subnet", workers, switch_wait), ALPHAS),
            "ovn-default": _object("ovn-default", {"cidrBlock": "10.16.0.0/16", "vpc": "ovn-cluster"}),
            "join": _object("join", {"cidrBlock": "100.64.0.0/16", "vpc": "ovn-cluster"}),
        },
        "Vpc": {
            "alpha-vpc": _labelled(_object("alpha-vpc", vpc, "jsonpath={.status.enableExternal}=true"), ALPHAS),
            "ovn-cluster": _object("ovn-cluster", {"extraExternalSubnets": ["external"]}),
        },
        "OvnSnatRule": {"alpha-snat-dev": _labelled(_object("alpha-snat-dev", snat, snat_wait), ALPHAS)},
        "OvnEip": {"alpha-vpc-external": _object("alpha-vpc-external", eip)},
        "Node": {"c1": _object("c1", {}), **nodes},
    }


def _report(live: Objects) -> list[Drift]:
    return [*differing(SETTINGS, "dev", live), *undeclared(SETTINGS, "dev", {"dev", "staging"}, live)]


def _written(item: dict[str, Any], manager: str, *path: str) -> None:
    """An Update of one field by a manager, as the API server records it."""
    fields: dict[str, Any] = {}
    for step in reversed(path):
        fields = {f"f:{step}": fields}
    entry = {"manager": manager, "operation": "Update", "time": "2026-11-24T20:00:00Z", "fieldsV1": fields}
    item["metadata"]["managedFields"].append(entry)


def _brief(live: Objects) -> list[tuple[DriftKind, str, str, str]]:
    return [(entry.way, entry.object, entry.seen, entry.who) for entry in _report(live)]


def test_what_the_controllers_add_to_the_guides_objects_is_no_drift(live: Objects) -> None:
    assert _report(live) == []


def test_a_changed_field_is_reported_with_who_and_when_and_the_latest_other_writer_is_named(live: Objects) -> None:
    subnet = live["Subnet"]["alpha-dev-subnet"]
    subnet["spec"]["gateway"] = "10.100.0.9"
    _written(subnet, "pulumi-kubernetes-8aeb82c6", "spec", "gateway")
    _written(subnet, "kubectl-edit", "spec", "gateway")

    assert _report(live) == [
        Drift(
            way=DriftKind.CHANGED,
            object="Subnet alpha-dev-subnet",
            field="spec.gateway",
            wanted="10.100.0.1",
            live="10.100.0.9",
            by=Writer("kubectl-edit", "Update", "2026-11-24T20:00:00Z"),
            remedy="kmetal-network up dev --refresh",
        )
    ]


def test_an_appended_element_counts_and_its_remedy_is_not_a_refresh_which_would_not_see_it(live: Objects) -> None:
    subnet = live["Subnet"]["external"]
    subnet["spec"]["excludeIps"].append("77.220.68.98")
    _written(subnet, "kubectl-patch", "spec", "excludeIps")

    [found] = _report(live)

    assert found.seen == "spec.excludeIps: 77.220.68.98 added"
    assert found.who == "kubectl-patch (Update) 2026-11-24T20:00:00Z"
    assert found.remedy == (
        "kubectl edit Subnet external: take the added out (no refresh sees it), or write it into Pulumi.dev.yaml"
    )


def test_a_list_is_compared_by_order_and_by_the_content_of_its_elements(live: Objects) -> None:
    vpc = live["Vpc"]["alpha-vpc"]["spec"]
    vpc["policyRoutes"][0]["match"] = "ip4.dst = 77.220.68.96/27"
    vpc["staticRoutes"][0]["bfdId"] = "b"
    live["Subnet"]["external"]["spec"]["excludeIps"].reverse()

    assert [entry.seen for entry in _report(live)] == [
        "spec.excludeIps: another order, or repeated",
        (
            "spec.staticRoutes: {bfdId: b, cidr: 0.0.0.0/0, nextHopIP: 77.220.68.97, policy: policyDst} added;"
            " {cidr: 0.0.0.0/0, nextHopIP: 77.220.68.97, policy: policyDst} lost"
        ),
        (
            "spec.policyRoutes: {action: drop, match: ip4.dst = 77.220.68.96/27, priority: 1500} added;"
            " {priority: 1500, match: ip4.dst == 77.220.68.96/27, action: drop} lost"
        ),
    ]


def test_a_lost_patch_a_flipped_label_and_a_stripped_one_are_seen_each_with_its_own_cure(live: Objects) -> None:
    live["Vpc"]["ovn-cluster"]["spec"] = {}
    gateway = "ovn.kubernetes.io/external-gw"
    live["Node"]["w1"]["metadata"]["labels"][gateway] = "false"
    _written(live["Node"]["w1"], CONTROLLER, "metadata", "labels", gateway)
    del live["Vpc"]["alpha-vpc"]["metadata"]["labels"]["kmetal-network/stack"]

    assert [(entry.object, entry.seen, entry.who, entry.remedy) for entry in _report(live)] == [
        (
            "Vpc alpha-vpc",
            "metadata.labels[kmetal-network/stack]: dev is gone",
            "not on record",
            "kubectl label Vpc alpha-vpc kmetal-network/stack=dev",
        ),
        (
            "Vpc ovn-cluster",
            "spec.extraExternalSubnets: [external] is gone",
            "not on record",
            "kmetal-network up dev --refresh",
        ),
        (
            "Node w1",
            "metadata.labels[ovn.kubernetes.io/external-gw]: false instead of true",
            "kube-ovn-controller (Update) 2026-11-24T20:00:00Z",
            "kmetal-network up dev --refresh",
        ),
    ]


def test_missing_and_going_objects_and_gateways_that_nobody_listed_are_reported(live: Objects) -> None:
    del live["OvnSnatRule"]["alpha-snat-dev"]
    del live["Node"]["w2"]
    live["Subnet"]["alpha-dev-subnet"]["metadata"]["deletionTimestamp"] = "2026-11-24T20:00:00Z"
    live["Node"]["c1"]["metadata"]["labels"]["ovn.kubernetes.io/external-gw"] = "true"

    assert _brief(live) == [
        (
            DriftKind.GOING,
            "Subnet alpha-dev-subnet",
            "being deleted since 2026-11-24T20:00:00Z, held by kubeovn.io/kube-ovn-controller",
            "not on record",
        ),
        (DriftKind.MISSING, "OvnSnatRule alpha-snat-dev", "missing", ""),
        (DriftKind.MISSING, "Node w2", "missing", ""),
        (
            DriftKind.ROGUE,
            "Node c1",
            "a gateway that is not among gatewayNodes: new tenants may be anchored there",
            "not on record",
        ),
    ]


def test_orphans_are_ours_and_what_another_stack_claims_is_not_judged_here(live: Objects) -> None:
    gone = _labelled(copy.deepcopy(live["Vpc"]["alpha-vpc"]), {"kmetal-network/tenant": "beta"})
    live["Vpc"]["beta-vpc"] = gone
    live["Vpc"]["acme-vpc"] = _labelled(_object("acme-vpc", {}), {"kmetal-network/stack": "staging"})
    live["Vpc"]["odd-vpc"] = _labelled(_object("odd-vpc", {}), {"kmetal-network/stack": "nowhere"})

    assert [(entry.way, entry.object, entry.seen, entry.remedy) for entry in _report(live)] == [
        (
            DriftKind.LEFTOVER,
            "Vpc beta-vpc",
            "carries our label and is in no settings of dev",
            "kmetal-network offboard dev beta; if it stays, no state knows it: kubectl delete Vpc beta-vpc",
        ),
        (
            DriftKind.ROGUE,
            "Vpc odd-vpc",
            "claims stack 'nowhere', which has no file here",
            "kubectl delete Vpc odd-vpc, or bring it into the settings (kmetal-network adopt)",
        ),
    ]


def test_an_address_is_undeclared_unless_it_belongs_to_a_vpc_of_ours(live: Objects) -> None:
    def eip(name: str, kind: str = "nat", **labels: str) -> dict[str, Any]:
        return _object(name, {"externalSubnet": "external", "type": kind}, **labels)

    balancer = eip("lb-2")
    _written(balancer, "cloud-provider-ovn", "spec", "externalSubnet")
    live["OvnEip"] |= {
        "lb-1": eip("lb-1", ovn_kubernetes_io__vpc="alpha-vpc"),
        "lb-2": balancer,
        "lb-3": eip("lb-3"),
        "grabbed": eip("grabbed"),
        "port": eip("port", "lrp"),
    }
    live["OvnDnatRule"] = {"dnat-3": _object("dnat-3", {"ovnEip": "lb-3", "vpc": "alpha-vpc"})}

    assert [(entry.way, entry.object) for entry in _report(live)] == [
        (DriftKind.ROGUE, "OvnEip grabbed"),
        (DriftKind.ROGUE, "OvnEip port"),
    ]


def test_an_attachment_is_undeclared_where_it_reaches_kube_ovn_the_provider_nic_or_a_tenant(live: Objects) -> None:
    def attachment(namespace: str, config: str) -> dict[str, Any]:
        item = _object("net", {"config": config})
        item["metadata"]["namespace"] = namespace
        return item

    live["NetworkAttachmentDefinition"] = {
        "alpha/alpha-dev-net": _labelled(attachment("alpha", ""), {"kmetal-network/stack": "dev"}),
        "alpha/net": attachment("alpha", "{}"),
        "lab/net": attachment("lab", '{"plugins": [{"type": "macvlan", "master": "data.222"}]}'),
        "storage/net": attachment("storage", '{"type": "macvlan", "master": "data.300"}'),
        "vm/net": attachment("vm", '{"type": "kube-ovn"}'),
        "broken/net": attachment("broken", "not JSON"),
    }

    undeclared = [entry.object for entry in _report(live) if entry.way is DriftKind.ROGUE]
    assert undeclared == [f"NetworkAttachmentDefinition {key}" for key in ("alpha/net", "lab/net", "vm/net")]


def test_a_quantity_is_the_same_however_the_api_server_writes_it(live: Objects) -> None:
    prod = load_stack(ROOT, "prod")[0].settings
    hard = {
        "count/tenantcontrolplanes.kamaji.clastix.io": "10",
        "persistentvolumeclaims": "50",
        "requests.cpu": "100k",
        "requests.memory": "204800Mi",
        "services.loadbalancers": "2",
    }
    quota = _object("initech-quota", {"hard": hard})
    quota["metadata"]["labels"] = {"kmetal-network/stack": "prod", "kmetal-network/tenant": "initech"}
    live = {"ResourceQuota": {"tenant-initech/initech-quota": quota}}

    found = {entry.object: entry.seen for entry in differing(prod, "prod", live)}

    assert found == {
        "ResourceQuota tenant-initech/initech-quota": "spec.hard.requests.cpu: 100k instead of 100",
        "ResourceQuota tenant-umbrella/umbrella-quota": "missing",
    }


def test_a_field_that_another_program_holds_is_not_for_an_up_which_would_end_in_a_conflict(live: Objects) -> None:
    live["Subnet"]["external"]["spec"]["gatewayType"] = "centralized"
    _written(live["Subnet"]["external"], "argocd-controller", "spec", "gatewayType")

    assert [entry.remedy for entry in _report(live)] == [
        "keep argocd-controller from writing it, then kubectl edit Subnet external: no up overrules argocd-controller"
    ]


def test_a_node_that_left_the_lists_of_the_provider_network_is_to_leave_the_file_unless_it_comes_back(
    live: Objects,
) -> None:
    annotations = next(
        one.body["metadata"]["annotations"] for one in owned_manifests(SETTINGS, "dev") if one.kind == "ProviderNetwork"
    )
    network = _labelled(_object("provider", {"defaultInterface": "data.222"}), OURS)
    network["metadata"]["annotations"] = annotations
    live["ProviderNetwork"] = {"provider": network}
    _written(network, CONTROLLER, "spec", "excludeNodes")

    assert [(entry.seen, entry.remedy) for entry in _report(live)] == [
        ("spec.excludeNodes: [c1] is gone", "kmetal-network up dev --refresh")
    ]
    del live["Node"]["c1"]
    assert [entry.remedy for entry in _report(live)] == [
        (
            "it left the cluster: take c1 out of excludeNodes in Pulumi.dev.yaml, or if it is to come back: kmetal-network up dev"
            " --refresh"
        )
    ]
