"""Cases of `kmetal_network.laws.tenants.routing.routes`."""

from __future__ import annotations

from tests.law_cases.case import breaks, passes
from tests.law_cases.tenants.routing.edits import NO_EGRESS
from tests.support.network.edits import YES, Edit, patch, put
from tests.support.network.objects import EXTERNAL, VPC


def route(**entry: object) -> Edit:
    return put(VPC, "spec.staticRoutes.+", entry)


def peering(remote: str, address: object) -> Edit:
    return put(VPC, "spec.vpcPeerings", [{"remoteVpc": remote, "localConnectIP": address}])


APART = (
    put("Subnet beta-dev-subnet", "spec.cidrBlock", "10.101.0.0/24"),
    put("Subnet beta-dev-subnet", "spec.gateway", "10.101.0.1"),
    put("Subnet beta-dev-subnet", "spec.excludeIps", []),
)
"""Tenants whose blocks do not overlap, as peers must be."""


CASES = (
    breaks(
        "NET-410",
        "an address of the block that may be another tenant's",
        put(VPC, "spec.staticRoutes.0.nextHopIP", "77.220.68.110"),
        at=VPC,
    ),
    passes(
        "NET-410",
        "a second router, whose address is excluded",
        put(EXTERNAL, "spec.excludeIps.+", "77.220.68.98..77.220.68.99"),
        put(VPC, "spec.staticRoutes.0.nextHopIP", "77.220.68.99"),
    ),
    passes("NET-410", "the external block's last address", put(VPC, "spec.staticRoutes.0.nextHopIP", "77.220.68.127")),
    breaks(
        "NET-410",
        "the address after the external block",
        put(VPC, "spec.staticRoutes.0.nextHopIP", "77.220.68.128"),
        at=VPC,
    ),
    passes("NET-411", "no default route, no way out", put(VPC, "spec.staticRoutes", []), *NO_EGRESS),
    breaks("NET-411", "no default route", put(VPC, "spec.staticRoutes", []), at=VPC),
    passes("NET-411", "a patch that leaves the routes to others", patch(VPC, enableExternal=YES)),
    breaks(
        "NET-411",
        "a patch that takes the routes away",
        patch(VPC, enableExternal=YES, staticRoutes=[]),
        at="VpcPatch alpha-vpc",
    ),
    passes("NET-419", "a source route", route(cidr="10.100.0.0/24", nextHopIP="77.220.68.97", policy="policySrc")),
    breaks("NET-419", "a policy of no kind", route(cidr="8.8.8.8", nextHopIP="77.220.68.97", policy="dst"), at=VPC),
    breaks(
        "NET-419",
        "a next hop with a length",
        route(cidr="8.8.8.8", nextHopIP="77.220.68.97/27", policy="policyDst"),
        at=VPC,
    ),
    breaks(
        "NET-419",
        "a range of destinations",
        route(cidr="10.0.0.0..10.0.0.9", nextHopIP="77.220.68.97", policy="policyDst"),
        at=VPC,
    ),
    breaks(
        "NET-419",
        "a range of next hops",
        route(cidr="8.8.8.8", nextHopIP="77.220.68.97..77.220.68.98", policy="policyDst"),
        at=VPC,
    ),
    breaks("NET-419", "no block", route(cidr="default", nextHopIP="77.220.68.97"), at=VPC),
    passes("NET-420", "BFD without routes", put(VPC, "spec.enableBfd", YES), put(VPC, "spec.staticRoutes", [])),
    breaks("NET-420", "BFD next to routes", put(VPC, "spec.enableBfd", YES), at=VPC),
    passes("NET-432", "a peer with an address and a length", peering("beta-vpc", "169.254.0.1/30"), *APART),
    breaks("NET-432", "a peer that does not exist", peering("gamma-vpc", "169.254.0.1/30"), at=VPC),
    breaks("NET-432", "an address without a length", peering("beta-vpc", "169.254.0.1"), *APART, at=VPC),
)
