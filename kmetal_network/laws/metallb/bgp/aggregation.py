"""What MetalLB's speakers announce by BGP: each address of a pool in the block of the aggregation length around it."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, summarize_address_range
from typing import Final

from kmetal_network.addresses import Span
from kmetal_network.facts.metallb import Advertisement
from kmetal_network.facts.model import Facts
from kmetal_network.facts.unknown import UNKNOWN, Unknown

BITS: Final = {4: 32, 6: 128}
"""Of an address, by IP version."""


def bgp_advertisements(facts: Facts) -> Iterator[Advertisement]:
    """Those that announce by BGP."""
    return (entry for entry in facts.advertisements if entry.protocol == "BGP")


def length_of(advertisement: Advertisement, block: Span) -> int | Unknown:
    """The aggregation length for a span's family: 32 or 128, each address by itself, where none is written.

    UNKNOWN also for a length that the family does not have: NET-221 covers that.
    """
    four = all(isinstance(end, IPv4Address) for end in block.ends())
    written = advertisement.aggregation if four else advertisement.aggregation_v6
    bits = BITS[4 if four else 6]
    length = bits if written is None else written
    return length if length is UNKNOWN or 0 <= length <= bits else UNKNOWN


def largest(text: str, block: Span) -> int:
    """Prefix length of the largest aligned block in a span, as MetalLB counts it: IPv4 spelled as IPv6 by 128 bits."""
    if ":" in text and "/" in text:
        return int(text.rpartition("/")[2])
    return min(part.prefixlen for part in _blocks(block))


def announced(block: Span, length: int) -> Iterator[Span]:
    """What is announced of a span at that length: its aligned blocks, each widened to it where it is smaller."""
    for part in _blocks(block):
        yield Span.of(part.supernet(new_prefix=length) if part.prefixlen > length else part)


def _blocks(block: Span) -> Iterator[IPv4Network | IPv6Network]:
    first, last = block.ends()
    if isinstance(first, IPv4Address) and isinstance(last, IPv4Address):
        return summarize_address_range(first, last)
    return summarize_address_range(IPv6Address(block.first), IPv6Address(block.last))
