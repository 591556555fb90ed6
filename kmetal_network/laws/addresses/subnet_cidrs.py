"""Checks of a single block: readable, masked, not reserved, its gateway and excluded addresses inside."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_interface
from typing import Final

from kmetal_network.addresses import Span
from kmetal_network.errors import Severity
from kmetal_network.facts.model import UNKNOWN, Facts, Maybe, RangeKind, Subnet, known
from kmetal_network.laws.model import Breach, Law
from kmetal_network.laws.spans import is_address, is_block, span, spans

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
_POINT_TO_POINT: Final = 2
"""A /31 has neither network nor broadcast address."""


def family(block: Span) -> str:
    """IPv4 or IPv6; the mapped form counts as the IPv4 that it means."""
    return "IPv4" if _MAPPED.contains(block) else "IPv6"


def _gateways(facts: Facts) -> Iterator[Breach]:
    pairs = [(subnet.place, f"subnet {subnet.name!r}", subnet.cidr, subnet.gateway) for subnet in facts.subnets]
    pairs += [(cni.place, "network.kubeOvn", cni.pod_cidr, cni.pod_gateway) for cni in facts.cni]
    for place, name, cidr, gateway in pairs:
        blocks = spans(cidr)
        for text in gateway.split(",") if isinstance(gateway, str) and blocks else ():
            address = span(text)
            block = next((block for block in blocks if address and family(block) == family(address)), blocks[0])
            if address is None or not is_address(text):
                yield Breach(place, f"gateway {text!r} of {name} is no address", f"write an address of {cidr}")
            elif not block.contains(address):
                yield Breach(
                    place, f"gateway {text} of {name} is not inside its block {cidr}", f"write an address of {cidr}"
                )
            elif block.size > _POINT_TO_POINT and address.first in (block.first, block.last):
                what = "network" if address.first == block.first else "broadcast"
                yield Breach(
                    place,
                    f"gateway {text} of {name} is the {what} address of {cidr}",
                    "write an address between the two",
                )
    for subnet in facts.subnets:
        # A patch does not name the block; whether the text is an address can be checked without it.
        for text in subnet.gateway.split(",") if subnet.patch and isinstance(subnet.gateway, str) else ():
            if subnet.cidr is None and not is_address(text):
                problem = f"gateway {text!r} of subnet {subnet.name!r} is no address"
                yield Breach(subnet.place, problem, "write an address of the Subnet's block")


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


def _excluded_outside(facts: Facts) -> Iterator[Breach]:
    for subnet in facts.subnets:
        blocks = spans(subnet.cidr)
        for text in known(subnet.exclude) if blocks else ():
            excluded = span(text)
            if excluded is not None and not any(block.contains(excluded) for block in blocks):
                yield Breach(
                    subnet.place,
                    f"subnet {subnet.name!r} excludes {text}, which is not inside its block {subnet.cidr}, so it"
                    " reserves"
                    " nothing",
                    f"write addresses of {subnet.cidr}",
                )


def _excluded_unreadable(facts: Facts) -> Iterator[Breach]:
    for subnet in facts.subnets:
        for text in known(subnet.exclude):
            first, _, last = text.partition("..")
            if span(text) is None or not is_address(first) or not is_address(last or first):
                yield Breach(
                    subnet.place,
                    f"subnet {subnet.name!r} excludes {text!r}, which Kube-OVN cannot read as an address or"
                    " FIRST..LAST",
                    "write ADDRESS or FIRST..LAST",
                )


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


def _gateway_missing(facts: Facts) -> Iterator[Breach]:
    for subnet in facts.subnets:
        if subnet.gateway is None and _external(subnet):
            yield Breach(
                subnet.place,
                f"provider subnet {subnet.name!r} names no gateway, so Kube-OVN takes the first address of"
                f" {subnet.cidr}",
                "write the physical router's address",
            )


def _external(subnet: Subnet) -> bool:
    return subnet.on_provider_network and bool(spans(subnet.cidr))


LAWS = (
    Law(
        id="NET-102",
        title="A gateway is a usable address of its own block",
        why="Kube-OVN refuses the Subnet in its conditions only; nothing else reports it.",
        fix="Write an address of the block that is neither its first nor its last.",
        reference="kube-ovn pkg/util/validator.go ValidateSubnet",
        judge=_gateways,
    ),
    Law(
        id="NET-108",
        title="A block is written without host bits",
        why="Kube-OVN masks them in the stored object, so the next apply conflicts; MetalLB assigns from the"
        " whole block, not from the written address on.",
        fix="Write the network's own address.",
        reference="docs/evidence/kube-ovn.md#rewrites; metallb internal/config ParseCIDR",
        judge=_host_bits,
    ),
    Law(
        id="NET-109",
        title="Excluded addresses are inside their Subnet",
        severity=Severity.WARNING,
        why="Kube-OVN accepts addresses outside the block, but they reserve nothing: a typo leaves the address free.",
        fix="Write addresses of the Subnet's block.",
        reference="docs/evidence/kube-ovn.md#subnets (S4)",
        judge=_excluded_outside,
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
        title="A Subnet's protocol is that of its blocks",
        why="The controller overwrites a wrong one from the block, and every later apply conflicts with it; two"
        " blocks of"
        " one family are refused.",
        fix="Write IPv4, IPv6, or Dual with one block of each.",
        reference="docs/evidence/kube-ovn.md#subnets (S3, S7)",
        judge=_families,
    ),
    Law(
        id="NET-112",
        title="Every range of the platform and of its tenants is a literal that can be read",
        why="An unreadable block gets no status at all, and a known bug lets one take down every node's CNI; an unknown"
        " one cannot be compared with the others before it exists.",
        fix="Write ADDRESS/LENGTH.",
        reference="docs/evidence/kube-ovn.md#subnet-traps; kubeovn/kube-ovn#4699, #2129",
        judge=_unreadable,
        unknown="is a finding",
    ),
    Law(
        id="NET-113",
        title="A Subnet is more than one address",
        why="Kube-OVN refuses a /32 or /128 in its conditions only.",
        fix="Write a larger block.",
        reference="docs/evidence/kube-ovn.md#subnets (S3)",
        judge=_too_small,
    ),
    Law(
        id="NET-114",
        title="Excluded addresses are written so that Kube-OVN reads them",
        why="Kube-OVN rewrites what it can't read to the text <nil> in the stored object, and excludes nothing.",
        fix="Write ADDRESS or FIRST..LAST.",
        reference="docs/evidence/kube-ovn.md#subnet-traps",
        judge=_excluded_unreadable,
    ),
    Law(
        id="NET-115",
        title="A provider Subnet names its gateway",
        why="Kube-OVN takes the block's first address instead. If the router has another, nothing leaves, but all is"
        " ready.",
        fix="Write the physical router's address.",
        reference="docs/evidence/kube-ovn.md#rewrites",
        judge=_gateway_missing,
    ),
)
