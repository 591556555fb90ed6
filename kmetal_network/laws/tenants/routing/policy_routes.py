"""Policy routes in the form that OVN's database takes: match, priority, action."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kmetal_network.facts.kube_ovn import PolicyRoute, Vpc
from kmetal_network.facts.model import Facts
from kmetal_network.facts.unknown import UNKNOWN
from kmetal_network.laws.model import Breach, Law
from kmetal_network.laws.spans import is_address
from kmetal_network.laws.tenants.routing.ovn_grammar import is_expression
from kmetal_network.laws.tenants.routing.ovn_match import OvnRefusalError, destinations

PRIORITY_MAXIMUM: Final = 32767
"""Of OVN's Logical_Router_Policy (northbound schema)."""


BUILT_IN_PRIORITY: Final = 29000
"""Where Kube-OVN's own policies begin; they go up to 31000 (pkg/util/const.go)."""


ACTIONS: Final = ("allow", "drop", "reroute")


def policies_of(vpc: Vpc) -> tuple[PolicyRoute, ...]:
    """The policy routes that are known; none where the whole list is not."""
    return () if vpc.policies is UNKNOWN or vpc.policies is None else vpc.policies


def _syntax(facts: Facts) -> Iterator[Breach]:
    for vpc in facts.vpcs:
        for policy in policies_of(vpc):
            if policy.match is UNKNOWN:
                yield Breach(
                    vpc.place, f"a policy's match in vpc {vpc.name!r} is not known yet", "write it as a literal"
                )
                continue
            try:
                destinations(policy.match or "")
            except ValueError as error:
                where = f"vpc {vpc.name!r}: match {policy.match!r} of policy {policy.priority}"
                example = "write an expression such as `ip4.dst == 10.0.0.0/8`"
                if not isinstance(error, OvnRefusalError) and is_expression(policy.match or ""):
                    yield Breach(
                        vpc.place,
                        f"{where} is valid in OVN, but this program cannot tell which packets it matches",
                        f"{example}, where that says the same",
                        warning=True,
                    )
                    continue
                yield Breach(
                    vpc.place,
                    f"{where}: {error}; OVN skips what it cannot read, so the policy does nothing while everything"
                    " reports ready",
                    example,
                )


def _priorities(facts: Facts) -> Iterator[Breach]:
    for vpc in facts.vpcs:
        for policy in policies_of(vpc):
            if policy.priority is UNKNOWN:
                continue
            if not isinstance(policy.priority, int) or not 0 <= policy.priority < BUILT_IN_PRIORITY:
                yield Breach(
                    vpc.place,
                    f"vpc {vpc.name!r}: policy `{policy.match}` has priority {policy.priority!r}",
                    f"write 0 to {BUILT_IN_PRIORITY - 1}; OVN ends at {PRIORITY_MAXIMUM}, and from"
                    f" {BUILT_IN_PRIORITY} on are Kube-OVN's own policies",
                )


def _actions(facts: Facts) -> Iterator[Breach]:
    for vpc in facts.vpcs:
        for policy in policies_of(vpc):
            name = f"vpc {vpc.name!r}: policy {policy.priority} (`{policy.match}`)"
            if policy.action is not UNKNOWN and policy.action not in ACTIONS:
                yield Breach(vpc.place, f"{name} has action {policy.action!r}", f"write one of {', '.join(ACTIONS)}")
            hops = policy.next_hop.split(",") if isinstance(policy.next_hop, str) else []
            if policy.action == "reroute" and policy.next_hop is not UNKNOWN and not all(map(is_address, hops or [""])):
                yield Breach(
                    vpc.place,
                    f"{name} reroutes to {policy.next_hop!r}",
                    "write nextHopIP as addresses with commas and no blanks between",
                )


def _repeated(facts: Facts) -> Iterator[Breach]:
    for vpc in facts.vpcs:
        seen: set[tuple[object, object]] = set()
        for policy in policies_of(vpc):
            key = (policy.priority, policy.match)
            if UNKNOWN not in key and key in seen:
                yield Breach(
                    vpc.place,
                    f"vpc {vpc.name!r} has two policies of priority {policy.priority} with match `{policy.match}`",
                    "keep one of the two",
                )
            seen.add(key)


LAWS = (
    Law(
        id="NET-414",
        title="A policy route's match is an expression that OVN can read",
        why="Neither Kube-OVN's schema nor its webhook parses it. With a single `=` all is ready, and packets are"
        " forwarded: it fails open.",
        fix="Write `ip4.dst == BLOCK`, with two equals signs and without host bits.",
        reference="docs/evidence/kube-ovn.md#vpcs (V7)",
        judge=_syntax,
        unknown="is a finding",
        relaxable=False,
    ),
    Law(
        id="NET-415",
        title="A policy route's priority is below Kube-OVN's own",
        why="OVN refuses more than 32767 again and again, in a log only. From 29000 to 31000 are Kube-OVN's policies"
        " for a VPC's own Subnets, and which of two equals wins is chance.",
        fix="Write 0 to 28999; kMetal's guide has 1500.",
        reference="docs/evidence/kube-ovn.md#vpcs (V3); kube-ovn pkg/util/const.go",
        judge=_priorities,
    ),
    Law(
        id="NET-416",
        title="A policy route allows, drops, or reroutes to addresses",
        why="OVN's database refuses any other action on every retry, in a log only; a blank in nextHopIP likewise.",
        fix="Write allow, drop or reroute, and addresses without blanks for the last.",
        reference="docs/evidence/kube-ovn.md#vpcs (V2)",
        judge=_actions,
    ),
    Law(
        id="NET-417",
        title="A VPC's policy routes differ in priority or match",
        why="OVN keeps one of each pair, by chance, and with it one of the two actions.",
        fix="Keep one of the two.",
        reference="docs/evidence/kube-ovn.md#vpcs (V6)",
        judge=_repeated,
    ),
)
