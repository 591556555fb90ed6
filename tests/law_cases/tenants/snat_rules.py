"""Cases of `kmetal_network.laws.tenants.snat_rules`."""

from __future__ import annotations

from kmetal_network.facts.unknown import UNKNOWN
from tests.law_cases.case import breaks, passes
from tests.law_cases.tenants.egress_addresses import eip
from tests.support.network.edits import add, gone, partial, patch, put, take
from tests.support.network.objects import SNAT, SUBNET, build

CASES = (
    passes(
        "NET-421",
        "a Subnet that wants no way out",
        gone(SNAT),
        put(SUBNET, "metadata.annotations", {"kmetal-network/egress": "none"}),
    ),
    passes("NET-421", "a rule whose Subnet is not known yet", put(SNAT, "spec.vpcSubnet", UNKNOWN)),
    breaks("NET-421", "no SNAT rule", gone(SNAT), at=SUBNET),
    passes(
        "NET-426", "an address that somebody made", add(eip("spare", type="nat")), put(SNAT, "spec.ovnEip", "spare")
    ),
    breaks("NET-426", "an address that no one makes", put(SNAT, "spec.ovnEip", "alpha-external"), at=SNAT),
    breaks(
        "NET-426",
        "a Subnet that does not exist",
        add(build("OvnSnatRule", "alpha-snat-old", {"ovnEip": "alpha-vpc-external", "vpcSubnet": "alpha-old-subnet"})),
        at="OvnSnatRule alpha-snat-old",
    ),
    passes(
        "NET-427",
        "an address of no one's router",
        add(eip("beta-vpc-spare", type="nat")),
        put(SNAT, "spec.ovnEip", "beta-vpc-spare"),
    ),
    breaks("NET-427", "another VPC's address", put(SNAT, "spec.ovnEip", "beta-vpc-external"), at=SNAT),
    passes(
        "NET-428",
        "a rule by block next to a rule by Subnet",
        add(
            build(
                "OvnSnatRule",
                "alpha-snat-half",
                {"ovnEip": "alpha-vpc-external", "vpc": "alpha-vpc", "v4IpCidr": "10.100.0.0/25"},
            )
        ),
    ),
    breaks(
        "NET-428",
        "two rules for one Subnet",
        add(build("OvnSnatRule", "alpha-snat-more", {"ovnEip": "alpha-vpc-external", "vpcSubnet": "alpha-dev-subnet"})),
        at="OvnSnatRule alpha-snat-more",
    ),
    breaks(
        "NET-428",
        "no source",
        add(build("OvnSnatRule", "alpha-snat-none", {"ovnEip": "alpha-vpc-external"})),
        at="OvnSnatRule alpha-snat-none",
    ),
    breaks("NET-428", "no address", take(SNAT, "spec.ovnEip"), at=SNAT),
    passes(
        "NET-428",
        "patches of one end each",
        patch(SNAT, ovnEip="alpha-vpc-external"),
        patch(SNAT, vpcSubnet="alpha-dev-subnet"),
    ),
    breaks(
        "NET-428",
        "a patch that takes the address away",
        partial,
        patch(SNAT, ovnEip=""),
        at="OvnSnatRulePatch alpha-snat-dev",
    ),
)
