"""Cases of `kmetal_network.laws.tenants.egress`."""

from __future__ import annotations

from kmetal_network.facts.model import UNKNOWN
from tests.law_cases.case import breaks, passes
from tests.support.network import EXTERNAL, SNAT, SUBNET, Body, add, build, gone, partial, patch, put, take

PINNED = "OvnEip alpha-vpc-external"


def eip(name: str = "alpha-vpc-external", **spec: object) -> Body:
    return build("OvnEip", name, {"externalSubnet": "external", "type": "lrp", **spec})


SPARE = "OvnEip spare"
PINNED_ADDRESS = add(build("OvnEip", "spare", {"externalSubnet": "external", "type": "nat", "v4Ip": "77.220.68.99"}))
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
    breaks("NET-426", "an address that nobody makes", put(SNAT, "spec.ovnEip", "alpha-external"), at=SNAT),
    breaks(
        "NET-426",
        "a Subnet that does not exist",
        add(build("OvnSnatRule", "alpha-snat-old", {"ovnEip": "alpha-vpc-external", "vpcSubnet": "alpha-old-subnet"})),
        at="OvnSnatRule alpha-snat-old",
    ),
    passes(
        "NET-427",
        "an address of nobody's router",
        add(eip("beta-vpc-spare", type="nat")),
        put(SNAT, "spec.ovnEip", "beta-vpc-spare"),
    ),
    breaks("NET-427", "another VPC's address", put(SNAT, "spec.ovnEip", "beta-vpc-external"), at=SNAT),
    passes(
        "NET-428",
        "a rule by block beside a rule by Subnet",
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
    passes(
        "NET-429",
        "the first usable address, and an excluded one",
        add(eip(v4Ip="77.220.68.98"), eip("beta-vpc-external", v4Ip="77.220.68.126")),
        put(EXTERNAL, "spec.excludeIps", ["77.220.68.126"]),
    ),
    breaks("NET-429", "the gateway's address", add(eip(v4Ip="77.220.68.97")), at=PINNED),
    breaks("NET-429", "the broadcast address", add(eip(v4Ip="77.220.68.127")), at=PINNED),
    breaks("NET-429", "an address of another block", add(eip(v4Ip="77.220.68.128")), at=PINNED),
    breaks("NET-429", "no address", add(eip(v4Ip="any")), at=PINNED),
    breaks(
        "NET-429",
        "a patch with the gateway's address",
        PINNED_ADDRESS,
        patch(SPARE, externalSubnet="external", v4Ip="77.220.68.97"),
        at="OvnEipPatch spare",
    ),
    passes("NET-430", "addresses side by side", add(eip(v4Ip="77.220.68.98"), eip("spare", v4Ip="77.220.68.99"))),
    breaks(
        "NET-430",
        "one address twice",
        add(eip(v4Ip="77.220.68.98"), eip("spare", v4Ip="77.220.68.98")),
        at="OvnEip spare",
    ),
    passes("NET-431", "the type left to Kube-OVN", add(build("OvnEip", "spare", {"externalSubnet": "external"}))),
    breaks("NET-431", "no Subnet", add(build("OvnEip", "spare", {"type": "nat"})), at="OvnEip spare"),
    breaks(
        "NET-431", "no spec at all", add(build("OvnEip", "spare", {})), take("OvnEip spare", "spec"), at="OvnEip spare"
    ),
    breaks(
        "NET-431",
        "a Subnet that is not the provider's",
        add(build("OvnEip", "spare", {"externalSubnet": "join"})),
        at="OvnEip spare",
    ),
    breaks("NET-431", "an unknown type", add(eip("spare", type="snat")), at="OvnEip spare"),
    passes("NET-431", "a patch of the address alone", PINNED_ADDRESS, patch(SPARE, v4Ip="77.220.68.100")),
    breaks(
        "NET-431", "a patch with an unknown type", PINNED_ADDRESS, patch(SPARE, type="snat"), at="OvnEipPatch spare"
    ),
)
