"""Cases of `kmetal_network.laws.tenants.routing.policy_routes`."""

from __future__ import annotations

from kmetal_network.facts.unknown import UNKNOWN
from tests.law_cases.case import breaks, passes, warns
from tests.law_cases.tenants.routing.edits import DROP, GUARD, match
from tests.support.network.edits import Edit, patch, put
from tests.support.network.objects import VPC, policy

POLICY = "spec.policyRoutes.+"


def dropping(match: str) -> Edit:
    return put(VPC, POLICY, {"priority": 1200, "match": match, "action": "drop"})


CASES = (
    passes("NET-414", "a field that is compared with a number", dropping("ip.ttl == 1")),
    warns("NET-414", "a comparison the other way round", dropping("10.0.0.0/8 == ip4.dst"), at=VPC),
    warns("NET-414", "a mask", dropping("ip4.dst == 10.0.0.0/255.0.0.0"), at=VPC),
    warns("NET-414", "an address of Ethernet", dropping("eth.src == 00:00:00:00:00:01"), at=VPC),
    passes(
        "NET-414",
        "every form that OVN reads",
        match("(ip4.dst == 77.220.68.96/27 || ip4.dst == {10.0.0.0/8, 10.1.0.0/16}) && ip4"),
    ),
    breaks("NET-414", "a single equals sign", match("ip4.dst = 77.220.68.96/27"), at=VPC),
    breaks("NET-414", "host bits", match("ip4.dst == 77.220.68.97/27"), at=VPC),
    breaks("NET-414", "a wildcard mask", match("ip4.dst == 77.220.68.96/0.0.0.31"), at=VPC),
    breaks(
        "NET-414",
        "a wildcard mask in a set",
        match("ip4.dst == {77.220.68.96/27, 10.0.0.0/255.0.0.0, 10.0.0.8/255.0.0.247}"),
        at=VPC,
    ),
    breaks("NET-414", "a wildcard mask the other way round", match("77.220.68.96/0.0.0.31 == ip4.dst"), at=VPC),
    warns("NET-414", "a mask with holes", dropping("ip4.dst == 10.0.0.8/255.0.0.8"), at=VPC),
    breaks("NET-414", "a blank that is not ASCII", match("ip4.dst ==\u00a077.220.68.96/27"), at=VPC),
    breaks("NET-414", "a word", match("ip.dst == 77.220.68.96/27"), at=VPC),
    breaks("NET-414", "and mixed with or", match("ip4 && ip4.dst == 77.220.68.96/27 || ip4"), at=VPC),
    breaks("NET-414", "the other family", match("ip6.dst == 77.220.68.96/27"), at=VPC),
    breaks("NET-414", "a parenthesis left open", match("(ip4.dst == 77.220.68.96/27"), at=VPC),
    breaks("NET-414", "a second expression", match("ip4.dst == 77.220.68.96/27 ip4"), at=VPC),
    breaks("NET-414", "nothing", match(""), at=VPC),
    breaks("NET-414", "a match that is not known yet", match(UNKNOWN), at=VPC),
    passes("NET-414", "a negation of what has an order", match("ip4.dst == 77.220.68.96/27 || !(tcp.dst == 80)")),
    breaks("NET-414", "a protocol negated", match("!tcp && ip4.dst == 77.220.68.96/27"), at=VPC),
    breaks("NET-414", "a protocol that differs", match("ip.proto != 6 && ip4"), at=VPC),
    breaks("NET-414", "a number too wide", match("ip.ttl == 256 && ip4"), at=VPC),
    breaks(
        "NET-414",
        "a patch with a single equals sign",
        patch(VPC, policyRoutes=[*GUARD, policy(1501, "ip4.dst = 10.0.0.0/8")]),
        at="VpcPatch alpha-vpc",
    ),
    passes(
        "NET-415",
        "0 and 28999",
        *(put(VPC, f"spec.policyRoutes.{index}.priority", value) for index, value in ((0, 28999), (1, 0))),
    ),
    breaks("NET-415", "29000, where Kube-OVN's own begin", put(VPC, f"{DROP}.priority", 29000), at=VPC),
    breaks("NET-415", "a negative number", put(VPC, "spec.policyRoutes.+", policy(-1, "ip6", "drop")), at=VPC),
    passes(
        "NET-416",
        "a reroute to two addresses",
        put(VPC, "spec.policyRoutes.+", policy(1, "ip4", "reroute", nextHopIP="10.100.0.8,10.100.0.9")),
    ),
    breaks(
        "NET-416", "an action that OVN does not know", put(VPC, "spec.policyRoutes.+", policy(1, "ip4", "deny")), at=VPC
    ),
    breaks(
        "NET-416",
        "a blank between addresses",
        put(VPC, "spec.policyRoutes.+", policy(1, "ip4", "reroute", nextHopIP="10.100.0.8, 10.100.0.9")),
        at=VPC,
    ),
    breaks("NET-416", "a reroute to nowhere", put(VPC, "spec.policyRoutes.+", policy(1, "ip4", "reroute")), at=VPC),
    passes(
        "NET-417",
        "one match at two priorities",
        put(VPC, "spec.policyRoutes.+", policy(1501, "ip4.dst == 77.220.68.96/27")),
    ),
    breaks(
        "NET-417",
        "one policy twice",
        put(VPC, "spec.policyRoutes.+", policy(1500, "ip4.dst == 77.220.68.96/27")),
        at=VPC,
    ),
)
