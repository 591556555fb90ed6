"""Cases of `kmetal_network.laws.addresses.overlaps`."""

from __future__ import annotations

from kmetal_network.facts.platform import Range, RangeKind
from kmetal_network.facts.unknown import UNKNOWN
from tests.law_cases.addresses.edits import BETA, POD
from tests.law_cases.case import breaks, passes
from tests.support.network.edits import Edit, add, known_as, patch, put
from tests.support.network.good import tenant
from tests.support.network.objects import EXTERNAL, RELEASE, SUBNET, VPC, build

VALUES = "spec.values.network"


def reserved(text: str, kind: RangeKind = RangeKind.RESERVED) -> Range:
    return Range(place="management", name="management.dhcp", kind=kind, text=text)


def second_cluster(block: str, gateway: str) -> tuple[Edit, ...]:
    """Another cluster of tenant alpha."""
    bodies = [body for body in tenant("alpha", "two", "10.102.0") if body["kind"] not in ("Vpc", "ResourceQuota")]
    for body in bodies:
        if body["kind"] == "Subnet":
            body["spec"].update(cidrBlock=block, gateway=gateway, excludeIps=[])
    return (add(*bodies),)


def peer(vpc: str, remote: str, address: str = "169.254.0.1/30") -> Edit:
    return put(vpc, "spec.vpcPeerings", [{"remoteVpc": remote, "localConnectIP": address}])


def default_routed(cidr: str) -> Edit:
    return put(VPC, "spec.staticRoutes.+", {"cidr": cidr, "nextHopIP": "77.220.68.97", "policy": "policyDst"})


BESIDE = add(
    build(
        "Subnet",
        "alpha-two-subnet",
        {"vpc": "alpha-vpc", "cidrBlock": "10.100.1.0/24", "gateway": "10.100.1.1", "namespaces": ["alpha"]},
    ),
    build("OvnSnatRule", "alpha-snat-two", {"ovnEip": "alpha-vpc-external", "vpcSubnet": "alpha-two-subnet"}),
)
"""A second cluster of tenant alpha."""


CASES = (
    passes(
        "NET-101",
        "ranges that touch",
        put(RELEASE, f"{VALUES}.flannel.podCidr", "10.17.0.0/16"),
        put(VPC, "spec.policyRoutes.+", {"priority": 1500, "match": "ip4.dst == 10.17.0.0/16", "action": "drop"}),
        put(
            "Vpc beta-vpc",
            "spec.policyRoutes.+",
            {"priority": 1500, "match": "ip4.dst == 10.17.0.0/16", "action": "drop"},
        ),
    ),
    breaks(
        "NET-101",
        "flannel's range inside Kube-OVN's",
        put(RELEASE, f"{VALUES}.flannel.podCidr", "10.16.128.0/17"),
        at=(RELEASE, "Subnet ovn-default"),
    ),
    breaks(
        "NET-101",
        "a service range that holds the external one",
        known_as(ranges=(reserved("77.220.64.0/18", RangeKind.SERVICE),)),
        at="management",
        also=(("NET-418", VPC), ("NET-418", "Vpc beta-vpc")),
    ),
    passes("NET-101", "a platform Subnet that leaves its VPC to the controller", put(POD, "spec.vpc", "")),
    passes("NET-101", "a patch of the external block", patch(EXTERNAL, cidrBlock="77.220.68.96/28")),
    passes("NET-101", "a patch of the pods' block", patch(POD, cidrBlock="10.16.0.0/16")),
    passes(
        "NET-101",
        "a patch that repeats the chart's values",
        patch(RELEASE, values={"network": {"flannel": {"podCidr": "10.93.0.0/16"}}}),
    ),
    breaks(
        "NET-101",
        "a patch of the pods' block into flannel's",
        patch(POD, cidrBlock="10.93.0.0/17"),
        at="SubnetPatch ovn-default",
    ),
    passes("NET-103", "clusters side by side in one VPC", *second_cluster("10.100.1.0/24", "10.100.1.1")),
    breaks(
        "NET-103",
        "a cluster inside another's block",
        *second_cluster("10.100.0.128/25", "10.100.0.129"),
        at="Subnet alpha-two-subnet",
    ),
    passes(
        "NET-103",
        "one block in two VPCs that are decided later",
        *second_cluster("10.100.0.0/24", "10.100.0.1"),
        put(SUBNET, "spec.vpc", UNKNOWN),
        put("Subnet alpha-two-subnet", "spec.vpc", UNKNOWN),
    ),
    passes("NET-103", "a patch of a Subnet's own block", patch(SUBNET, cidrBlock="10.100.0.0/25")),
    breaks(
        "NET-103",
        "a patch into the neighbour's block",
        BESIDE,
        patch(SUBNET, cidrBlock="10.100.0.0/23"),
        at="SubnetPatch alpha-dev-subnet",
    ),
    breaks(
        "NET-104",
        "the external block in a VPC that is decided later",
        put(SUBNET, "spec.vpc", UNKNOWN),
        put(SUBNET, "spec.cidrBlock", "77.220.68.96/27"),
        put(SUBNET, "spec.gateway", "77.220.68.98"),
        put(SUBNET, "spec.excludeIps", []),
        at=SUBNET,
    ),
    passes(
        "NET-104",
        "a block next to the external one",
        put(SUBNET, "spec.cidrBlock", "77.220.68.64/27"),
        put(SUBNET, "spec.gateway", "77.220.68.65"),
        put(SUBNET, "spec.excludeIps", []),
    ),
    breaks(
        "NET-104",
        "a block that holds the external one",
        put(SUBNET, "spec.cidrBlock", "77.220.68.0/24"),
        put(SUBNET, "spec.gateway", "77.220.68.1"),
        put(SUBNET, "spec.excludeIps", []),
        at=SUBNET,
    ),
    passes("NET-104", "a patch of a tenant's block", patch(SUBNET, cidrBlock="77.220.68.64/27")),
    breaks(
        "NET-104",
        "a patch of a tenant's block into the external one",
        patch(SUBNET, cidrBlock="77.220.68.64/26"),
        at="SubnetPatch alpha-dev-subnet",
    ),
    passes(
        "NET-105",
        "a block next to the service range",
        put(SUBNET, "spec.cidrBlock", "10.97.0.0/24"),
        put(SUBNET, "spec.gateway", "10.97.0.1"),
        put(SUBNET, "spec.excludeIps", []),
    ),
    breaks(
        "NET-105",
        "a block inside the service range",
        put(SUBNET, "spec.cidrBlock", "10.96.255.0/24"),
        put(SUBNET, "spec.gateway", "10.96.255.1"),
        put(SUBNET, "spec.excludeIps", []),
        at=SUBNET,
    ),
    breaks(
        "NET-105",
        "a block inside a pod range of both families",
        known_as(
            ranges=(Range(place="a", name="a", kind=RangeKind.POD, text="fd00:10:16::/112,10.100.0.0/16"),),
        ),
        at=(SUBNET, BETA),
        also=(("NET-418", VPC), ("NET-418", "Vpc beta-vpc")),
    ),
    breaks(
        "NET-105",
        "a block that holds a pool",
        put(SUBNET, "spec.cidrBlock", "172.21.204.128/25"),
        put(SUBNET, "spec.gateway", "172.21.204.129"),
        put(SUBNET, "spec.excludeIps", []),
        at=SUBNET,
    ),
    passes(
        "NET-106",
        "peers that are apart",
        peer(VPC, "beta-vpc"),
        put(BETA, "spec.cidrBlock", "10.101.0.0/24"),
        put(BETA, "spec.gateway", "10.101.0.1"),
        put(BETA, "spec.excludeIps", []),
    ),
    breaks("NET-106", "peers with one block", peer(VPC, "beta-vpc"), at=BETA),
    passes("NET-107", "a route next to the VPC's own block", default_routed("10.100.1.0/24")),
    breaks("NET-107", "a route into the VPC's own block", default_routed("10.100.0.0/16"), at=VPC),
)
