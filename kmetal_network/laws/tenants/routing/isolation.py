"""Isolation: each tenant drops packets to the platform, and no other policy opens the drop."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Final

from kmetal_network.addresses import Span
from kmetal_network.errors import Severity
from kmetal_network.facts.kube_ovn import PolicyRoute, Vpc
from kmetal_network.facts.model import Facts
from kmetal_network.facts.platform import RangeKind
from kmetal_network.facts.unknown import UNKNOWN
from kmetal_network.laws import not_admitted
from kmetal_network.laws.addresses.ranges import named_ranges
from kmetal_network.laws.addresses.subnet_cidrs import family
from kmetal_network.laws.metallb.pools import provider_spans
from kmetal_network.laws.model import Breach, Law
from kmetal_network.laws.physical_subnets import by_attachment, connection
from kmetal_network.laws.spans import EVERYWHERE, painted, span, without
from kmetal_network.laws.tenants.routing.ovn_match import Destinations, destinations
from kmetal_network.laws.tenants.routing.policy_routes import policies_of
from kmetal_network.names import DEFAULT_VPC, DROP_PRIORITY

_MOST_SHOWN: Final = 5
"""How many ranges a finding names."""


_PLATFORM: Final = {
    RangeKind.NODE: "nodes",
    RangeKind.MANAGEMENT: "management",
    RangeKind.POD: "pods",
    RangeKind.JOIN: "join",
    RangeKind.SERVICE: "services",
}


def _leaves(vpc: Vpc) -> bool:
    """Whether a VPC has a way out that its policies have to guard; one that is not known yet may have.

    A patch without policies leaves them as they are, one with policies replaces them all.
    """
    return vpc.name != DEFAULT_VPC and vpc.enable_external in (True, UNKNOWN) and vpc.policies is not None


def _read(policy: PolicyRoute) -> Destinations | None:
    """What a policy matches; None where it cannot be read (NET-414 says so, and no second law repeats it)."""
    if not isinstance(policy.match, str):
        return None
    try:
        return destinations(policy.match)
    except ValueError:
        return None


def _by_priority(policies: tuple[PolicyRoute, ...]) -> list[PolicyRoute]:
    """In OVN's order: highest priority first. OVN picks either of two equals, so an allow counts as first."""
    return sorted(
        (policy for policy in policies if isinstance(policy.priority, int)),
        key=lambda policy: (-int(str(policy.priority)), policy.action == "drop"),
    )


def undropped(vpc: Vpc, block: Span) -> tuple[Span, ...]:
    """The addresses of a block towards which no policy drops everything."""
    return _undropped(policies_of(vpc), block)


@lru_cache(maxsize=1 << 12)
def _undropped(policies: tuple[PolicyRoute, ...], block: Span) -> tuple[Span, ...]:
    """Most tenants have the same policies; each set is evaluated once for each range."""
    dropped: list[Span] = []
    for policy in policies:
        if policy.action == "drop" and isinstance(policy.priority, int):
            found = _read(policy)
            dropped += found.surely if found else (EVERYWHERE,)
    return tuple(without([block], dropped))


def _guarded(facts: Facts) -> tuple[list[tuple[Span, str]], list[tuple[Span, str]]]:
    """The provider blocks that tenants are connected to, or may be; and those that no tenant leaves through."""
    connected = connection(facts)
    apart = {(subnet.name, subnet.cidr) for subnet in facts.subnets if subnet.vlan and connected(subnet) is False}
    names = by_attachment(facts)
    apart |= {(subnet.name, subnet.cidr) for subnet in facts.subnets if subnet.name in names}
    others = {f"provider subnet {name!r} ({cidr})" for name, cidr in apart}
    every = provider_spans(facts)
    return [entry for entry in every if entry[1] not in others], [entry for entry in every if entry[1] in others]


def _no_drop(facts: Facts) -> Iterator[Breach]:
    blocks, _ = _guarded(facts)
    for vpc in facts.vpcs:
        if not _leaves(vpc):
            continue
        if vpc.policies is UNKNOWN:
            yield Breach(
                vpc.place,
                f"policyRoutes of vpc {vpc.name!r} are not known yet",
                "write the drop towards the external range",
            )
            continue
        for block, name in blocks:
            if rest := undropped(vpc, block):
                field = "ip4.dst" if family(block) == "IPv4" else "ip6.dst"
                yield Breach(
                    vpc.place,
                    f"vpc {vpc.name!r} does not drop packets to {', '.join(map(str, rest))} of {name}",
                    f"write a policy route of priority {DROP_PRIORITY}, match `{field} == {block}`, action drop",
                )


def _shadowed(facts: Facts) -> Iterator[Breach]:
    blocks = provider_spans(facts)
    for vpc in filter(_leaves, facts.vpcs):
        policies = _by_priority(policies_of(vpc))
        drops = [(piece, index) for index, policy in enumerate(policies) for piece in _surely_dropped(policy)]
        for block, name in blocks if drops else ():
            for policy, hit in _let_pass(policies, drops, block):
                shown = ", ".join(map(str, hit[:_MOST_SHOWN])) + (" and more" if len(hit) > _MOST_SHOWN else "")
                yield Breach(
                    vpc.place,
                    f"vpc {vpc.name!r}: policy {policy.priority} ({policy.action} `{policy.match}`) lets packets to"
                    f" {shown} of {name} pass before the drop below it applies",
                    "give the drop a higher priority, or write the other policy without those addresses",
                )


def _surely_dropped(policy: PolicyRoute) -> tuple[Span, ...]:
    found = _read(policy) if policy.action == "drop" else None
    return tuple(found.surely) if found else ()


def _let_pass(
    policies: list[PolicyRoute], drops: list[tuple[Span, int]], block: Span
) -> Iterator[tuple[PolicyRoute, list[Span]]]:
    """Each policy that lets packets to a block pass whose first drop comes after it, and some of their addresses.

    From the last policy to the first, so that the pieces whose first drop has been passed are those that matter.
    """
    first = painted((common, index) for piece, index in drops if (common := piece.shared(block)) is not None)
    pending = sorted(first, key=lambda entry: entry[1])
    open_still: list[Span] = []
    for index in reversed(range(len(policies))):
        while pending and pending[-1][1] >= index:
            insort(open_still, pending.pop()[0])
        policy = policies[index]
        found = _read(policy) if policy.action != "drop" and open_still else None
        hit = list(islice(_among(open_still, found.perhaps), _MOST_SHOWN + 1)) if found else []
        if hit:
            yield policy, hit


def _among(apart: list[Span], wanted: Iterable[Span]) -> Iterator[Span]:
    """The addresses of spans that are apart and in order which some others share with them."""
    for one in wanted:
        index = max(bisect_right(apart, one.first, key=lambda block: block.first) - 1, 0)
        while index < len(apart) and apart[index].first <= one.last:
            if (common := apart[index].shared(one)) is not None:
                yield common
            index += 1


def _platform_open(facts: Facts) -> Iterator[Breach]:
    ranges = [
        (block, entry) for entry in named_ranges(facts) if entry.kind in _PLATFORM and (block := span(entry.text))
    ]
    exempt = [block for entry in facts.exempt if (block := span(entry.text)) is not None]
    _, apart = _guarded(facts)
    for vpc in filter(_leaves, facts.vpcs):
        if vpc.policies is UNKNOWN or any(UNKNOWN in (policy.priority, policy.action) for policy in policies_of(vpc)):
            continue  # NET-412 asks for the literals
        reachable = [f"{entry.name} {entry.text}" for block, entry in ranges if without(undropped(vpc, block), exempt)]
        reachable += [name for block, name in apart if without(undropped(vpc, block), exempt)]
        if reachable:
            yield Breach(
                vpc.place,
                f"vpc {vpc.name!r} lets packets to {', '.join(sorted(set(reachable)))} leave towards the physical"
                " gateway",
                "drop them too (a tenant's `drop`), or have that gateway refuse them",
            )


LAWS = (
    Law(
        id="NET-412",
        title="A tenant's packets towards the external range are dropped",
        why="A tenant could reach other tenants' external addresses, and the under cluster's API server, through the"
        " provider VLAN. The drop is written by hand: Kube-OVN makes none.",
        fix="Write a policy route that drops `ip4.dst == <external block>`.",
        reference="kMetal's networking guide, VPC; docs/evidence/kube-ovn.md#isolation",
        judge=_no_drop,
        unknown="is a finding",
    ),
    Law(
        id="NET-413",
        title="Nothing shadows a tenant's drop",
        why="OVN applies the matching policy with the highest priority: an allow or a reroute above the drop opens"
        " the drop.",
        fix="Give the drop the higher priority.",
        reference="docs/evidence/kube-ovn.md#vpcs (V3); ovn-nb(5), Logical_Router_Policy",
        not_admitted="it needs the destinations that each match covers; CEL can check only its form",
        judge=_shadowed,
    ),
    Law(
        id="NET-418",
        title="A tenant's packets towards the platform's ranges are dropped too",
        severity=Severity.WARNING,
        why="The drop in kMetal's guide names the external range only. Packets to nodes, pods, join and service"
        " addresses leave through the provider VLAN: whether they arrive is up to the physical gateway.",
        fix="Write `isolation: {level: platform}`, or name the platform's ranges in the tenant's `drop`.",
        reference="docs/evidence/kube-ovn.md#isolation",
        not_admitted=not_admitted.WARNING,
        judge=_platform_open,
    ),
)
