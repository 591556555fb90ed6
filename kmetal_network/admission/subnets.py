"""What a Subnet can break by itself, in CEL."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_network
from typing import Final

from kmetal_network.admission.cel import (
    NAME,
    Block,
    blocks_touch,
    field_of,
    has,
    listed,
    masked,
    no_address,
    no_block,
    scalar,
    text,
    texts,
)
from kmetal_network.admission.model import SUBNETS, AdmissionCheck, Literals
from kmetal_network.laws.addresses.subnet_cidrs import RESERVED
from kmetal_network.laws.platform.chart_values import SMALLEST_MTU
from kmetal_network.laws.tenants.attachments import OVN_PARTS
from kmetal_network.names import DEFAULT_VPC, EXTERNAL_SUBNET

_BLOCKS: Final = {
    "parts": f"{scalar('cidrBlock')}.split(',').map(c, c.trim())",
    "blocks": "variables.parts.filter(c, isCIDR(c))",
}

_VLAN: Final = scalar("vlan")
_ELSEWHERE: Final = f"!({scalar('vpc')} in ['', {text(DEFAULT_VPC)}])"
"""In another VPC than the default one."""
_TENANTS: Final = f"({_VLAN} == '' && {_ELSEWHERE})"


def _touching(blocks: Iterable[Block]) -> str:
    hits = " || ".join(blocks_touch("c", block) for block in blocks) or "false"
    return f"variables.blocks.filter(c, {hits})"


def _gateway(_: Literals) -> str:
    """The last address is left to the law: CEL cannot ask a block for it."""
    block = "cidr(variables.blocks[0])"
    comparable = f"({block}.ip().family() == 4 || ip(g).family() == 6)"  # a block of IPv6 may hold the mapped addresses
    first = f"{block}.prefixLength() < ({block}.ip().family() == 4 ? 31 : 127) && {block}.masked().ip() == ip(g)"
    wrong = f"{no_address('g')} || (isIP(g) && (({comparable} && !{block}.containsIP(g)) || ({first})))"
    return (
        f"size(variables.parts) == 1 && size(variables.blocks) == 1 && {scalar('gateway')} != ''"
        f" ? {scalar('gateway')}.split(',').filter(g, {wrong}) : []"
    )


def _families(_: Literals) -> str:
    """Of blocks that can all be read."""
    families = "variables.blocks.map(c, cidr(c).ip().family())"
    repeated = "size(variables.blocks) > 2 || (size(variables.blocks) == 2 && f[0] == f[1])"
    protocol = "size(variables.blocks) == 2 ? 'Dual' : f[0] == 4 ? 'IPv4' : 'IPv6'"
    written = scalar("protocol")
    wrong = f"[{families}].exists(f, {repeated} || !({written} in ['', {protocol}]))"
    readable = "size(variables.blocks) > 0 && size(variables.blocks) == size(variables.parts)"
    return f"{readable} && {wrong} ? [{written} + ' ' + {scalar('cidrBlock')}] : []"


def _excluded(_: Literals) -> str:
    return f"{listed('excludeIps')}.filter(e, e.split('..').exists(x, {no_address('x')}))"


def _mtu(literals: Literals) -> str:
    mtu = f"int({field_of('mtu', '0')})"
    least = f"({scalar('cidrBlock')}.contains(':') ? {SMALLEST_MTU[True]} : {SMALLEST_MTU[False]})"
    most = "" if literals.mtu is None else f" || {mtu} > {literals.mtu}"
    return f"{_VLAN} == '' && {mtu} != 0 && ({mtu} < {least}{most}) ? [string({mtu})] : []"


def _provider(_: Literals) -> str:
    """A form of two parts is right for an attachment of another CNI, another object."""
    provider = scalar("provider")
    parts = f"{provider}.split('.')"
    three = f"size({parts}) == {OVN_PARTS}"
    wrong = f"!(size({parts}) == {OVN_PARTS - 1} || ({three} && {parts}[{OVN_PARTS - 1}] == 'ovn'))"
    return f"{_VLAN} == '' && !({provider} in ['', 'ovn']) && ({wrong}) ? [{provider}] : []"


def _on_vlan(literals: Literals) -> str:
    return f"{_VLAN} in {texts(literals.vlans)}"


def _tenant(literals: Literals) -> str:
    wrong = f"{_on_vlan(literals)} && {_ELSEWHERE} && {NAME} != {text(EXTERNAL_SUBNET)}"
    return f"{wrong} ? [{scalar('vpc')}] : []"


def _serving(literals: Literals) -> str:
    serves = f"!({scalar('provider')} in ['', 'ovn']) || size({listed('namespaces')}) > 0"
    named = f"[{scalar('provider')}] + {listed('namespaces')}"
    return f"{_on_vlan(literals)} && !{_ELSEWHERE} && ({serves}) ? ({named}).filter(n, n != '') : []"


def _lent(_: Literals) -> str:
    return f"{_VLAN} != '' && {field_of('enableExternalLBAddress', 'false')} ? ['enableExternalLBAddress'] : []"


CHECKS: Final = (
    AdmissionCheck("NET-101", SUBNETS, lambda literals: f"{_VLAN} != '' ? {_touching(literals.inner)} : []", _BLOCKS),
    AdmissionCheck("NET-102", SUBNETS, _gateway, _BLOCKS),
    AdmissionCheck("NET-104", SUBNETS, lambda literals: f"{_TENANTS} ? {_touching(literals.blocks)} : []", _BLOCKS),
    AdmissionCheck("NET-105", SUBNETS, lambda literals: f"{_TENANTS} ? {_touching(literals.inner)} : []", _BLOCKS),
    AdmissionCheck("NET-108", SUBNETS, lambda _: f"variables.blocks.filter(c, !({masked('c')}))", _BLOCKS),
    AdmissionCheck("NET-110", SUBNETS, lambda _: _touching(ip_network(str(block)) for block in RESERVED), _BLOCKS),
    AdmissionCheck("NET-111", SUBNETS, _families, _BLOCKS),
    AdmissionCheck(
        "NET-112",
        SUBNETS,
        lambda _: (
            f"{_VLAN} == '' ? {scalar('cidrBlock')}.split(',').filter(c, {no_block('c')})"
            ".map(c, c == '' ? 'no cidrBlock' : c) : []"
        ),
    ),
    AdmissionCheck(
        "NET-113",
        SUBNETS,
        lambda _: "variables.blocks.filter(c, cidr(c).prefixLength() == (cidr(c).ip().family() == 4 ? 32 : 128))",
        _BLOCKS,
    ),
    AdmissionCheck("NET-114", SUBNETS, _excluded),
    AdmissionCheck(
        "NET-115",
        SUBNETS,
        lambda _: f"{_VLAN} != '' && size(variables.blocks) > 0 && !{has('gateway')} ? ['no gateway'] : []",
        _BLOCKS,
    ),
    AdmissionCheck(
        "NET-317",
        SUBNETS,
        lambda _: f"{NAME} == {text(EXTERNAL_SUBNET)} && {_ELSEWHERE} ? [{scalar('vpc')}] : []",
    ),
    AdmissionCheck(
        "NET-318",
        SUBNETS,
        lambda _: f"{scalar('gatewayType')} in ['', 'distributed', 'centralized'] ? [] : [{scalar('gatewayType')}]",
    ),
    AdmissionCheck("NET-234", SUBNETS, _lent),
    AdmissionCheck("NET-320", SUBNETS, _tenant),
    AdmissionCheck("NET-321", SUBNETS, _serving),
    AdmissionCheck("NET-406", SUBNETS, lambda _: f"{NAME}.matches('^[a-z]') ? [] : [{NAME}]"),
    AdmissionCheck("NET-424", SUBNETS, _provider),
    AdmissionCheck("NET-711", SUBNETS, _mtu),
)
