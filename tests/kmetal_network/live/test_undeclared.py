"""What the cluster has and no settings declare, and what of it is an orphan of ours."""

from __future__ import annotations

import copy
from typing import Any

from kmetal_network.live.drift import DriftKind
from tests.kmetal_network.live.by_hand import Objects, labelled, made, report, written


def test_orphans_are_ours_and_what_another_stack_claims_is_not_judged_here(live: Objects) -> None:
    gone = labelled(copy.deepcopy(live["Vpc"]["alpha-vpc"]), {"kmetal-network/tenant": "beta"})
    live["Vpc"]["beta-vpc"] = gone
    live["Vpc"]["acme-vpc"] = labelled(made("acme-vpc", {}), {"kmetal-network/stack": "staging"})
    live["Vpc"]["odd-vpc"] = labelled(made("odd-vpc", {}), {"kmetal-network/stack": "nowhere"})

    assert [(entry.way, entry.object, entry.seen, entry.remedy) for entry in report(live)] == [
        (
            DriftKind.ORPHAN,
            "Vpc beta-vpc",
            "carries our label and is in no settings of dev",
            "kmetal-network offboard dev beta; if it stays, no state knows it: kubectl delete Vpc beta-vpc",
        ),
        (
            DriftKind.UNDECLARED,
            "Vpc odd-vpc",
            "claims stack 'nowhere', which has no file here",
            "kubectl delete Vpc odd-vpc, or bring it into the settings (kmetal-network adopt)",
        ),
    ]


def test_an_address_is_undeclared_unless_it_belongs_to_a_vpc_of_ours(live: Objects) -> None:
    def eip(name: str, kind: str = "nat", **labels: str) -> dict[str, Any]:
        return made(name, {"externalSubnet": "external", "type": kind}, **labels)

    balancer = eip("lb-2")
    written(balancer, "cloud-provider-ovn", "spec", "externalSubnet")
    live["OvnEip"] |= {
        "lb-1": eip("lb-1", ovn_kubernetes_io__vpc="alpha-vpc"),
        "lb-2": balancer,
        "lb-3": eip("lb-3"),
        "grabbed": eip("grabbed"),
        "port": eip("port", "lrp"),
    }
    live["OvnDnatRule"] = {"dnat-3": made("dnat-3", {"ovnEip": "lb-3", "vpc": "alpha-vpc"})}

    assert [(entry.way, entry.object) for entry in report(live)] == [
        (DriftKind.UNDECLARED, "OvnEip grabbed"),
        (DriftKind.UNDECLARED, "OvnEip port"),
    ]


def test_an_attachment_is_undeclared_where_it_reaches_kube_ovn_the_provider_nic_or_a_tenant(live: Objects) -> None:
    def attachment(namespace: str, config: str) -> dict[str, Any]:
        item = made("net", {"config": config})
        item["metadata"]["namespace"] = namespace
        return item

    live["NetworkAttachmentDefinition"] = {
        "alpha/alpha-dev-net": labelled(attachment("alpha", ""), {"kmetal-network/stack": "dev"}),
        "alpha/net": attachment("alpha", "{}"),
        "lab/net": attachment("lab", '{"plugins": [{"type": "macvlan", "master": "data.222"}]}'),
        "storage/net": attachment("storage", '{"type": "macvlan", "master": "data.300"}'),
        "vm/net": attachment("vm", '{"type": "kube-ovn"}'),
        "broken/net": attachment("broken", "not JSON"),
    }

    undeclared = [entry.object for entry in report(live) if entry.way is DriftKind.UNDECLARED]
    assert undeclared == [f"NetworkAttachmentDefinition {key}" for key in ("alpha/net", "lab/net", "vm/net")]
