"""Cases of `kmetal_network.laws.provider.external_subnet`."""

from __future__ import annotations

from tests.law_cases.case import breaks, passes, warns
from tests.support.network.edits import partial, put, rename, take
from tests.support.network.objects import DEFAULT_VPC, EXTERNAL, SUBNET, VPC

BETA = "Vpc beta-vpc"
CASES = (
    passes(
        "NET-303",
        "a VPC with other external Subnets of its own",
        rename(EXTERNAL, "uplink"),
        put(DEFAULT_VPC, "spec.extraExternalSubnets", ["uplink"]),
        put(VPC, "spec.extraExternalSubnets", ["uplink"]),
        put(BETA, "spec.extraExternalSubnets", ["uplink"]),
        put("OvnSnatRule alpha-snat-dev", "spec.ovnEip", "alpha-vpc-uplink"),
        put("OvnSnatRule beta-snat-dev", "spec.ovnEip", "beta-vpc-uplink"),
    ),
    breaks(
        "NET-303",
        "the provider Subnet by another name",
        rename(EXTERNAL, "uplink"),
        put(DEFAULT_VPC, "spec.extraExternalSubnets", ["uplink"]),
        at=(VPC, BETA),
    ),
    warns(
        "NET-303", "two names in one file", partial, rename("Subnet external", "externals"), at=(VPC, "Vpc beta-vpc")
    ),
    passes("NET-317", "a Subnet that leaves its VPC to the default", take(EXTERNAL, "spec.vpc")),
    breaks("NET-317", "the provider Subnet in a tenant's VPC", put(EXTERNAL, "spec.vpc", "beta-vpc"), at=EXTERNAL),
    passes(
        "NET-318",
        "centralized, written",
        put(EXTERNAL, "spec.gatewayType", "centralized"),
        put(SUBNET, "spec.gatewayType", ""),
    ),
    breaks("NET-318", "British spelling", put(EXTERNAL, "spec.gatewayType", "centralised"), at=EXTERNAL),
    passes(
        "NET-319",
        "a Subnet that another file may hold",
        partial,
        put(DEFAULT_VPC, "spec.extraExternalSubnets", ["elsewhere"]),
    ),
    breaks(
        "NET-319",
        "a Subnet that does not exist",
        put(DEFAULT_VPC, "spec.extraExternalSubnets", ["external2"]),
        at=DEFAULT_VPC,
    ),
)
