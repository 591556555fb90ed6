"""A patch sets some fields of an object that others own: no law takes what it leaves out for a breach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kmetal_network.facts.reader import read_objects
from kmetal_network.facts.source_objects import SourceObject
from kmetal_network.facts.unknown import UNKNOWN
from kmetal_network.laws.registry import judge
from tests.law_cases.table import CASES
from tests.support.network.good import good
from tests.support.network.objects import (
    DEFAULT_VPC,
    EXTERNAL,
    LAYER2,
    NAD,
    POOL,
    PROVIDER,
    SNAT,
    SUBNET,
    VLAN,
    VPC,
    build,
)
from tests.support.partial_networks import one_field_patches, patched

HUNDREDS = 100
"""Cases of capacity count objects that are alike."""

SPARE = "OvnEip spare"
PEER = "BGPPeer kmetal-metallb/leaf"
RELEASE = "HelmRelease kmetal-flux/kmetal"


def reported(*manifests: SourceObject) -> list[str]:
    """The law and the place of everything that is said of objects of which others hold the rest."""
    seen = read_objects(manifests)
    return sorted(f"{finding.rule} {finding.place}" for finding in (*seen.shape, *judge(seen.facts)))


def patches_of_the_table() -> Iterator[SourceObject]:
    """One field of an object in a row that breaks no law, each once."""
    seen = set()
    for case in CASES:
        network = case.network()
        if case.expected or network.others or len(network.objects) > HUNDREDS:
            continue
        for body in network.objects.values():
            for manifest in one_field_patches(body):
                if repr(manifest.data) not in seen:
                    seen.add(repr(manifest.data))
                    yield manifest


def test_a_field_of_a_good_object_is_no_breach_alone() -> None:
    patches = list(patches_of_the_table())
    assert {patch.place: reported(patch) for patch in patches if reported(patch)} == {}
    assert len(patches) > 200
    assert {patch.data["kind"].removesuffix("Patch") for patch in patches} == {
        "AddressPool", "BGPAdvertisement", "BGPPeer", "CiliumBGPClusterConfig", "CiliumL2AnnouncementPolicy",
        "CiliumLoadBalancerIPPool", "Community", "DaemonSet", "Deployment", "FRRConfiguration", "HelmRelease",
        "IPAddressPool", "L2Advertisement", "NetworkAttachmentDefinition", "Node", "OvnEip", "OvnSnatRule",
        "ProviderNetwork", "ResourceQuota", "Service", "ServiceCIDR", "Subnet", "Vlan", "Vpc",
    }  # fmt: skip


def test_a_field_of_a_good_object_is_no_breach_beside_its_object() -> None:
    assert {place: judge(facts) for place, facts in patched().items() if judge(facts)} == {}


def patch(place: str, **spec: Any) -> SourceObject:
    """A patch of an object of the good network, or of one that only its name is known of."""
    kind, _, name = place.partition(" ")
    body = good().objects.get(place) or build(kind, name.rpartition("/")[2], {}, namespace=name.rpartition("/")[0])
    return SourceObject({**body, "spec": spec}, patch=True)


LEFT_OUT = (
    patch(SUBNET, mtu=1400),
    patch(SUBNET, excludeIps=["10.100.0.1"]),
    patch(SUBNET, gateway="10.100.0.1"),
    patch(EXTERNAL, cidrBlock="77.220.68.96/27"),
    patch(VPC, namespaces=["alpha"]),
    patch(VPC, enableExternal=True),
    patch(VPC, enableBfd=True),
    patch(SPARE, v4Ip="77.220.68.99"),
    patch(SNAT, vpcSubnet="alpha-dev-subnet"),
    patch(SNAT, ovnEip="alpha-vpc-external"),
    patch(NAD, other=True),
    patch(POOL, autoAssign=False),
    patch(LAYER2, ipAddressPools=["tenant-cp-pool"]),
    patch(PROVIDER, excludeNodes=["c1"]),
    patch(VLAN, provider="provider"),
    patch(PEER, holdTime="30s"),
    patch(RELEASE, values={"network": {"kubeOvn": {"joinCidr": "100.64.0.0/16"}}}),
)


@pytest.mark.parametrize("manifest", LEFT_OUT, ids=lambda manifest: f"{manifest.data['kind']} {manifest.data['spec']}")
def test_what_a_patch_leaves_out_is_others_to_say(manifest: SourceObject) -> None:
    assert reported(manifest) == []


def test_two_patches_of_one_vpc_are_one_vpc() -> None:
    assert reported(patch(DEFAULT_VPC, extraExternalSubnets=["external"]), patch(DEFAULT_VPC, enableBfd=False)) == []


def declared(place: str) -> SourceObject:
    """An object of the good network."""
    return SourceObject(good().objects[place])


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        (patch(SUBNET, vlan="", cidrBlock=UNKNOWN), [f"NET-112 {SUBNET}"]),
        (patch(EXTERNAL, vlan="vlan222", cidrBlock=UNKNOWN), [f"NET-201 {EXTERNAL}"]),
        (patch(POOL, addresses=UNKNOWN), [f"NET-201 {POOL}"]),
        (patch(LAYER2, interfaces=UNKNOWN), [f"NET-202 {LAYER2}"]),
        (patch(PROVIDER, defaultInterface=UNKNOWN), [f"NET-202 {PROVIDER}"]),
        (patch(PROVIDER, customInterfaces=UNKNOWN), [f"NET-202 {PROVIDER}"]),
        (patch(PEER, peerAddress=UNKNOWN), [f"NET-214 {PEER}"]),
        (patch(VLAN, id=UNKNOWN), [f"NET-301 {VLAN}"]),
        (patch(VPC, enableExternal=True, policyRoutes=UNKNOWN), [f"NET-412 {VPC}"]),
        (patch(VPC, policyRoutes=[{"match": UNKNOWN}]), [f"NET-414 {VPC}", f"NET-415 {VPC}", f"NET-416 {VPC}"]),
    ],
    ids=str,
)
def test_an_unknown_value_that_a_patch_writes_is_refused_by_the_laws_that_need_a_literal(
    manifest: SourceObject, expected: list[str]
) -> None:
    """Next to a pool and an advertisement, without which some of them have nothing to say."""
    assert reported(manifest, declared(POOL), declared(LAYER2)) == expected


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        (patch(POOL, addresses=["77.220.68.100/32"]), [f"NET-201 {POOL}"]),
        (patch("IPAddressPool kmetal-metallb/others", addresses=["77.220.68.96/30"]), ["NET-201 IPAddressPool kmetal-metallb/others"]),
        (patch(LAYER2, interfaces=["data.222"]), [f"NET-202 {LAYER2}"]),
        (patch(LAYER2, interfaces=[]), [f"NET-202 {LAYER2}"]),
        (patch(PEER, peerAddress="77.220.68.97"), [f"NET-214 {PEER}"]),
        (patch(VLAN, id=222, provider="provider"), [f"NET-301 {VLAN}"]),
        (patch(VPC, enableExternal=True, policyRoutes=[]), [f"NET-412 {VPC}"]),
        (patch(VPC, policyRoutes=[]), [f"NET-412 {VPC}"]),
        (patch(VPC, enableExternal=False, policyRoutes=[]), []),
        (patch(VPC, enableExternal=True, staticRoutes=[]), [f"NET-411 {VPC}"]),
        (patch(SUBNET, vlan="", cidrBlock="77.220.68.96/28"), [f"NET-104 {SUBNET}"]),
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_value_that_a_patch_writes_is_found(manifest: SourceObject, expected: list[str]) -> None:
    """Next to the provider network and its Subnet."""
    assert reported(manifest, declared(EXTERNAL), declared(PROVIDER)) == expected


def test_a_patch_that_puts_a_subnet_on_a_vlan_puts_its_block_there() -> None:
    block = SourceObject(build("Subnet", "second", {"cidrBlock": "172.21.204.240/28", "gateway": "172.21.204.241"}))
    vlan = SourceObject(build("Subnet", "second", {"vlan": "vlan222"}), patch=True)
    for order in ((block, vlan), (vlan, block)):
        assert f"NET-201 {POOL}" in reported(declared(POOL), *order)
    assert f"NET-201 {POOL}" not in reported(declared(POOL), block)


def test_a_patch_of_a_block_is_where_its_subnet_is_declared() -> None:
    patched_block = SourceObject({**good().objects[SUBNET], "spec": {"cidrBlock": "10.100.0.0/25"}}, patch=True)
    (_, subnet) = read_objects([declared(SUBNET), patched_block]).facts.subnets
    assert (subnet.vlan, subnet.vpc, subnet.on_provider_network) == (None, "alpha-vpc", False)
    (alone,) = read_objects([patched_block]).facts.subnets
    assert (alone.vlan, alone.vpc, alone.on_provider_network) == (UNKNOWN, UNKNOWN, True)
