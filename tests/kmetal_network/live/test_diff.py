"""What counts as drift, on objects written by hand as the real controllers leave them.

Evidence: docs/evidence/kube-ovn.md#rewrites.
"""

from __future__ import annotations

from kmetal_network.config.stackfile import load_stack
from kmetal_network.live.diff import differing
from kmetal_network.live.drift import Drift, DriftKind
from kmetal_network.live.managed_fields import Writer
from kmetal_network.manifests.inventory import owned_manifests
from tests.kmetal_network.live.by_hand import CONTROLLER, OURS, SETTINGS, Objects, labelled, made, report, written
from tests.support.stack_project import ROOT


def _brief(live: Objects) -> list[tuple[DriftKind, str, str, str]]:
    return [(entry.way, entry.object, entry.seen, entry.who) for entry in report(live)]


def test_what_the_controllers_add_to_the_guides_objects_is_no_drift(live: Objects) -> None:
    assert report(live) == []


def test_a_changed_field_is_reported_with_who_and_when_and_the_latest_other_writer_is_named(live: Objects) -> None:
    subnet = live["Subnet"]["alpha-dev-subnet"]
    subnet["spec"]["gateway"] = "10.100.0.9"
    written(subnet, "pulumi-kubernetes-8aeb82c6", "spec", "gateway")
    written(subnet, "kubectl-edit", "spec", "gateway")

    assert report(live) == [
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
    written(subnet, "kubectl-patch", "spec", "excludeIps")

    [found] = report(live)

    assert found.seen == "spec.excludeIps: 77.220.68.98 added"
    assert found.who == "kubectl-patch (Update) 2026-11-24T20:00:00Z"
    assert found.remedy == (
        "kubectl edit Subnet external: take the added out (no refresh sees it), or write it into Pulumi.dev.yaml"
    )


def test_the_remedy_names_the_file_of_a_tenant_that_has_one_of_its_own(live: Objects) -> None:
    live["Vpc"]["alpha-vpc"]["spec"]["policyRoutes"].append({"priority": 1, "match": "ip4", "action": "allow"})

    [found] = differing(SETTINGS, "dev", live, {"alpha": "tenants/dev/alpha.yaml", "beta": "tenants/dev/beta.yaml"})

    assert found.remedy == (
        "kubectl edit Vpc alpha-vpc: take the added out (no refresh sees it), or write it into tenants/dev/alpha.yaml"
    )


def test_a_list_is_compared_by_order_and_by_the_content_of_its_elements(live: Objects) -> None:
    vpc = live["Vpc"]["alpha-vpc"]["spec"]
    vpc["policyRoutes"][0]["match"] = "ip4.dst = 77.220.68.96/27"
    vpc["staticRoutes"][0]["bfdId"] = "b"
    live["Subnet"]["external"]["spec"]["excludeIps"].reverse()

    assert [entry.seen for entry in report(live)] == [
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
    written(live["Node"]["w1"], CONTROLLER, "metadata", "labels", gateway)
    del live["Vpc"]["alpha-vpc"]["metadata"]["labels"]["kmetal-network/stack"]

    assert [(entry.object, entry.seen, entry.who, entry.remedy) for entry in report(live)] == [
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
            DriftKind.UNDECLARED,
            "Node c1",
            "a gateway that is not among gatewayNodes: new tenants may be anchored there",
            "not on record",
        ),
    ]


def test_a_quantity_is_the_same_however_the_api_server_writes_it(live: Objects) -> None:
    prod = load_stack(ROOT, "prod")[0].settings
    hard = {
        "count/tenantcontrolplanes.kamaji.clastix.io": "10",
        "persistentvolumeclaims": "50",
        "requests.cpu": "100k",
        "requests.memory": "204800Mi",
        "services.loadbalancers": "2",
    }
    quota = made("initech-quota", {"hard": hard})
    quota["metadata"]["labels"] = {"kmetal-network/stack": "prod", "kmetal-network/tenant": "initech"}
    live = {"ResourceQuota": {"tenant-initech/initech-quota": quota}}

    found = {entry.object: entry.seen for entry in differing(prod, "prod", live)}

    assert found == {
        "ResourceQuota tenant-initech/initech-quota": "spec.hard.requests.cpu: 100k instead of 100",
        "ResourceQuota tenant-umbrella/umbrella-quota": "missing",
    }


def test_a_field_that_another_program_holds_is_not_for_an_up_which_would_end_in_a_conflict(live: Objects) -> None:
    live["Subnet"]["external"]["spec"]["gatewayType"] = "centralized"
    written(live["Subnet"]["external"], "argocd-controller", "spec", "gatewayType")

    assert [entry.remedy for entry in report(live)] == [
        "keep argocd-controller from writing it, then kubectl edit Subnet external: no up overrules argocd-controller"
    ]


def test_a_node_that_left_the_lists_of_the_provider_network_is_to_leave_the_file_unless_it_comes_back(
    live: Objects,
) -> None:
    annotations = next(
        one.body["metadata"]["annotations"] for one in owned_manifests(SETTINGS, "dev") if one.kind == "ProviderNetwork"
    )
    network = labelled(made("provider", {"defaultInterface": "data.222"}), OURS)
    network["metadata"]["annotations"] = annotations
    live["ProviderNetwork"] = {"provider": network}
    written(network, CONTROLLER, "spec", "excludeNodes")

    assert [(entry.seen, entry.remedy) for entry in report(live)] == [
        ("spec.excludeNodes: [c1] is gone", "kmetal-network up dev --refresh")
    ]
    del live["Node"]["c1"]
    assert [entry.remedy for entry in report(live)] == [
        (
            "it left the cluster: take c1 out of excludeNodes in Pulumi.dev.yaml, or if it is to come back: kmetal-network up dev"
            " --refresh"
        )
    ]
