"""What an adoption reads and what it would change: by hand, on the guide's objects."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kmetal_network.adoption.comparison import Fate
from kmetal_network.adoption.proposal import Proposal, judge_against
from kmetal_network.config.sections.cluster import Chart
from kmetal_network.config.settings import Settings
from kmetal_network.errors import OperatorError
from tests.kmetal_network.adoption.by_hand import L2, VALUES, live, page, proposed

NAD = "NetworkAttachmentDefinition alpha/alpha-dev-net"


def _reported(proposal: Proposal, *fates: Fate) -> list[tuple[str, str, Fate]]:
    return [(entry.object, entry.path, entry.fate) for entry in proposal.fields(*fates)]


def test_the_page_becomes_the_settings_that_a_person_would_write() -> None:
    proposal = proposed(live(page()), chart_version="1.4.0")

    assert proposal.environment.settings == Settings.model_validate(
        {
            "cluster": {"context": "kmetal-sandbox", "uid": "5d0c1c0e-6a54-4a3c-9b7e-2f1f3b0c7a11"},
            "chart": {"install": "external", "version": "1.4.0"},
            "network": VALUES["network"],
            "management": {"interface": "data.204"},
            "metallb": {
                "pools": ({"name": "tenant-cp-pool", "addresses": ("172.21.204.200-172.21.204.250",)},),
                "l2Advertisements": ({"name": "tenant-cp-l2", "ipAddressPools": ("tenant-cp-pool",)},),
            },
            "provider": {
                "network": {"name": "provider", "defaultInterface": "data.222", "excludeNodes": ("c1",)},
                "vlan": {"name": "vlan222", "id": 0},
                "external": {
                    "cidrBlock": "77.220.68.96/27",
                    "gateway": "77.220.68.97",
                    "gatewayType": "distributed",
                    "excludeIps": ("77.220.68.96", "77.220.68.127"),
                },
                "gatewayNodes": ("w1", "w2"),
            },
            "tenants": ({"name": "alpha", "clusters": ({"name": "dev", "cidrBlock": "10.100.0.0/24"},)},),
        }
    )
    assert proposal.left == ()
    assert proposal.findings == ()


def test_of_the_page_the_takeover_changes_two_fields_and_loses_none() -> None:
    proposal = proposed(live(page()))

    assert _reported(proposal, *Fate) == [
        (L2, "spec.interfaces", Fate.ADDED),
        (NAD, "spec.config", Fate.REWRITTEN),
    ]
    [interfaces, _] = proposal.fields(*Fate)
    assert (interfaces.live, interfaces.ours) == ("", '["data.204"]')


def test_what_the_provider_network_would_lose_blocks_the_adoption() -> None:
    network = live(page())
    network["Vpc"]["ovn-cluster"]["spec"]["extraExternalSubnets"] = ["external", "second"]
    network["Subnet"]["external"]["spec"]["protocol"] = "Dual"

    assert [str(finding) for finding in proposed(network).findings] == [
        (
            "Subnet external spec.protocol: Dual would give way to IPv4; write the live value into the settings, or bring"
            " the object to theirs by hand [ADOPT]"
        ),
        (
            'Vpc ovn-cluster spec.extraExternalSubnets: ["second"] would give way to nothing; write the'
            " live value into the settings, or bring the object to theirs by hand [ADOPT]"
        ),
    ]


def test_existing_settings_are_compared_with_the_cluster_and_a_longer_list_blocks_the_adoption() -> None:
    network = live(page())
    environment = proposed(network).environment
    settings = environment.settings.model_dump(by_alias=True)
    settings["provider"]["external"]["excludeIps"] += ("77.220.68.120",)
    settings["tenants"] += ({"name": "beta"},)
    changed = replace(environment, settings=Settings.model_validate(settings))

    found = judge_against(network, changed).findings

    assert [(finding.place, finding.problem) for finding in found] == [
        ("Namespace beta", "the settings have it and the cluster does not"),
        (
            "Subnet external spec.excludeIps",
            (
                '["77.220.68.127", "77.220.68.96", "77.220.68.97"] would give way to ["77.220.68.120", "77.220.68.127",'
                ' "77.220.68.96", "77.220.6...'
            ),
        ),
        ("Vpc beta-vpc", "the settings have it and the cluster does not"),
    ]


def test_a_value_of_a_controller_blocks_the_adoption_since_it_would_end_in_a_conflict() -> None:
    network = live(page())
    external = network["Subnet"]["external"]
    external["spec"]["gatewayType"] = ""
    external["metadata"]["managedFields"].append(_wrote("kube-ovn-controller", "gatewayType"))

    assert [finding.place for finding in proposed(network).findings] == ["Subnet external spec.gatewayType"]


def test_an_object_of_another_stack_and_a_release_of_somebody_elses_stand_in_the_way() -> None:
    network = live(page())
    network["Vlan"]["vlan222"]["metadata"]["labels"] = {"kmetal-network/stack": "prod"}
    environment = proposed(network).environment
    release = environment.settings.model_copy(update={"chart": Chart(reference="sandbox/chart")})

    found = judge_against(network, replace(environment, settings=release)).findings

    assert [finding.problem for finding in found] == [
        "is release, and a release that is there is upgraded, not adopted",
        "belongs to stack 'prod'",
    ]


def test_a_missing_patch_of_the_default_vpc_is_a_change_that_is_reported() -> None:
    network = live(page())
    network["Vpc"]["ovn-cluster"]["spec"] = {}

    assert ("Vpc ovn-cluster", "spec.extraExternalSubnets", Fate.ADDED) in _reported(proposed(network), Fate.ADDED)


def test_an_address_is_pinned_only_where_a_person_wrote_it() -> None:
    network = live(page())
    eip = {
        "apiVersion": "kubeovn.io/v1",
        "kind": "OvnEip",
        "metadata": {"name": "alpha-vpc-external", "managedFields": [_wrote("kube-ovn-controller")]},
        "spec": {
            "externalSubnet": "external",
            "macAddress": "00:00:00:5e:0a:b1",
            "type": "lrp",
            "v4Ip": "77.220.68.100",
            "v6Ip": "",
        },
    }
    network["OvnEip"]["alpha-vpc-external"] = eip
    assert proposed(network).environment.settings.tenants[0].egress_address is None

    eip["metadata"]["managedFields"] = [
        _wrote("kubectl-client-side-apply", "v4Ip", "type", "externalSubnet"),
        _wrote("kube-ovn-controller", "macAddress", "v6Ip"),
    ]
    proposal = proposed(network)

    assert str(proposal.environment.settings.tenants[0].egress_address) == "77.220.68.100"
    assert "OvnEip alpha-vpc-external" not in {entry.object for entry in proposal.fields(*Fate)}


def _wrote(manager: str, *fields: str) -> dict[str, Any]:
    spec = {f"f:{field}": {} for field in fields or ("v4Ip", "macAddress", "type", "externalSubnet", "v6Ip")}
    return {"manager": manager, "operation": "Update", "fieldsV1": {"f:spec": spec}}


def test_what_the_cluster_does_not_tell_is_asked_for_all_at_once() -> None:
    network = live(page())
    network["Subnet"]["ovn-default"] = {"spec": {"cidrBlock": "10.16.0.0/16", "gateway": "10.16.0.1"}}
    network["Subnet"]["join"] = {"spec": {"cidrBlock": "100.64.0.0/16"}}

    with pytest.raises(OperatorError) as refusal:
        proposed(network, values=None, management_interface=None)

    assert [finding.place for finding in refusal.value.findings] == [
        "chart value network.flannel.podCidr",
        "chart value network.kubeOvn.svcCidr",
        "chart value network.kubeOvn.tunnelInterface",
        "management.interface",
    ]


def test_a_cluster_without_a_provider_network_has_nothing_to_adopt() -> None:
    with pytest.raises(OperatorError) as refusal:
        proposed(live([], ()))

    assert [finding.problem for finding in refusal.value.findings] == [
        "no Node with the label ovn.kubernetes.io/external-gw=true",
        "no ProviderNetwork under Subnet external",
        "no Subnet external",
        "no Vlan under Subnet external",
    ]
