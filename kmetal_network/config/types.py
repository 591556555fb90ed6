"""Named scalars of the settings: addresses, ranges, VLAN ids, names.

Every type refuses what would be silently accepted downstream (host bits, integers that read as addresses, names that
Kube-OVN or the kernel cut short) and says what to write instead. All of them are immutable and compare by value.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_interface
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema

from kmetal_network.addresses import INTERFACE_NAME_LENGTH, PROVIDER_NAME_LENGTH, VLAN_ID_MAXIMUM, Span


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


def _block6(value: Any) -> IPv6Network:
    if isinstance(value, IPv6Network):
        return value
    text = _need_text(value, "an IPv6 block", "fd00:204::/64")
    try:
        network = IPv6Network(text, strict=False)
    except ValueError:
        message = f"{text!r} is not an IPv6 block; write ADDRESS/LENGTH such as fd00:204::/64"
        raise ValueError(message) from None
    if "/" not in text or IPv6Address(text.partition("/")[0]) != network.network_address:
        message = f"{text!r} has host bits set or no prefix length; write {network}"
        raise ValueError(message)
    return network


def _address_of_either(value: Any) -> IPv4Address | IPv6Address:
    if isinstance(value, (IPv4Address, IPv6Address)):
        return value
    text = _need_text(value, "an address", "172.21.204.1")
    try:
        return ip_address(text.replace("%", "no zone"))
    except ValueError:
        message = f"{text!r} is not an IPv4 or IPv6 address; write one such as 172.21.204.1 or fd00:204::1"
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


AddressRange = Annotated[
    Span,
    PlainValidator(_span_from_settings),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {"type": "string", "examples": ["172.21.204.200-172.21.204.250", "10.0.0.0/24", "192.168.1.100/32"]}
    ),
]
"""A span of addresses, written as text."""

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

IPv6Block = Annotated[
    IPv6Network,
    BeforeValidator(_block6),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["fd00:204::/64"]}),
]
"""An IPv6 network without host bits."""

EitherAddress = Annotated[
    IPv4Address | IPv6Address,
    BeforeValidator(_address_of_either),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["172.21.204.1", "fd00:204::1"]}),
]
"""One address of either family, written as text."""

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
