"""Cases of `kmetal_network.laws.tenants.routing.isolation`."""

from __future__ import annotations

from kmetal_network.facts.platform import Range, RangeKind
from kmetal_network.facts.unknown import UNKNOWN
from tests.law_cases.case import breaks, passes
from tests.law_cases.provider.edits import storage
from tests.law_cases.tenants.routing.edits import DROP, GUARD, NO_EGRESS, match
from tests.support.network.edits import NO, YES, add, known_as, patch, put, take
from tests.support.network.objects import VPC, policy

CASES = (
    passes("NET-412", "the drop in two halves", match("ip4.dst == {77.220.68.96/28, 77.220.68.112/28}")),
    passes("NET-412", "a drop of more", match("ip4.dst == 77.220.64.0/18")),
    passes("NET-412", "a VPC without a way out", put(VPC, "spec.policyRoutes", []), *NO_EGRESS),
    breaks("NET-412", "no drop", take(VPC, DROP), at=VPC),
    breaks("NET-412", "a drop of half of it", match("ip4.dst == 77.220.68.96/28"), at=VPC),
    breaks("NET-412", "a drop of some of its packets", match("ip4.dst == 77.220.68.96/27 && tcp"), at=VPC),
    breaks("NET-412", "a drop of what comes from there", match("ip4.src == 77.220.68.96/27"), at=VPC),
    breaks("NET-412", "a drop of everything else", match("ip4.dst != 77.220.68.96/27"), at=VPC),
    breaks("NET-412", "a drop of IPv6", match("ip6.dst == ::/0"), at=VPC),
    breaks("NET-412", "a drop of both families at once", match("ip4 && ip6.dst == ::/0"), at=VPC),
    breaks("NET-412", "an allow in its place", put(VPC, f"{DROP}.action", "allow"), at=VPC),
    breaks("NET-412", "no policy at all", put(VPC, "spec.policyRoutes", []), at=VPC, also=(("NET-418", VPC),)),
    breaks("NET-412", "policies that are not known yet", put(VPC, "spec.policyRoutes", UNKNOWN), at=VPC),
    passes(
        "NET-412",
        "a patch that leaves the policies to others",
        patch(VPC, namespaces=["alpha"]),
        patch(VPC, enableExternal=YES),
    ),
    passes("NET-412", "a patch that takes the way out away, too", patch(VPC, enableExternal=NO, policyRoutes=[])),
    breaks(
        "NET-412",
        "a patch that takes the drop away",
        patch(VPC, enableExternal=YES, policyRoutes=GUARD[1:]),
        at="VpcPatch alpha-vpc",
    ),
    breaks(
        "NET-412",
        "a patch that takes the drop of a VPC away that may leave",
        patch(VPC, policyRoutes=GUARD[1:]),
        at="VpcPatch alpha-vpc",
    ),
    breaks(
        "NET-412",
        "a patch with policies that are not known yet",
        patch(VPC, policyRoutes=UNKNOWN),
        at="VpcPatch alpha-vpc",
    ),
    passes("NET-413", "an allow below the drop", put(VPC, "spec.policyRoutes.+", policy(1499, "ip4", "allow"))),
    passes(
        "NET-413",
        "an allow above, of other addresses",
        put(VPC, "spec.policyRoutes.+", policy(1600, "ip4.dst == 8.8.8.8", "allow")),
    ),
    passes(
        "NET-413",
        "an allow above, of IPv6",
        put(VPC, "spec.policyRoutes.+", policy(2000, "ip6.dst == ::/0", "allow")),
    ),
    passes(
        "NET-413", "an allow above, of IPv6 as a flag", put(VPC, "spec.policyRoutes.+", policy(2000, "ip6", "allow"))
    ),
    breaks(
        "NET-413",
        "an allow above the drop",
        put(VPC, "spec.policyRoutes.+", policy(1501, "ip4.dst == 77.220.68.98 && udp.dst == 53", "allow")),
        at=VPC,
    ),
    breaks(
        "NET-413",
        "an allow next to the drop",
        put(VPC, "spec.policyRoutes.+", policy(1500, "ip4.dst == 77.220.68.98", "allow")),
        at=VPC,
    ),
    breaks(
        "NET-413",
        "a reroute of everything",
        put(VPC, "spec.policyRoutes.+", policy(2000, "ip4", "reroute", nextHopIP="10.100.0.9")),
        at=VPC,
    ),
    breaks(
        "NET-413",
        "a patch with an allow above the drop",
        patch(VPC, policyRoutes=[*GUARD, policy(1501, "ip4.dst == 77.220.68.98", "allow")]),
        at="VpcPatch alpha-vpc",
    ),
    breaks(
        "NET-418",
        "an underlay through which no tenant leaves",
        add(*storage()),
        at=(VPC, "Vpc beta-vpc"),
    ),
    passes(
        "NET-418",
        "one drop of several ranges",
        put(
            VPC,
            "spec.policyRoutes",
            [policy(1500, "ip4.dst == {77.220.68.96/27, 10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12}")],
        ),
    ),
    breaks(
        "NET-418",
        "the seed's one drop",
        put(VPC, "spec.policyRoutes", [policy(1500, "ip4.dst == 77.220.68.96/27")]),
        at=VPC,
    ),
    passes(
        "NET-418",
        "a range that the settings except",
        put(VPC, "spec.policyRoutes.4.match", "ip4.dst == 10.94.0.0/16"),
        known_as(exempt=(Range(place="isolation", name="svcCidr", kind=RangeKind.SERVICE, text="10.96.0.0/16"),)),
    ),
    breaks("NET-418", "a patch with the seed's one drop", patch(VPC, policyRoutes=GUARD[:1]), at="VpcPatch alpha-vpc"),
)
