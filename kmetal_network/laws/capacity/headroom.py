"""Capacity: what runs out, before it does. Errors where too much is claimed, warnings where little is left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kmetal_network.addresses import VLAN_ID_MAXIMUM, Span
from kmetal_network.errors import Severity
from kmetal_network.facts.kube_ovn import Subnet
from kmetal_network.facts.model import Facts
from kmetal_network.facts.platform import RangeKind
from kmetal_network.facts.unknown import has_unknown, known
from kmetal_network.laws import not_admitted
from kmetal_network.laws.addresses.ranges import named_ranges
from kmetal_network.laws.metallb.pools import pool_spans
from kmetal_network.laws.model import Breach, Law
from kmetal_network.laws.spans import span, spans, without
from kmetal_network.names import DEFAULT_VPC

HEADROOM: Final = 0.1
"""The share of a supply that should be left."""

SMALLEST_CLUSTER: Final = 5
"""Addresses that a tenant cluster needs: a few workers, and one more while a worker is replaced."""

_POINT_TO_POINT: Final = 2


def usable(subnet: Subnet) -> int | None:
    """Addresses that Kube-OVN can assign: without network, broadcast, gateway and excluded ones; None if unknown."""
    blocks = spans(subnet.cidr)
    if not blocks or has_unknown(subnet.exclude):
        return None
    free = [block if block.size <= _POINT_TO_POINT else Span(block.first + 1, block.last - 1) for block in blocks[:1]]
    gateway = [block for block in spans(subnet.gateway) if block.size == 1]
    excluded = [block for text in known(subnet.exclude) if (block := span(text)) is not None]
    return sum(block.size for block in without(free, gateway + excluded))


def _claimed(facts: Facts) -> Iterator[tuple[Subnet, int, int]]:
    """Each provider Subnet, its usable addresses, and how many are claimed: one per VPC on it, and each pinned one."""
    for subnet in facts.subnets:
        supply = usable(subnet) if subnet.on_provider_network else None
        if supply is None:
            continue
        routers = {
            f"{vpc.name}-{subnet.name}"
            for vpc in facts.vpcs
            if vpc.name != DEFAULT_VPC
            and vpc.enable_external is True
            and (subnet.name == "external" if vpc.extra_external is None else subnet.name in known(vpc.extra_external))
        }
        pinned = {eip.name for eip in facts.eips if eip.external_subnet == subnet.name}
        yield subnet, supply, len(routers | pinned)


def _little(supply: int, claimed: int) -> bool:
    return claimed <= supply and supply - claimed < supply * HEADROOM


def _external_spent(facts: Facts) -> Iterator[Breach]:
    for subnet, supply, claimed in _claimed(facts):
        if claimed > supply:
            yield Breach(
                subnet.place,
                f"provider subnet {subnet.name!r} {subnet.cidr} has {supply} usable addresses and {claimed} are"
                " claimed",
                "give it a larger block, or put tenants on a second provider Subnet",
            )


def _external_headroom(facts: Facts) -> Iterator[Breach]:
    for subnet, supply, claimed in _claimed(facts):
        if _little(supply, claimed):
            yield Breach(
                subnet.place,
                f"provider subnet {subnet.name!r} {subnet.cidr} has {supply - claimed} of {supply} usable addresses"
                " left",
                "plan a larger block: each tenant takes one, and each of its LoadBalancer services another",
            )


def _pool_supply(facts: Facts) -> tuple[str, int, int] | None:
    """Places of the pools, how many addresses they hold, and how many control planes need one."""
    if not facts.pools or any(has_unknown(pool.addresses) for pool in facts.pools):
        return None
    everything = [block for block, _ in pool_spans(facts)]
    supply = sum(block.size for block in everything)
    return facts.pools[0].place, supply, len(facts.control_planes)


def _pools_spent(facts: Facts) -> Iterator[Breach]:
    found = _pool_supply(facts)
    if found and facts.whole and found[2] > found[1]:
        place, supply, claimed = found
        yield Breach(
            place,
            f"MetalLB's pools hold {supply} addresses and {claimed} tenant control planes need one each",
            "add addresses of the management VLAN (a new entry; editing one re-addresses live services)",
        )


def _pools_headroom(facts: Facts) -> Iterator[Breach]:
    found = _pool_supply(facts)
    if found and facts.whole and _little(found[1], found[2]):
        place, supply, claimed = found
        yield Breach(
            place,
            f"MetalLB's pools have {supply - claimed} of {supply} addresses left",
            "add addresses of the management VLAN (a new entry; editing one re-addresses live services)",
        )


def _small_subnets(facts: Facts) -> Iterator[Breach]:
    for subnet in facts.subnets:
        supply = None if subnet.on_provider_network else usable(subnet)
        if supply is not None and supply < SMALLEST_CLUSTER and spans(subnet.cidr)[0].size > 1:
            yield Breach(
                subnet.place,
                f"subnet {subnet.name!r} {subnet.cidr} has {supply} usable addresses",
                f"write a block with {SMALLEST_CLUSTER} at least: a Subnet's block can't grow without replacing it",
            )


def _vlan_ids(facts: Facts) -> Iterator[Breach]:
    for network in facts.provider_networks:
        used = {
            vlan.id for vlan in facts.vlans if vlan.provider == network.name and isinstance(vlan.id, int) and vlan.id
        }
        if _little(VLAN_ID_MAXIMUM, len(used)):
            yield Breach(
                network.place,
                f"provider network {network.name!r} has {VLAN_ID_MAXIMUM - len(used)} of {VLAN_ID_MAXIMUM} VLAN ids"
                " left",
                "put further VLANs on a second provider network",
            )


def _join_range(facts: Facts) -> Iterator[Breach]:
    nodes = len({node.name for node in facts.nodes})
    for entry in named_ranges(facts):
        block = span(entry.text) if entry.kind is RangeKind.JOIN else None
        if block is not None and block.size - 3 < nodes:
            yield Breach(
                entry.place,
                f"{entry.name} {entry.text} has {max(block.size - 3, 0)} addresses for nodes and there are {nodes}",
                "write a larger block: each node takes one",
            )


LAWS = (
    Law(
        id="NET-501",
        title="The external range has an address for every VPC",
        why="Each tenant's router takes one and each LoadBalancer service of a tenant another; the next tenant gets"
        " no port, and nothing reports it. The /27 of kMetal's guide ends at 29.",
        fix="Give the provider Subnet a larger block, or a second one.",
        reference="docs/evidence/kmetal.md#ranges; kube-ovn pkg/controller/external_gw.go",
        judge=_external_spent,
    ),
    Law(
        id="NET-502",
        title=f"At least {HEADROOM:.0%} of the external range is free",
        severity=Severity.WARNING,
        why="A block of public addresses takes weeks to get.",
        fix="Ask for a larger block now.",
        reference="docs/evidence/kmetal.md#ranges",
        judge=_external_headroom,
    ),
    Law(
        id="NET-503",
        title="The pools have an address for every tenant control plane",
        why="The next tenant's API server stays pending.",
        fix="Add addresses of the management VLAN.",
        reference="docs/evidence/kmetal.md#metallb",
        judge=_pools_spent,
    ),
    Law(
        id="NET-504",
        title=f"At least {HEADROOM:.0%} of the pools is free",
        severity=Severity.WARNING,
        why="Editing a pool later moves live addresses; adding an entry in time does not.",
        fix="Reserve and add a range of the management VLAN.",
        reference="docs/evidence/kmetal.md#ranges",
        judge=_pools_headroom,
    ),
    Law(
        id="NET-505",
        title="A tenant's Subnet has room for a cluster",
        severity=Severity.WARNING,
        why="A Subnet's block cannot grow: it is replaced, and its workers are cut off meanwhile.",
        fix="Write a larger block.",
        reference="docs/evidence/kube-ovn.md#replacements",
        not_admitted=not_admitted.WARNING,
        judge=_small_subnets,
    ),
    Law(
        id="NET-507",
        title=f"At least {HEADROOM:.0%} of a provider network's VLAN ids are free",
        severity=Severity.WARNING,
        why="802.1Q ends at 4094.",
        fix="Put further VLANs on a second provider network.",
        reference="IEEE 802.1Q",
        judge=_vlan_ids,
    ),
    Law(
        id="NET-508",
        title="The join range has an address for every node",
        why="A node without one is never ready, and the range cannot be changed without a new cluster.",
        fix="Write a larger joinCidr.",
        reference="kube-ovn docs, guide/setup-options (join subnet)",
        judge=_join_range,
    ),
)
