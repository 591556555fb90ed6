"""Cases of `kmetal_network.laws.addresses.subnet_addresses`."""

from __future__ import annotations

from tests.law_cases.addresses.edits import POINT_TO_POINT
from tests.law_cases.case import breaks, passes
from tests.support.network.edits import gone, partial, patch, put, take
from tests.support.network.objects import EXTERNAL, SUBNET

CASES = (
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
    breaks(
        "NET-102",
        "a patch with a gateway that is no address",
        patch(SUBNET, gateway="gateway"),
        at="SubnetPatch alpha-dev-subnet",
    ),
    breaks(
        "NET-102",
        "a patch with a gateway outside the block next to it",
        patch(SUBNET, cidrBlock="10.100.0.0/25", gateway="10.100.0.129"),
        at="SubnetPatch alpha-dev-subnet",
    ),
    passes(
        "NET-109",
        "the block's last address",
        put(SUBNET, "spec.excludeIps", ["10.100.0.1", "10.100.0.250..10.100.0.255"]),
    ),
    breaks("NET-109", "an address of another block", put(SUBNET, "spec.excludeIps", ["10.100.1.1"]), at=SUBNET),
    passes("NET-114", "a range with two dots", put(SUBNET, "spec.excludeIps", ["10.100.0.1..10.100.0.9"])),
    breaks("NET-114", "a range with a dash", put(SUBNET, "spec.excludeIps", ["10.100.0.1-10.100.0.9"]), at=SUBNET),
    breaks("NET-114", "no address at all", put(SUBNET, "spec.excludeIps", ["foo"]), at=SUBNET),
    breaks(
        "NET-114",
        "a patch with a range with a dash",
        patch(SUBNET, excludeIps=["10.100.0.1-10.100.0.9"]),
        at="SubnetPatch alpha-dev-subnet",
    ),
    passes("NET-115", "a tenant Subnet, whose gateway is Kube-OVN's own", take(SUBNET, "spec.gateway")),
    breaks("NET-115", "a provider Subnet without a gateway", take(EXTERNAL, "spec.gateway"), at=EXTERNAL),
    passes(
        "NET-115",
        "a patch of a block whose gateway others name",
        patch(EXTERNAL, cidrBlock="77.220.68.96/27"),
        partial,
        gone(EXTERNAL),
    ),
    breaks(
        "NET-115",
        "no gateway, next to a patch of the block",
        take(EXTERNAL, "spec.gateway"),
        patch(EXTERNAL, cidrBlock="77.220.68.96/27"),
        at=EXTERNAL,
    ),
)
