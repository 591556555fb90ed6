"""Cases of `kmetal_network.laws.addresses.subnet_cidrs`."""

from __future__ import annotations

from kmetal_network.facts.unknown import UNKNOWN
from tests.law_cases.addresses.edits import POINT_TO_POINT
from tests.law_cases.case import breaks, passes
from tests.support.network.edits import gone, partial, patch, put, take
from tests.support.network.objects import EXTERNAL, POOL, SUBNET, VPC

CASES = (
    passes("NET-108", "the network's own address", put(POOL, "spec.addresses", ["172.21.204.208/28"])),
    breaks("NET-108", "a Subnet with host bits", put(SUBNET, "spec.cidrBlock", "10.100.0.5/24"), at=SUBNET),
    breaks("NET-108", "a pool with host bits", put(POOL, "spec.addresses", ["172.21.204.210/28"]), at=POOL),
    breaks(
        "NET-108", "a patch with host bits", patch(SUBNET, cidrBlock="10.100.0.5/24"), at="SubnetPatch alpha-dev-subnet"
    ),
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
    passes("NET-112", "a patch of the MTU alone", patch(SUBNET, mtu=1400)),
    passes(
        "NET-112",
        "a patch of a Subnet that others hold",
        patch(SUBNET, excludeIps=["10.100.0.9"]),
        partial,
        gone(SUBNET),
    ),
    breaks(
        "NET-112",
        "a patch whose block is not known yet",
        patch(SUBNET, cidrBlock=UNKNOWN),
        at="SubnetPatch alpha-dev-subnet",
    ),
    breaks("NET-112", "a patch with no block", patch(SUBNET, cidrBlock=""), at="SubnetPatch alpha-dev-subnet"),
    passes("NET-113", "two addresses", *POINT_TO_POINT),
    breaks(
        "NET-113",
        "a single address",
        put(SUBNET, "spec.cidrBlock", "10.100.0.1/32"),
        put(SUBNET, "spec.excludeIps", []),
        at=SUBNET,
    ),
)
