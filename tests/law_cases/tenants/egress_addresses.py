"""Cases of `kmetal_network.laws.tenants.egress_addresses`."""

from __future__ import annotations

from tests.law_cases.case import breaks, passes
from tests.support.network.edits import add, patch, put, take
from tests.support.network.objects import EXTERNAL, Body, build

PINNED = "OvnEip alpha-vpc-external"


def eip(name: str = "alpha-vpc-external", **spec: object) -> Body:
    return build("OvnEip", name, {"externalSubnet": "external", "type": "lrp", **spec})


SPARE = "OvnEip spare"
PINNED_ADDRESS = add(build("OvnEip", "spare", {"externalSubnet": "external", "type": "nat", "v4Ip": "77.220.68.99"}))
CASES = (
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
