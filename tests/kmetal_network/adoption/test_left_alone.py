"""What an adoption leaves alone, since the settings have no word for it: by hand, on the guide's objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kmetal_network.adoption.comparison import Fate
from kmetal_network.adoption.reading import Left
from tests.kmetal_network.adoption.by_hand import L2, Network, live, page, proposed

TENANT = "Vpc alpha-vpc and what belongs to it"

Edit = Callable[[Network], object]


def _vpc(network: Network) -> dict[str, Any]:
    return network["Vpc"]["alpha-vpc"]["spec"]


def _subnet(network: Network) -> dict[str, Any]:
    return network["Subnet"]["alpha-dev-subnet"]["spec"]


def _route(**fields: object) -> Edit:
    return lambda network: _vpc(network)["policyRoutes"].append({"priority": 1500, "action": "drop", **fields})


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (
            _route(match="ip4.src == 10.0.0.0/8"),
            "policyRoutes[1] (drop of 'ip4.src == 10.0.0.0/8' at priority 1500) is no drop of a block at priority 1500",
        ),
        (
            _route(match="ip4.dst = 10.0.0.0/8"),
            "policyRoutes[1] (drop of 'ip4.dst = 10.0.0.0/8' at priority 1500) is no drop of a block at priority 1500",
        ),
        (
            _route(match="ip4.dst == 10.0.0.0/8", priority=1600),
            "policyRoutes[1] (drop of 'ip4.dst == 10.0.0.0/8' at priority 1600) is no drop of a block at priority 1500",
        ),
        (
            _route(match="ip4.dst == 10.0.0.0/8", action="allow"),
            "policyRoutes[1] (allow of 'ip4.dst == 10.0.0.0/8' at priority 1500) is no drop of a block at priority 1500",
        ),
        (
            lambda network: _vpc(network).update(enableBfd=True),
            "enableBfd is on, and Kube-OVN then writes its staticRoutes itself",
        ),
        (
            lambda network: _vpc(network).update(enableExternal=False),
            "it is not connected to the external Subnet (enableExternal)",
        ),
        (
            lambda network: _vpc(network)["namespaces"].append("beta"),
            "it has 2 namespaces, and a tenant has one",
        ),
        (
            lambda network: network["Namespace"].pop("alpha"),
            "there is no Namespace alpha",
        ),
        (
            lambda network: network["OvnSnatRule"].pop("alpha-snat-dev"),
            "Subnet alpha-dev-subnet has no OvnSnatRule alpha-snat-dev",
        ),
        (
            lambda network: network["NetworkAttachmentDefinition"].pop("alpha/alpha-dev-net"),
            "Subnet alpha-dev-subnet has no NetworkAttachmentDefinition alpha/alpha-dev-net",
        ),
        (
            lambda network: network["Subnet"].update(
                workers={**network["Subnet"]["alpha-dev-subnet"], "metadata": {"name": "workers"}}
            ),
            "Subnet workers is not called alpha-<cluster>-subnet",
        ),
        (
            lambda network: network["OvnSnatRule"].update(
                out={**network["OvnSnatRule"]["alpha-snat-dev"], "metadata": {"name": "out"}}
            ),
            "OvnSnatRule out is not called alpha-snat-<cluster> after its Subnet",
        ),
        (
            lambda network: _vpc(network)["staticRoutes"].append({"cidr": "10.9.0.0/16", "nextHopIP": "10.100.0.9"}),
            'Vpc alpha-vpc spec.staticRoutes: [{"cidr": "10.9.0.0/16", "nextHopIP": "10.100.0.9"}] would give way to nothing',
        ),
        (
            lambda network: network["Vpc"]["alpha-vpc"]["metadata"].update(labels={"kmetal-network/stack": "prod"}),
            "Vpc alpha-vpc: belongs to stack 'prod'",
        ),
        (
            lambda network: _subnet(network).update(provider="alpha-net.alpha.ovn"),
            "Subnet alpha-dev-subnet spec.provider: alpha-net.alpha.ovn would give way to alpha-dev-net.alpha.ovn",
        ),
    ],
)
def test_a_tenant_that_the_settings_cannot_say_is_left_alone_whole_with_the_reason(edit: Edit, why: str) -> None:
    network = live(page())
    edit(network)

    proposal = proposed(network)

    assert proposal.left == (Left(TENANT, why),)
    assert proposal.environment.settings.tenants == ()
    assert proposal.findings == ()


def test_a_vpc_with_another_name_is_left_alone_with_what_belongs_to_it() -> None:
    network = live(page())
    vpc = network["Vpc"].pop("alpha-vpc")
    vpc["metadata"]["name"] = _subnet(network)["vpc"] = "alpha"
    network["Vpc"]["alpha"] = vpc

    left = proposed(network).left

    assert [entry.object for entry in left] == [
        "OvnSnatRule alpha-snat-dev",
        "Subnet alpha-dev-subnet",
        "Vpc alpha and what belongs to it",
    ]
    assert left[2].why == "its name is not <tenant>-vpc"


@pytest.mark.parametrize(
    ("kind", "name", "field", "value"),
    [
        (
            "Subnet",
            "alpha-dev-subnet",
            "acls",
            [{"direction": "to-lport", "priority": 1, "match": "ip4", "action": "drop"}],
        ),
        ("Subnet", "alpha-dev-subnet", "natOutgoing", True),
        ("Subnet", "alpha-dev-subnet", "enableLb", False),
        ("Subnet", "external", "disableGatewayCheck", True),
        ("Vpc", "alpha-vpc", "vpcPeerings", [{"remoteVpc": "beta-vpc", "localConnectIP": "169.254.0.1/30"}]),
        ("ProviderNetwork", "provider", "exchangeLinkName", True),
        ("IPAddressPool", "kmetal-metallb/tenant-cp-pool", "serviceAllocation", {"priority": 5}),
    ],
)
def test_a_field_without_a_word_in_the_settings_stays_and_is_listed(
    kind: str, name: str, field: str, value: object
) -> None:
    network = live(page())
    network[kind][name]["spec"][field] = value
    if field in ("natOutgoing", "enableLb"):
        network[kind][name]["metadata"]["managedFields"][0]["manager"] = "kubectl"

    proposal = proposed(network)

    stays = {(entry.object, entry.path.split(".")[1]) for entry in proposal.fields(Fate.STAYS)}
    assert (f"{kind} {name}", field) in stays
    assert proposal.findings == ()
    assert proposal.left == ()


def test_what_the_controller_alone_has_written_is_no_field_of_anybodys() -> None:
    network = live(page())
    network["Subnet"]["external"]["spec"]["enableLb"] = False

    assert proposed(network).fields(Fate.STAYS) == []


def test_pools_of_the_chart_and_odd_selectors_are_left_alone() -> None:
    network = live(page())
    network["IPAddressPool"]["kmetal-metallb/tenant-cp-pool"]["metadata"]["labels"] = {
        "app.kubernetes.io/managed-by": "Helm"
    }
    selector = {"matchExpressions": [{"key": "gpu", "operator": "Exists"}]}
    network["L2Advertisement"]["kmetal-metallb/tenant-cp-l2"]["spec"]["nodeSelectors"] = [selector]

    proposal = proposed(network)

    assert [entry.object for entry in proposal.left] == ["IPAddressPool kmetal-metallb/tenant-cp-pool", L2]
    assert proposal.left[0].why == "the chart made it, and each object has one owner"
    assert proposal.left[1].why.startswith("nodeSelectors.0.")
    assert proposal.environment.settings.metallb.pools == ()
