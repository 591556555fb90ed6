"""What each component registers: its objects, their order, and what happens to them on a change."""

from __future__ import annotations

from typing import Any

import pytest

from components.admission_policies import AdmissionPolicies, AdmissionPoliciesArgs
from components.cni_stack import CniStack, CniStackArgs
from components.external_args import ExternalNetworkArgs
from components.metallb import MetalLB, MetalLBArgs
from components.provider_network import ProviderNetwork, ProviderNetworkArgs
from components.tenant_args import TenantClusterArgs, TenantNetworkArgs
from components.tenant_network import TenantNetwork
from kmetal_network.config.plain_values import plain
from kmetal_network.config.sections.admission import Admission
from kmetal_network.config.settings import Settings
from kmetal_network.config.stackfile import load_stack
from tests.support.recording_engine import Registered, record
from tests.support.stack_project import ROOT

EXTERNAL = ExternalNetworkArgs(cidr_block="77.220.68.96/27", gateway="77.220.68.97")


def environment(name: str) -> Settings:
    return load_stack(ROOT, name)[0].settings


def tenant(**settings: object) -> dict[str, Registered]:
    cluster = TenantClusterArgs(name="dev", cidr_block="10.100.0.0/24")
    args: dict[str, Any] = {"name": "alpha", "clusters": [cluster], "external": EXTERNAL, "stack": "dev", **settings}
    return record(lambda: TenantNetwork("alpha", TenantNetworkArgs(**args)))


def test_a_tenants_objects_go_in_the_reverse_of_the_order_in_which_they_came() -> None:
    made = tenant()
    assert {name: sorted(entry.depends_on) for name, entry in made.items() if entry.parent == "alpha"} == {
        "alpha-namespace": [],
        "alpha-vpc": ["alpha-namespace"],
        "alpha-attachment-dev": ["alpha-namespace", "alpha-vpc"],
        "alpha-subnet-dev": ["alpha-attachment-dev", "alpha-vpc"],
        "alpha-snat-dev": ["alpha-subnet-dev", "alpha-vpc"],
    }


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("alpha-subnet-dev", ("spec.cidrBlock", "spec.vpc", "spec.provider", "spec.vlan")),
        ("alpha-snat-dev", ("spec",)),
        ("alpha-egress", ("spec",)),
    ],
)
def test_what_kube_ovn_does_not_follow_is_replaced_after_the_old_one_went(name: str, paths: tuple[str, ...]) -> None:
    made = tenant(egress_address="77.220.68.110")[name]
    assert (made.replaced_on, made.replaced_before) == (paths, True)


def test_a_pinned_address_is_there_before_the_router_that_takes_it() -> None:
    made = tenant(egress_address="77.220.68.110")
    assert made["alpha-egress"].inputs["metadata"]["name"] == "alpha-vpc-external"
    assert made["alpha-egress"].inputs["spec"] == {"externalSubnet": "external", "type": "lrp", "v4Ip": "77.220.68.110"}
    assert "alpha-egress" in made["alpha-vpc"].depends_on


def test_a_quota_counts_one_load_balancer_for_each_hosted_control_plane() -> None:
    made = tenant(quota={"requests.cpu": "10"})
    assert made["alpha-quota"].inputs["spec"] == {"hard": {"services.loadbalancers": "1", "requests.cpu": "10"}}


def test_the_provider_network_patches_the_default_vpc_before_it_labels_nodes() -> None:
    settings = environment("dev")
    made = record(lambda: ProviderNetwork("net", ProviderNetworkArgs(**plain(settings.provider), stack="dev")))
    assert {name: sorted(entry.depends_on) for name, entry in made.items() if entry.parent == "net"} == {
        "net-nic": [],
        "net-vlan": ["net-nic"],
        "net-external": ["net-vlan"],
        "net-default-vpc": ["net-external"],
        "net-gateway-w1": ["net-default-vpc"],
        "net-gateway-w2": ["net-default-vpc"],
    }
    assert {name for name, entry in made.items() if entry.retained} == {"net-default-vpc"}
    assert made["net-default-vpc"].type == "kubernetes:kubeovn.io/v1:VpcPatch"
    assert made["net-gateway-w1"].type == "kubernetes:core/v1:NodePatch"


def test_every_object_and_patch_that_may_change_is_held_by_a_name_of_the_stack() -> None:
    settings = environment("dev")
    made = record(lambda: ProviderNetwork("net", ProviderNetworkArgs(**plain(settings.provider), stack="dev")))
    made |= tenant() | admission_policies()
    held = {
        name: (entry.inputs["metadata"].get("annotations") or {}).get("pulumi.com/patchFieldManager")
        for name, entry in made.items()
        if "metadata" in entry.inputs
    }
    assert {name for name, manager in held.items() if manager is None} == {"net-default-vpc"}
    assert {name for name, manager in held.items() if manager and manager != "kmetal-network-dev"} == {
        "net-nic",
        "net-vlan",
        "net-external",
        "alpha-subnet-dev",
        "alpha-snat-dev",
    }


def test_bgp_objects_are_announced_after_what_they_name() -> None:
    settings = environment("prod")
    args = MetalLBArgs(interface=settings.management.interface, **plain(settings.metallb, "enabled"), stack="prod")
    made = record(lambda: MetalLB("metallb", args))
    kinds = {name: entry.type.rpartition(":")[2] for name, entry in made.items()}
    assert kinds == {
        "metallb": "MetalLB",
        "metallb-pool-tenant-cp-pool": "IPAddressPool",
        "metallb-pool-platform-pool": "IPAddressPool",
        "metallb-bfd-fast": "BFDProfile",
        "metallb-peer-tor-a": "BGPPeer",
        "metallb-peer-tor-b": "BGPPeer",
        "metallb-bgp-tenant-cp-bgp": "BGPAdvertisement",
        "metallb-communities": "Community",
    }
    assert made["metallb-peer-tor-a"].depends_on == {"metallb-bfd-fast"}, "the webhook keeps a profile that a peer uses"
    assert made["metallb-bgp-tenant-cp-bgp"].depends_on >= {"metallb-pool-tenant-cp-pool", "metallb-peer-tor-a"}


def admission_policies(name: str = "dev", **settings: object) -> dict[str, Registered]:
    own = environment(name).model_copy(update=settings)
    args = AdmissionPoliciesArgs(
        admission=own.admission,
        provider=own.provider,
        management=own.management,
        network=own.network,
        metallb=own.metallb,
        relaxed=own.relaxed,
        stack=name,
    )
    return record(lambda: AdmissionPolicies("admission", args))


def test_a_policy_is_there_before_its_binding_and_both_carry_the_stacks_label() -> None:
    made = admission_policies()
    assert len(made) == 25
    policy = made["admission-policy-kmetal-ipaddresspools"]
    binding = made["admission-binding-kmetal-ipaddresspools"]
    assert policy.type == "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"
    assert binding.depends_on == {"admission-policy-kmetal-ipaddresspools"}
    assert {entry.inputs["metadata"]["labels"]["kmetal-network/stack"] for entry in (policy, binding)} == {"dev"}


def test_the_admission_policies_carry_the_provider_networks_literals() -> None:
    dev, staging = (
        {entry["name"]: entry["expression"] for entry in made.inputs["spec"]["variables"]}
        for made in (
            admission_policies("dev")["admission-policy-kmetal-l2advertisements"],
            admission_policies("staging")["admission-policy-kmetal-l2advertisements"],
        )
    )
    assert r"data[.]0*222|" in dev["net_202"]
    assert r"br\\-provider|" in dev["net_202"]
    assert r"(?:enp3s0f1|enp3s0f1(?:" in staging["net_202"]
    assert r"0*322" in staging["net_202"]
    (pools,) = [
        entry["expression"]
        for entry in admission_policies()["admission-policy-kmetal-ipaddresspools"].inputs["spec"]["variables"]
        if entry["name"] == "net_201"
    ]
    assert '"77.220.68.96/27"' in pools


def test_a_law_that_the_stack_relaxes_warns_in_admission_and_the_commissioned_one_still_denies() -> None:
    made = admission_policies(relaxed={"NET-201": "never counts", "NET-202": "the switch filters ARP"})
    actions = {
        name.removeprefix("admission-binding-kmetal-"): entry.inputs["spec"]["validationActions"]
        for name, entry in made.items()
        if "-binding-" in name
    }
    assert len(actions) == 13
    assert actions["l2advertisements-warn"] == ["Warn", "Audit"]
    assert [kind for kind, action in actions.items() if action == ["Deny"]] == [
        kind for kind in actions if kind != "l2advertisements-warn"
    ]


def test_a_stack_that_leaves_admission_out_with_a_reason_makes_none() -> None:
    assert list(admission_policies(admission=Admission(left_out="an API server of 1.30"))) == ["admission"]


@pytest.mark.parametrize(
    ("install", "types"),
    [
        ("release", {"kubernetes:helm.sh/v3:Release"}),
        (
            "flux",
            {
                "kubernetes:source.toolkit.fluxcd.io/v1:OCIRepository",
                "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease",
            },
        ),
        ("external", set()),
    ],
)
def test_the_chart_is_installed_in_the_chosen_way(install: str, types: set[str]) -> None:
    settings = environment("prod")
    chart = settings.chart.model_copy(update={"install": install})
    args = CniStackArgs(chart=plain(chart), network=plain(settings.network), stack="prod")
    made = record(lambda: CniStack("cni", args))
    assert {entry.type for entry in made.values()} - {"kmetal:network:CniStack"} == types


@pytest.mark.parametrize(
    ("install", "awaited"), [("release", ["Release"]), ("flux", ["OCIRepository", "HelmRelease"])], ids=str
)
def test_the_chart_is_awaited_as_long_as_the_settings_say_in_each_way(install: str, awaited: list[str]) -> None:
    settings = environment("prod")
    chart = settings.chart.model_copy(update={"install": install, "timeout_seconds": 1800})
    args = CniStackArgs(chart=plain(chart), network=plain(settings.network), stack="prod")
    made = record(lambda: CniStack("cni", args)).values()
    waits = {entry.type.rpartition(":")[2]: entry.timeouts for entry in made if entry.parent == "cni"}
    assert waits == {key: {"create": "1860s", "update": "1860s"} for key in awaited}
