"""Cases of `kmetal_network.laws.capacity.headroom`."""

from __future__ import annotations

from kmetal_network.facts.platform import ControlPlane, Range, RangeKind
from tests.law_cases.case import breaks, passes
from tests.support.network.edits import NO, Edit, add, known_as, patch, put
from tests.support.network.objects import EXTERNAL, POOL, SUBNET, build, node


def eips(count: int) -> Edit:
    """So many addresses claimed besides those of the two VPCs' routers."""
    return add(*(build("OvnEip", f"service-{number}", {"externalSubnet": "external"}) for number in range(count)))


def planes(count: int) -> Edit:
    """So many tenant control planes, in a namespace without a quota of ours."""
    return known_as(
        control_planes=tuple(ControlPlane(place="tenants", name=f"c{number}", namespace="x") for number in range(count))
    )


def vlans(count: int) -> Edit:
    """So many Vlans with an id besides the good network's one."""
    return add(*(build("Vlan", f"v{number}", {"provider": "second", "id": number}) for number in range(1, count + 1)))


SECOND = add(build("ProviderNetwork", "second", {"defaultInterface": "eth9"}))
SMALL_JOIN = known_as(ranges=(Range(place="join", name="join", kind=RangeKind.JOIN, text="172.21.204.96/29"),))
CASES = (
    passes("NET-501", "26 of 29 addresses, 3 left", eips(24)),
    breaks("NET-501", "30 of 29 addresses", eips(28), at=EXTERNAL),
    passes("NET-502", "the tenth part left", eips(24), put(EXTERNAL, "spec.excludeIps", [])),
    breaks("NET-502", "2 of 29 addresses left", eips(25), at=EXTERNAL),
    breaks("NET-502", "none of 29 addresses left", eips(27), at=EXTERNAL),
    passes("NET-503", "45 control planes, 51 addresses", planes(45)),
    breaks("NET-503", "52 control planes, 51 addresses", planes(52), at=POOL),
    passes("NET-504", "the tenth part left", put(POOL, "spec.addresses", ["172.21.204.200-172.21.204.209"]), planes(9)),
    breaks(
        "NET-504",
        "no address left",
        put(POOL, "spec.addresses", ["172.21.204.200-172.21.204.209"]),
        planes(10),
        at=POOL,
    ),
    passes("NET-505", "a /29", put(SUBNET, "spec.cidrBlock", "10.100.0.0/29")),
    passes(
        "NET-505",
        "a /29 whose gateway is its last address",
        put(SUBNET, "spec.cidrBlock", "10.100.0.0/29"),
        put(SUBNET, "spec.gateway", "10.100.0.6"),
        put(SUBNET, "spec.excludeIps", []),
    ),
    breaks("NET-505", "a /30", put(SUBNET, "spec.cidrBlock", "10.100.0.0/30"), at=SUBNET),
    breaks(
        "NET-505",
        "a /29 with one address excluded",
        put(SUBNET, "spec.cidrBlock", "10.100.0.0/29"),
        put(SUBNET, "spec.excludeIps", ["10.100.0.1..10.100.0.2"]),
        at=SUBNET,
    ),
    passes("NET-507", "410 VLAN ids left", SECOND, vlans(3684)),
    breaks("NET-507", "409 VLAN ids left", SECOND, vlans(3685), at="ProviderNetwork second"),
    passes(
        "NET-508",
        "a /29 for five nodes",
        known_as(ranges=(Range(place="join", name="join", kind=RangeKind.JOIN, text="172.21.204.96/29"),)),
        add(node("w3", "172.21.204.14"), node("w4", "172.21.204.15")),
    ),
    breaks(
        "NET-508",
        "a /29 for six nodes",
        known_as(ranges=(Range(place="join", name="join", kind=RangeKind.JOIN, text="172.21.204.96/29"),)),
        add(node("w3", "172.21.204.14"), node("w4", "172.21.204.15"), node("w5", "172.21.204.16")),
        at="join",
    ),
    passes(
        "NET-508",
        "a /29 for three nodes, two of them patched",
        SMALL_JOIN,
        patch("Node w1", taints=[]),
        patch("Node w2", taints=[]),
        patch("Node w1", unschedulable=NO),
    ),
)
