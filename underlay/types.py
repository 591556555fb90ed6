"""Named scalars of the network: addresses, ranges, VLAN ids, names.

Every type refuses what would be silently accepted downstream (host bits, integers that read as addresses, names that
Kube-OVN or the kernel cut short) and says what to write instead. All of them are immutable and compare by value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_interface, ip_network
from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, PlainSerializer
from pydantic.json_schema import JsonSchemaValue, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

INTERFACE_NAME_LENGTH: Final = 15
"""Characters of a Linux interface name (IFNAMSIZ less the closing zero)."""

PROVIDER_NAME_LENGTH: Final = 12
"""Characters of a ProviderNetwork's name: its bridge `br-<name>` must be an interface name too."""

VLAN_ID_MAXIMUM: Final = 4094

_MAPPED: Final = 0xFFFF << 32
"""Where IPv4 stands in the one address space in which spans are compared (`::ffff:0:0/96`, RFC 4291)."""


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

    def canonical(self) -> str:
        """`a` or `a-b`, IPv4 written as IPv4."""
        first, last = _address_at(self.first), _address_at(self.last)
        return str(first) if first == last else f"{first}-{last}"

    def __str__(self) -> str:
        """As it was written; computed spans in canonical form."""
        return self.text or self.canonical()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A span is written as text in settings."""
        del source, handler
        return core_schema.no_info_plain_validator_function(
            _span_from_settings, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """For editors: a string."""
        del schema, handler
        return {"type": "string", "examples": ["172.21.204.200-172.21.204.250", "10.0.0.0/24", "192.168.1.100/32"]}


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


def _span_from_settings(value: Any) -> Span:
    if isinstance(value, Span):
        return value
    if not isinstance(value, str):
        message = f"{value!r} is not an address range; write text such as 172.21.204.200-172.21.204.250 or 10.0.0.0/24"
        raise ValueError(message)  # noqa: TRY004 (pydantic collects ValueError, a TypeError would escape it)
    try:
        span = Span.parse(value)
    except ValueError as error:
        message = f"{value!r} is not an address range ({error}); write FIRST-LAST, ADDRESS/LENGTH or ADDRESS"
        raise ValueError(message) from None
    if "/" in value and (interface := ip_interface(value.strip())).ip != interface.network.network_address:
        message = f"{value!r} has host bits set; write {interface.network}"
        raise ValueError(message)
    return span


def _need_text(value: Any, what: str, example: str) -> str:
    if not isinstance(value, str):
        message = f"{value!r} is not {what}; write text such as {example}"
        raise ValueError(message)  # noqa: TRY004 (pydantic collects ValueError, a TypeError would escape it)
    return value


def _block(value: Any) -> IPv4Network:
    if isinstance(value, IPv4Network):
        return value
    text = _need_text(value, "an IPv4 block", "10.100.0.0/24")
    if "/" not in text:
        message = f"{text!r} has no prefix length; write ADDRESS/LENGTH such as 10.100.0.0/24"
        raise ValueError(message)
    try:
        network = IPv4Network(text, strict=False)
    except ValueError:
        message = f"{text!r} is not an IPv4 block; write ADDRESS/LENGTH such as 10.100.0.0/24"
        raise ValueError(message) from None
    if str(network) != text:
        message = f"{text!r} has host bits set or an odd spelling; write {network}"
        raise ValueError(message)
    return network


def _address(value: Any) -> IPv4Address:
    if isinstance(value, IPv4Address):
        return value
    text = _need_text(value, "an IPv4 address", "10.100.0.1")
    try:
        return IPv4Address(text)
    except ValueError:
        message = f"{text!r} is not an IPv4 address; write four numbers such as 10.100.0.1"
        raise ValueError(message) from None


def _named(pattern: str, length: int, what: str, example: str) -> BeforeValidator:
    """A validator for a name: its pattern, its longest form, and what to say otherwise."""
    compiled = re.compile(pattern)

    def check(value: Any) -> str:
        text = _need_text(value, what, example)
        if len(text) > length:
            message = f"{text!r} has {len(text)} characters, {what} has at most {length}; write a shorter one"
            raise ValueError(message)
        if not compiled.fullmatch(text):
            message = f"{text!r} is not {what}; write one such as {example} (pattern {pattern})"
            raise ValueError(message)
        return text

    return BeforeValidator(check)


IPv4Block = Annotated[
    IPv4Network,
    BeforeValidator(_block),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,3}(\.\d{1,3}){3}/\d{1,2}$", "examples": ["10.100.0.0/24"]}),
]
"""An IPv4 network without host bits (pydantic alone would keep or mask them in silence)."""

Address = Annotated[
    IPv4Address,
    BeforeValidator(_address),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "format": "ipv4"}),
]
"""One IPv4 address, written as text (pydantic alone reads the integer 5 as 0.0.0.5)."""

DnsLabel = Annotated[str, _named(r"[a-z]([-a-z0-9]*[a-z0-9])?", 63, "a name", "alpha")]
"""A Kubernetes name without dots that starts with a letter.

Dots would break the provider string `<nad>.<namespace>.ovn`; a leading digit breaks an OVN address-set match in the
default VPC (kubeovn/kube-ovn#3939).
"""

ProviderName = Annotated[
    str, _named(r"[a-z]([-a-z0-9]*[a-z0-9])?", PROVIDER_NAME_LENGTH, "a provider name", "provider")
]
"""A ProviderNetwork's name, short enough for its bridge."""

NodeName = Annotated[str, _named(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", 253, "a node's name", "w1")]
InterfaceName = Annotated[str, _named(r"[^/\s]+", INTERFACE_NAME_LENGTH, "an interface name", "data.222")]
LabelValue = Annotated[str, _named(r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?", 63, "a label's value", "acme")]
Quantity = Annotated[str, _named(r"[0-9]+(\.[0-9]+)?([EPTGMk]i?|m)?", 32, "a quantity", "200Gi")]
Duration = Annotated[str, _named(r"([0-9]+(\.[0-9]+)?(ms|s|m|h))+", 32, "a duration", "90s")]
Community = Annotated[
    str, _named(r"(large:)?[0-9]+:[0-9]+(:[0-9]+)?|[a-z]([-a-z0-9]*[a-z0-9])?", 63, "a BGP community", "65535:65282")
]
VlanId = Annotated[int, Field(strict=True, ge=0, le=VLAN_ID_MAXIMUM)]
"""0 (the kernel tags, see the law on sub-interfaces) or an 802.1Q id."""

Asn = Annotated[int, Field(strict=True, ge=1, le=4294967295)]
Mtu = Annotated[int, Field(strict=True, ge=576, le=9500)]

_SUB_INTERFACE: Final = re.compile(r"(?P<parent>.+)\.(?P<id>[0-9]{1,4})")


def sub_interface(name: str) -> tuple[str, int] | None:
    """Parent and VLAN id of a kernel VLAN sub-interface such as `data.222`, or None for a plain NIC."""
    if match := _SUB_INTERFACE.fullmatch(name):
        return match["parent"], int(match["id"])
    return None
