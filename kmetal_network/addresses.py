"""Addresses, ranges of addresses and names of interfaces, as the laws compare them.

Nothing here needs pydantic: the policy pack loads this module at every preview and has to start fast.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, Self

INTERFACE_NAME_LENGTH: Final = 15
"""Characters of a Linux interface name (IFNAMSIZ less the closing zero)."""

PROVIDER_NAME_LENGTH: Final = 12
"""Characters of a ProviderNetwork's name: its bridge `br-<name>` must be an interface name too."""

VLAN_ID_MAXIMUM: Final = 4094

_MAPPED: Final = 0xFFFF << 32
"""The place of IPv4 in the one address space in which spans are compared (`::ffff:0:0/96`, RFC 4291)."""


def _position(address: IPv4Address | IPv6Address) -> int:
    return _MAPPED + int(address) if address.version == 4 else int(address)  # noqa: PLR2004 (the IP version)


def _address_at(position: int) -> IPv4Address | IPv6Address:
    mapped = position - _MAPPED
    return IPv4Address(mapped) if 0 <= mapped < 1 << 32 else IPv6Address(position)


def _as_address(text: str) -> IPv4Address | IPv6Address:
    if "%" in text:
        message = f"{text!r} carries a zone"
        raise ValueError(message)
    return ip_address(text.strip())


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """A closed interval of addresses: a single one, a CIDR, or a range, whatever form it was written in.

    IPv4 and IPv6 share one number line, IPv4 at `::ffff:0:0/96`; so `::ffff:77.220.68.100` and `77.220.68.100` are the
    same address, as they are for MetalLB, and nothing slips past a comparison by its spelling.
    """

    first: int
    last: int
    text: str = field(default="", compare=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `a`, `a/n`, `a-b` or Kube-OVN's `a..b`.

        Raises:
            ValueError: the text is none of them, mixes families, or ends before it starts.
        """
        return cls(*_ends(text), text)

    @classmethod
    def of(cls, value: IPv4Network | IPv6Network | IPv4Address | IPv6Address) -> Self:
        """The span of a network or an address."""
        if isinstance(value, (IPv4Address, IPv6Address)):
            return cls(_position(value), _position(value), str(value))
        return cls(_position(value.network_address), _position(value.broadcast_address), str(value))

    @property
    def size(self) -> int:
        """Number of addresses."""
        return self.last - self.first + 1

    def overlaps(self, other: Span) -> bool:
        """Whether at least one address is in both."""
        return self.first <= other.last and other.first <= self.last

    def contains(self, other: Span) -> bool:
        """Whether every address of the other is in this one."""
        return self.first <= other.first and other.last <= self.last

    def shared(self, other: Span) -> Span | None:
        """The addresses in both, or None."""
        return Span(max(self.first, other.first), min(self.last, other.last)) if self.overlaps(other) else None

    def ends(self) -> tuple[IPv4Address | IPv6Address, IPv4Address | IPv6Address]:
        """First and last address, IPv4 as IPv4."""
        return _address_at(self.first), _address_at(self.last)

    def canonical(self) -> str:
        """`a` or `a-b`, IPv4 written as IPv4."""
        first, last = self.ends()
        return str(first) if first == last else f"{first}-{last}"

    def __str__(self) -> str:
        """As it was written; computed spans in canonical form."""
        return self.text or self.canonical()


@lru_cache(maxsize=4096)
def _ends(text: str) -> tuple[int, int]:
    """First and last position of a written span; host bits of a CIDR are masked, as all its readers do."""
    for separator in ("..", "-"):
        head, found, tail = text.partition(separator)
        if found:
            low, high = _as_address(head), _as_address(tail)
            if (first := _position(low)) > (last := _position(high)):
                message = f"{text!r} ends before it starts"
                raise ValueError(message)
            if _address_at(first).version != _address_at(last).version:
                message = f"{text!r} mixes IPv4 and IPv6"
                raise ValueError(message)
            return first, last
    if "/" in text:
        network = ip_network(text.strip(), strict=False)
        return _position(network.network_address), _position(network.broadcast_address)
    return (position := _position(_as_address(text))), position


_SUB_INTERFACE: Final = re.compile(r"(?P<parent>.+)\.(?P<id>[0-9]{1,4})")


def sub_interface(name: str) -> tuple[str, int] | None:
    """Parent and VLAN id of a kernel VLAN sub-interface such as `data.222`, or None for a plain NIC."""
    if match := _SUB_INTERFACE.fullmatch(name):
        return match["parent"], int(match["id"])
    return None
