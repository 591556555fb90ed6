"""Every address range that has a name, whichever object or setting it stands in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final, TypeAlias

from kmetal_network.addresses import Span
from kmetal_network.facts.kube_ovn import Subnet
from kmetal_network.facts.model import Facts
from kmetal_network.facts.platform import Range, RangeKind
from kmetal_network.facts.unknown import UNKNOWN, known
from kmetal_network.laws.physical_subnets import by_attachment
from kmetal_network.laws.spans import span
from kmetal_network.names import DEFAULT_VPC

Placed: TypeAlias = tuple[Span, Range]


BUILT_IN_SUBNETS: Final = ("ovn-default", "join")
"""Made by kube-ovn-controller in the default VPC."""


def _vpc(subnet: Subnet) -> str:
    """The VPC's name; Kube-OVN fills an empty one with the default."""
    return subnet.vpc if isinstance(subnet.vpc, str) and subnet.vpc else DEFAULT_VPC


def subnet_kind(name: str, vpc: str, *, on_provider_network: bool) -> RangeKind:
    """What a Subnet's block is for."""
    if on_provider_network:
        return RangeKind.EXTERNAL
    if vpc != DEFAULT_VPC:
        return RangeKind.TENANT
    return RangeKind.JOIN if name == "join" else RangeKind.POD


def named_ranges(facts: Facts) -> Iterator[Range]:
    """Every range that has a name, those of Subnets, pools, nodes and the API server included."""
    for entry in facts.ranges:
        for text in entry.text.split(",") if isinstance(entry.text, str) else (entry.text,):
            yield replace(entry, text=text)
    physical = by_attachment(facts)
    for subnet in facts.subnets:
        # An unknown VPC counts as a separate one: only known VPCs can be compared.
        # Kube-OVN's own two Subnets are known by their names.
        own = subnet.name in BUILT_IN_SUBNETS
        vpc = f"of subnet {subnet.name}" if subnet.vpc is UNKNOWN and not own else _vpc(subnet)
        kind = subnet_kind(subnet.name, vpc, on_provider_network=subnet.on_provider_network or subnet.name in physical)
        for text in subnet.cidr.split(",") if isinstance(subnet.cidr, str) else ():
            yield Range(place=subnet.place, name=f"subnet {subnet.name!r}", kind=kind, text=text, vpc=vpc)
    for what, kind, entries in (
        ("pool", RangeKind.POOL, [(pool.place, pool.name, pool.addresses) for pool in facts.pools]),
        ("node", RangeKind.NODE, [(node.place, node.name, node.addresses) for node in facts.nodes]),
    ):
        for place, name, texts in entries:
            for text in known(texts):
                yield Range(place=place, name=f"{what} {name!r}", kind=kind, text=text)


def placed(ranges: Iterable[Range]) -> list[Placed]:
    """The ranges that can be read, each with its span."""
    return [(block, entry) for entry in ranges if (block := span(entry.text)) is not None]
