"""Compares every named address range with every other; the kinds of the two decide which law applies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator
from typing import Final

from kmetal_network.facts.model import Facts
from kmetal_network.facts.platform import RangeKind
from kmetal_network.facts.unknown import UNKNOWN
from kmetal_network.laws.addresses.ranges import Placed, named_ranges, placed
from kmetal_network.laws.model import Breach, Law
from kmetal_network.laws.spans import crossing, overlapping, span

_NESTED: Final = frozenset(
    {
        frozenset({RangeKind.MANAGEMENT, RangeKind.POOL}),
        frozenset({RangeKind.MANAGEMENT, RangeKind.NODE}),
        frozenset({RangeKind.MANAGEMENT, RangeKind.RESERVED}),
        frozenset({RangeKind.MANAGEMENT}),  # the same VLAN from two sources
        frozenset({RangeKind.NODE}),
        frozenset({RangeKind.RESERVED}),
        frozenset({RangeKind.NODE, RangeKind.RESERVED}),
        frozenset({RangeKind.EXTERNAL, RangeKind.POOL}),  # NET-201 covers these
        frozenset({RangeKind.POOL}),  # NET-205
        frozenset({RangeKind.POOL, RangeKind.NODE}),  # NET-207
        frozenset({RangeKind.POOL, RangeKind.RESERVED}),  # NET-208
    }
)
"""Pairs that may overlap, or that another law covers."""


PLATFORM: Final = frozenset(RangeKind) - {RangeKind.TENANT, RangeKind.ROUTE}


def _split(facts: Facts) -> tuple[list[Placed], list[Placed]]:
    """The platform's ranges, and the tenants'."""
    readable = placed(named_ranges(facts))
    return (
        [item for item in readable if item[1].kind in PLATFORM],
        [item for item in readable if item[1].kind is RangeKind.TENANT],
    )


def _same_thing(one: Placed, two: Placed) -> bool:
    """Whether the second is the first, read from another source or changed by a patch.

    The chart's `network.kubeOvn.podCidr` is the Subnet `ovn-default`, its `joinCidr` the Subnet `join`: the controller
    makes them, so a read of a live cluster shows each twice.
    """
    subnets = [entry.name.startswith("subnet") for _, entry in (one, two)]
    same_name = one[1].name == two[1].name
    if same_name and all(subnets):
        return True
    return (
        one[1].kind is two[1].kind
        and (one[0].first, one[0].last) == (two[0].first, two[0].last)
        and (same_name or any(subnets) is not all(subnets))
    )


def _lane(item: Placed) -> tuple[Hashable, Hashable]:
    """What `_NESTED` and `_same_thing` compare of two ranges."""
    block, entry = item
    return entry.kind, (entry.name, block.first, block.last)


def _kinds_meet(one: Hashable, two: Hashable) -> bool:
    return frozenset({one, two}) not in _NESTED


def _platform_ranges(facts: Facts) -> Iterator[Breach]:
    ranges = [(block, (block, entry)) for block, entry in _split(facts)[0]]
    pairs = overlapping(ranges, lane=lambda item: _lane(item[1]), meet=_kinds_meet, apart=_same_thing)
    for (_, one), (_, two) in pairs:
        (_, left), (_, right) = sorted((one, two), key=lambda item: (item[1].kind.value, item[1].place, item[1].name))
        yield Breach(
            right.place,
            f"{right.name} {right.text} and {left.name} {left.text} share {one[0].shared(two[0])}",
            "give one of the two a block of its own",
        )


def _same_vpc(facts: Facts) -> Iterator[Breach]:
    by_vpc: dict[str, list[Placed]] = defaultdict(list)
    for item in _split(facts)[1]:
        by_vpc[item[1].vpc].append(item)
    for vpc, items in by_vpc.items():
        # A Subnet and a patch of it are one; two Subnets of one name are NET-401's.
        for one, two in overlapping(items, lane=lambda item: (item[1].name, ""), meet=lambda one, two: one != two):
            left, right = sorted((one[1], two[1]), key=lambda entry: (entry.place, entry.name))
            yield Breach(
                right.place,
                f"{right.name} {right.text} and {left.name} {left.text} share {one[0].shared(two[0])} in one VPC"
                f" {vpc!r}",
                "give each Subnet of a VPC a block of its own (tenants of different VPCs may overlap)",
            )


def _tenant_and_platform(facts: Facts) -> Iterator[Breach]:
    platform, tenants = _split(facts)
    inner = [item for item in platform if item[1].kind is not RangeKind.EXTERNAL]
    for (one, tenant), (two, other) in crossing(tenants, inner):
        yield Breach(
            tenant.place,
            f"{tenant.name} {tenant.text} and {other.name} {other.text} share {one.shared(two)}",
            f"write a tenant block outside {other.text}",
        )


def _tenant_and_external(facts: Facts) -> Iterator[Breach]:
    platform, tenants = _split(facts)
    for (one, tenant), (two, external) in crossing(
        tenants, [item for item in platform if item[1].kind is RangeKind.EXTERNAL]
    ):
        yield Breach(
            tenant.place,
            f"{tenant.name} {tenant.text} and {external.name} {external.text} share {one.shared(two)}, so Kube-OVN's"
            " own allow at priority 31000 wins over the tenant's drop",
            f"write a tenant block outside {external.text}",
        )


def _peered(facts: Facts) -> Iterator[Breach]:
    by_vpc: dict[str, list[Placed]] = defaultdict(list)
    for item in _split(facts)[1]:
        by_vpc[item[1].vpc].append(item)
    pairs = {
        frozenset({vpc.name, remote})
        for vpc in facts.vpcs
        if vpc.peerings is not UNKNOWN
        for remote, _ in vpc.peerings
        if isinstance(remote, str) and remote != vpc.name
    }
    for here, there in sorted(sorted(pair) for pair in pairs):
        for (one, left), (two, right) in crossing(by_vpc[here], by_vpc[there]):
            yield Breach(
                right.place,
                f"{right.name} {right.text} of vpc {there!r} and {left.name} {left.text} of its peer {here!r} share"
                f" {one.shared(two)}",
                "give peered VPCs blocks that are apart, or end the peering",
            )


def _routed(facts: Facts) -> Iterator[Breach]:
    by_vpc: dict[str, list[Placed]] = defaultdict(list)
    for item in _split(facts)[1]:
        by_vpc[item[1].vpc].append(item)
    for vpc in facts.vpcs:
        routes = [
            (block, route)
            for route in (() if vpc.routes is UNKNOWN else vpc.routes)
            if route.policy in (None, "", "policyDst") and (block := span(route.cidr)) is not None and route.next_hop
        ]
        specific = [(block, route) for block, route in routes if str(route.cidr) not in ("0.0.0.0/0", "::/0")]
        for (one, subnet), (two, route) in crossing(by_vpc[vpc.name], specific):
            yield Breach(
                vpc.place,
                f"vpc {vpc.name!r} routes {route.cidr} to {route.next_hop}, of which {one.shared(two)} is in its own"
                f" {subnet.name} {subnet.text}",
                f"write a destination outside {subnet.text}",
            )


LAWS = (
    Law(
        id="NET-101",
        title="The platform's own ranges do not overlap",
        why="Packets for one range are delivered to the other. Kube-OVN compares ranges inside one VPC and VLAN only,"
        " MetalLB its pools only; no one compares the layers.",
        fix="Give each range a block of its own.",
        reference="docs/evidence/kube-ovn.md#subnets (S18)",
        judge=_platform_ranges,
    ),
    Law(
        id="NET-103",
        title="Subnets of one VPC do not overlap",
        why="The second one never becomes Ready. Two tenants may overlap, two clusters of one tenant may not.",
        fix="Give each cluster of a tenant a block of its own.",
        reference="kube-ovn pkg/controller/subnet.go checkSubnetConflict",
        judge=_same_vpc,
    ),
    Law(
        id="NET-104",
        title="No tenant range overlaps the external range",
        why="Kube-OVN allows a VPC's own Subnets at priority 31000; the tenant's drop at 1500 would never apply.",
        fix="Choose a tenant block outside the external one.",
        reference="docs/evidence/kube-ovn.md#isolation",
        judge=_tenant_and_external,
    ),
    Law(
        id="NET-105",
        title="No tenant range overlaps a range of the platform",
        why="Workers could not reach the platform's nodes, Services or API servers with the same addresses. kubeadm's"
        " default service range 10.96.0.0/12 contains the guide's tenant block; the guide's own /16 does not.",
        fix="Choose a tenant block outside the platform's ranges.",
        reference="docs/evidence/kube-ovn.md#subnets (S18); docs/evidence/kmetal.md#ranges",
        judge=_tenant_and_platform,
    ),
    Law(
        id="NET-106",
        title="Blocks of peered VPCs do not overlap",
        why="A peering joins two routers: a block that both hold is delivered to whichever Subnet is nearer, and"
        " never to the other. Kube-OVN compares blocks inside one VPC only.",
        fix="Renumber one of the two, or end the peering.",
        reference="docs/evidence/kube-ovn.md#subnets (S18)",
        judge=_peered,
    ),
    Law(
        id="NET-107",
        title="A static route diverts no address of its VPC's own Subnets",
        why="Nothing compares a route's destination with the VPC's Subnets. The longer prefix decides whether the"
        " traffic is diverted.",
        fix="Write a destination outside the VPC's own blocks; the default route 0.0.0.0/0 is no such destination.",
        reference="kubeovn/kube-ovn#5651; harvester/harvester#8692",
        judge=_routed,
    ),
)
