"""Checks of a single block: readable, masked, not reserved, of the family that it says."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_interface
from typing import Final

from kmetal_network.addresses import Span
from kmetal_network.facts.model import Facts
from kmetal_network.facts.platform import RangeKind
from kmetal_network.facts.unknown import UNKNOWN, Maybe, known
from kmetal_network.laws.model import Breach, Law
from kmetal_network.laws.spans import is_block, span, spans

RESERVED: Final = tuple(
    Span.parse(text)
    for text in (
        "255.255.255.255/32", "224.0.0.0/4", "127.0.0.0/8", "0.0.0.0/32", "169.254.0.0/16",
        "::/128", "::1/128", "ff00::/8", "fe80::/10",
    )
)  # fmt: skip
"""Blocks that Kube-OVN refuses for a Subnet (pkg/util/validator.go, CIDRGlobalUnicast)."""


_BLOCKS: Final = frozenset({RangeKind.POD, RangeKind.JOIN, RangeKind.SERVICE})
"""Ranges that Flannel and Kube-OVN read as ADDRESS/LENGTH; the others are for comparison alone, in any form."""


_MAPPED: Final = Span.parse("::ffff:0:0/96")


def family(block: Span) -> str:
    """IPv4 or IPv6; the mapped form counts as the IPv4 that it means."""
    return "IPv4" if _MAPPED.contains(block) else "IPv6"


def _written_blocks(facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Place, name and text of everything that is written ADDRESS/LENGTH."""
    for subnet in facts.subnets:
        for text in subnet.cidr.split(",") if isinstance(subnet.cidr, str) else ():
            yield subnet.place, f"cidrBlock of subnet {subnet.name!r}", text
    for pool in facts.pools:
        for text in known(pool.addresses):
            yield pool.place, f"an address of pool {pool.name!r}", text
    for entry in facts.ranges:
        for text in entry.text.split(",") if isinstance(entry.text, str) else ():
            yield entry.place, entry.name, text


def _host_bits(facts: Facts) -> Iterator[Breach]:
    for place, what, text in _written_blocks(facts):
        if "/" in text and span(text) is not None:
            written = ip_interface(text.strip())
            if written.ip != written.network.network_address:
                yield Breach(place, f"{what} is {text}, which has host bits set", f"write {written.network}")


def _reserved(facts: Facts) -> Iterator[Breach]:
    for subnet in facts.subnets:
        for block in spans(subnet.cidr):
            for reserved in RESERVED:
                if block.overlaps(reserved):
                    yield Breach(
                        subnet.place,
                        f"cidrBlock {block} of subnet {subnet.name!r} and the reserved {reserved} share"
                        f" {block.shared(reserved)}",
                        "write a block of unicast addresses",
                    )


def _families(facts: Facts) -> Iterator[Breach]:
    for subnet in facts.subnets:
        found = [family(block) for block in spans(subnet.cidr)]
        if not found:
            continue
        if len(found) > len(set(found)):
            yield Breach(
                subnet.place,
                f"subnet {subnet.name!r} has two blocks of one family ({subnet.cidr})",
                "write one block, or one of each family",
            )
            continue
        protocol = "Dual" if len(found) > 1 else found[0]
        if isinstance(subnet.protocol, str) and subnet.protocol not in ("", protocol):
            yield Breach(
                subnet.place,
                f"subnet {subnet.name!r} says protocol {subnet.protocol!r} and its block {subnet.cidr} is {protocol};"
                " Kube-OVN overwrites it, and the next apply conflicts",
                f"write protocol: {protocol}",
            )


def _unreadable(facts: Facts) -> Iterator[Breach]:
    entries: list[tuple[str, str, Maybe[str], bool]] = [
        (entry.place, entry.name, entry.text, entry.kind in _BLOCKS) for entry in facts.ranges
    ]
    entries += [
        (subnet.place, f"cidrBlock of subnet {subnet.name!r}", subnet.cidr, True)
        for subnet in facts.subnets
        if not (subnet.on_provider_network and facts.pools and _incomparable(subnet.cidr))  # NET-201 covers those
        and not (subnet.patch and subnet.cidr is None)
    ]
    for place, what, text, block in entries:
        if text is UNKNOWN:
            yield Breach(place, f"{what} is not known yet", "write it as a literal, so that it can be judged")
        elif text is None or not all(is_block(part) if block else span(part) for part in text.split(",")):
            yield Breach(place, f"{what} is {text!r}, which is no block", "write ADDRESS/LENGTH")


def _incomparable(cidr: Maybe[str]) -> bool:
    return cidr is UNKNOWN or (cidr is not None and any(span(part) is None for part in cidr.split(",")))


def _too_small(facts: Facts) -> Iterator[Breach]:
    for subnet in facts.subnets:
        for block in spans(subnet.cidr):
            if block.size == 1:
                yield Breach(
                    subnet.place,
                    f"cidrBlock {block} of subnet {subnet.name!r} is a single address, which Kube-OVN refuses",
                    "write a block of a /30 at least",
                )


LAWS = (
    Law(
        id="NET-108",
        title="A block is written without host bits",
        why="Kube-OVN masks them in the stored object, so the next apply conflicts; MetalLB assigns from the whole"
        " block, not from the written address on.",
        fix="Write the network's own address.",
        reference="docs/evidence/kube-ovn.md#rewrites; metallb internal/config ParseCIDR",
        judge=_host_bits,
    ),
    Law(
        id="NET-110",
        title="No Subnet holds a reserved range",
        why="Kube-OVN refuses multicast, loopback, link-local and broadcast blocks in its conditions only.",
        fix="Write a block of unicast addresses.",
        reference="docs/evidence/kube-ovn.md#subnets (S2)",
        judge=_reserved,
    ),
    Law(
        id="NET-111",
        title="A Subnet's protocol matches its blocks",
        why="The controller overwrites a wrong one from the block, and every later apply conflicts with it; two"
        " blocks of one family are refused.",
        fix="Write IPv4, IPv6, or Dual with one block of each.",
        reference="docs/evidence/kube-ovn.md#subnets (S3, S7)",
        judge=_families,
    ),
    Law(
        id="NET-112",
        title="Every range of the platform and of its tenants is a literal that can be read",
        why="An unreadable block gets no status at all, and a known bug lets one take down every node's CNI; an"
        " unknown one cannot be compared with the others before it exists.",
        fix="Write ADDRESS/LENGTH.",
        reference="docs/evidence/kube-ovn.md#subnet-traps; kubeovn/kube-ovn#4699, #2129",
        judge=_unreadable,
        unknown="is a finding",
    ),
    Law(
        id="NET-113",
        title="A Subnet has more than one address",
        why="Kube-OVN refuses a /32 or /128 in its conditions only.",
        fix="Write a larger block.",
        reference="docs/evidence/kube-ovn.md#subnets (S3)",
        judge=_too_small,
    ),
)
