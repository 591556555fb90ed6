"""Cases of the families of addresses (NET-1xx)."""

from __future__ import annotations

from kmetal_network.facts.model import UNKNOWN, Range, RangeKind
from tests.law_cases.case import breaks, passes
from tests.support.network import EXTERNAL, POOL, RELEASE, SUBNET, VPC, Edit, add, gone, known_as, put, take, tenant

VALUES = "spec.values.network"
BETA = "Subnet beta-dev-subnet"
POD = "Subnet ovn-default"


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


POINT_TO_POINT = (
    put(SUBNET, "spec.cidrBlock", "10.100.0.0/31"),
    put(SUBNET, "spec.gateway", "10.100.0.0"),
    put(SUBNET, "spec.excludeIps", []),
    put(SUBNET, "spec.vlan", "vlan222"),
    put(SUBNET, "spec.vpc", "ovn-cluster"),
    put(SUBNET, "spec.namespaces", []),
    put(SUBNET, "spec.provider", ""),
    gone("NetworkAttachmentDefinition alpha/alpha-dev-net"),
    put(
        "Vpc beta-vpc", "spec.policyRoutes.+", {"priority": 1500, "match": "ip4.dst == 10.100.0.0/31", "action": "drop"}
    ),
    gone("OvnSnatRule alpha-snat-dev", "Vpc alpha-vpc"),
    gone(BETA, "OvnSnatRule beta-snat-dev", "NetworkAttachmentDefinition beta/beta-dev-net"),
)
"""Alpha's Subnet as a second provider Subnet of two addresses: only there is a /31 of use."""

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
    passes(
        "NET-102",
        "the block's first and last usable addresses",
        put(SUBNET, "spec.gateway", "10.100.0.254"),
        put(EXTERNAL, "spec.gateway", "77.220.68.97"),
    ),
    passes("NET-102", "both ends of a /31", *POINT_TO_POINT),
    breaks("NET-102", "the broadcast address", put(SUBNET, "spec.gateway", "10.100.0.255"), at=SUBNET),
    breaks("NET-102", "the network's own address", put(SUBNET, "spec.gateway", "10.100.0.0"), at=SUBNET),
    breaks("NET-102", "an address of the next block", put(SUBNET, "spec.gateway", "10.100.1.1"), at=SUBNET),
    breaks("NET-102", "an address with a length", put(SUBNET, "spec.gateway", "10.100.0.1/24"), at=SUBNET),
    breaks("NET-102", "no address", put(SUBNET, "spec.gateway", "gateway"), at=SUBNET),
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
    passes("NET-101", "a platform Subnet that leaves its VPC to the controller", put(POD, "spec.vpc", "")),
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
        "a block beside the external one",
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
    passes(
        "NET-105",
        "a block beside the service range",
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
    passes("NET-107", "a route beside the VPC's own block", default_routed("10.100.1.0/24")),
    breaks("NET-107", "a route into the VPC's own block", default_routed("10.100.0.0/16"), at=VPC),
    passes("NET-108", "the network's own address", put(POOL, "spec.addresses", ["172.21.204.208/28"])),
    breaks("NET-108", "a Subnet with host bits", put(SUBNET, "spec.cidrBlock", "10.100.0.5/24"), at=SUBNET),
    breaks("NET-108", "a pool with host bits", put(POOL, "spec.addresses", ["172.21.204.210/28"]), at=POOL),
    passes(
        "NET-109",
        "the block's last address",
        put(SUBNET, "spec.excludeIps", ["10.100.0.1", "10.100.0.250..10.100.0.255"]),
    ),
    breaks("NET-109", "an address of another block", put(SUBNET, "spec.excludeIps", ["10.100.1.1"]), at=SUBNET),
    passes(
        "NET-110",
        "the block before multicast",
        put(SUBNET, "spec.cidrBlock", "223.255.255.0/24"),
        put(SUBNET, "spec.gateway", "223.255.255.1"),
        put(SUBNET, "spec.excludeIps", []),
    ),
    breaks(
        "NET-110",
        "link-local addresses",
        put(SUBNET, "spec.cidrBlock", "169.254.7.0/24"),
        put(SUBNET, "spec.gateway", "169.254.7.1"),
        put(SUBNET, "spec.excludeIps", []),
        at=SUBNET,
    ),
    passes(
        "NET-111",
        "one block of each family",
        put(SUBNET, "spec.cidrBlock", "10.100.0.0/24,fd00::/64"),
        put(SUBNET, "spec.gateway", "10.100.0.1,fd00::1"),
        put(SUBNET, "spec.protocol", "Dual"),
    ),
    breaks("NET-111", "the other family's name", put(SUBNET, "spec.protocol", "IPv6"), at=SUBNET),
    breaks(
        "NET-111", "two blocks of one family", put(SUBNET, "spec.cidrBlock", "10.100.0.0/24,10.103.0.0/24"), at=SUBNET
    ),
    passes(
        "NET-112",
        "an external block read by another law",
        put(EXTERNAL, "spec.gateway", "77.220.68.126"),
        put(VPC, "spec.staticRoutes.0.nextHopIP", "77.220.68.126"),
    ),
    breaks("NET-112", "no block", put(SUBNET, "spec.cidrBlock", "10.100.0.0-24"), at=SUBNET),
    *(
        breaks("NET-112", title, put(SUBNET, "spec.cidrBlock", text), at=SUBNET)
        for title, text in (
            ("a range", "10.100.0.0-10.100.0.255"),
            ("Kube-OVN's range", "10.100.0.0..10.100.0.255"),
            ("a mask", "10.100.0.0/255.255.255.0"),
            ("a wildcard mask", "10.100.0.0/0.0.0.255"),
        )
    ),
    breaks(
        "NET-112",
        "a provider block with a mask",
        put(EXTERNAL, "spec.cidrBlock", "77.220.68.96/255.255.255.224"),
        at=EXTERNAL,
    ),
    breaks("NET-112", "a tenant's block that is not known yet", put(SUBNET, "spec.cidrBlock", UNKNOWN), at=SUBNET),
    breaks("NET-112", "a Subnet without a block", take(SUBNET, "spec.cidrBlock"), at=SUBNET),
    passes("NET-113", "two addresses", *POINT_TO_POINT),
    breaks(
        "NET-113",
        "a single address",
        put(SUBNET, "spec.cidrBlock", "10.100.0.1/32"),
        put(SUBNET, "spec.excludeIps", []),
        at=SUBNET,
    ),
    passes("NET-114", "a range with two dots", put(SUBNET, "spec.excludeIps", ["10.100.0.1..10.100.0.9"])),
    breaks("NET-114", "a range with a dash", put(SUBNET, "spec.excludeIps", ["10.100.0.1-10.100.0.9"]), at=SUBNET),
    breaks("NET-114", "no address at all", put(SUBNET, "spec.excludeIps", ["foo"]), at=SUBNET),
    passes("NET-115", "a tenant Subnet, whose gateway is Kube-OVN's own", take(SUBNET, "spec.gateway")),
    breaks("NET-115", "a provider Subnet without a gateway", take(EXTERNAL, "spec.gateway"), at=EXTERNAL),
)
