"""Expressions of the admission policies: addresses and ranges in CEL as Kubernetes extends it.

CEL has no range type and no functions of one's own, and Kubernetes' `ip()` refuses the IPv4-mapped form
(`::ffff:1.2.3.4`), which MetalLB takes. So entries are first brought into one form, then compared: blocks by `cidr()`,
ends of ranges as text padded with zeros, which sorts as the addresses do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network
from typing import Final, TypeAlias

Block: TypeAlias = IPv4Network | IPv6Network

_MAPPED_LENGTH: Final = "^(9[6-9]|1[01][0-9]|12[0-8])$"
"""Prefix lengths of a mapped block that are a whole IPv4 block."""


def text(value: str) -> str:
    """A CEL string literal; JSON's escapes are a part of CEL's."""
    return json.dumps(value, ensure_ascii=True)


def texts(values: Iterable[str]) -> str:
    """A CEL list of strings."""
    return f"[{', '.join(map(text, values))}]"


def once(name: str, value: str, result: str) -> str:
    """A value under a name: CEL has no `let`."""
    return f"[{value}].map({name}, {result})[0]"


def unmapped(entries: str) -> str:
    """Pool entries without blanks and without the mapped form, where it is written with dots; ends by a dash."""
    plain = "e.lowerAscii().replace(' ', '')"
    length = once(
        "p",
        "m.split('/')",
        f"size(p) == 2 && p[1].matches({text(_MAPPED_LENGTH)})"
        " ? p[0].replace('::ffff:', '') + '/' + string(int(p[1]) - 96) : m",
    )
    spoken = "m.contains('::ffff:') && m.contains('.')"
    short = f"m.contains('/') ? {length} : m.replace('::ffff:', '')"
    return f"{entries}.map(e, {once('m', plain, f'{spoken} ? ({short}) : m')})"


def readable(entry: str) -> str:
    """Whether an entry is a range of one family, a block, or an address."""
    ends = once(
        "s", f"{entry}.split('-')", "size(s) == 2 && s.all(x, isIP(x)) && ip(s[0]).family() == ip(s[1]).family()"
    )
    ordered = once("t", f"{entry}.split('-')", f"{key('t[0]')} <= {key('t[1]')}")
    return f"({entry}.contains('-') ? ({ends} && {ordered}) : {entry}.contains('/') ? isCIDR({entry}) : isIP({entry}))"


def key(address: str) -> str:
    """An address as text that sorts as addresses of its family do: 12 digits, or 32 hexadecimal ones."""
    four = f"{address}.split('.').map(o, ('000' + o).substring(size(o))).join('')"
    padded = "{}.map(g, ('0000' + g).substring(size(g))).join('')"
    halves = f"string(ip({address})).split('::')"
    left = padded.format("(h[0] == '' ? [] : h[0].split(':'))")
    right = padded.format("(size(h) < 2 || h[1] == '' ? [] : h[1].split(':'))")
    six = once("h", halves, once("k", f"[{left}, {right}]", f"k[0] + '{'0' * 32}'.substring(size(k[0] + k[1])) + k[1]"))
    return f"({address}.contains('.') && !{address}.contains(':') ? {four} : {six})"


def touches(entry: str, block: Block) -> str:
    """Whether a readable entry and a block share an address."""
    first, last = (_padded(address) for address in (block.network_address, block.broadcast_address))
    low, high = "r[0]", "r[1]"
    family = once(
        "r",
        f"{entry}.split('-')",
        f"ip(r[0]).family() == {block.version} && {key(low)} <= '{last}' && {key(high)} >= '{first}'",
    )
    return (
        f"({entry}.contains('-') ? {family} : {entry}.contains('/') ? {blocks_touch(entry, block)}"
        f" : cidr({text(str(block))}).containsIP({entry}))"
    )


def blocks_touch(entry: str, block: Block) -> str:
    """Whether a CIDR and a block share an address: one holds the other's first."""
    return (
        f"(cidr({text(str(block))}).containsIP(cidr({entry}).masked().ip())"
        f" || cidr({entry}).containsIP(ip({text(str(block.network_address))})))"
    )


def masked(entry: str) -> str:
    """Whether a readable CIDR has no host bits."""
    return f"cidr({entry}).masked() == cidr({entry})"


def _padded(address: object) -> str:
    written = getattr(address, "exploded", str(address))
    if ":" in written:
        return str(written).replace(":", "")
    return "".join(octet.zfill(3) for octet in str(written).split("."))
