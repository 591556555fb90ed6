"""Expressions of the admission policies: fields, addresses and ranges in CEL as Kubernetes extends it.

CEL has no range type and no functions of one's own, and Kubernetes' `ip()` refuses the IPv4-mapped form
(`::ffff:1.2.3.4`), which MetalLB takes. So entries are first brought into one form, then compared: blocks by `cidr()`,
ends of ranges as text padded with zeros, which sorts as the addresses do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, TypeAlias

Block: TypeAlias = IPv4Network | IPv6Network

_MAPPED_LENGTH: Final = "^(9[6-9]|1[01][0-9]|12[0-8])$"
"""Prefix lengths of a mapped block that are a whole IPv4 block."""

_ELSEWHERE: Final = r"-|\.\.|[fF]{4}|%|/0[0-9]|/.*\.|[[:cntrl:]]"
"""In what the laws compare and CEL's functions do not read: ranges, the mapped form, masks, zones, zeros in front."""
_MAPPED_ADDRESS: Final = "^[0-9a-fA-F:.]*[fF]{4}[0-9a-fA-F:.]*$"
_MAPPED_BLOCK: Final = "^[0-9a-fA-F:.]+/0[0-9]{1,2}$|^[0-9a-fA-F:.]*[fF]{4}[0-9a-fA-F:.]*/[0-9]{1,3}$"
"""Likewise for what is written as an address or a block should be: the mapped form, zeros in front of a length."""

NAME: Final = "object.metadata.name"


def text(value: str) -> str:
    """A CEL string literal; JSON's escapes are a part of CEL's."""
    return json.dumps(value, ensure_ascii=True)


def texts(values: Iterable[str]) -> str:
    """A CEL list of strings."""
    return f"[{', '.join(map(text, values))}]"


def once(name: str, value: str, result: str) -> str:
    """A value under a name: CEL has no `let`."""
    return f"[{value}].map({name}, {result})[0]"


def has(name: str) -> str:
    """Whether the spec has a field; of most kinds the spec itself may be absent."""
    return f"(has(object.spec) && has(object.spec.{name}))"


def field_of(name: str, default: str) -> str:
    """A field of the spec that may be absent."""
    return f"({has(name)} ? object.spec.{name} : {default})"


def listed(name: str) -> str:
    """A list that may be absent."""
    return field_of(name, "[]")


def scalar(name: str) -> str:
    """A text that may be absent."""
    return field_of(name, "''")


def unmapped(entries: str) -> str:
    """Pool entries as the law reads them: ends by a dash, no blanks around them, the mapped form with dots as IPv4."""
    plain = "e.lowerAscii().split('..').join('-').split('-').map(x, x.trim()).join('-')"
    length = once(
        "p",
        "m.split('/')",
        f"size(p) == 2 && p[0].startsWith('::ffff:') && p[1].matches({text(_MAPPED_LENGTH)})"
        " ? p[0].substring(7) + '/' + string(int(p[1]) - 96) : m",
    )
    spoken = "m.contains('::ffff:') && m.contains('.')"
    short = f"m.contains('/') ? {length} : ('-' + m).replace('-::ffff:', '-').substring(1)"
    return f"{entries}.map(e, {once('m', plain, f'{spoken} ? ({short}) : m')})"


def readable(entry: str) -> str:
    """Whether an entry is a range of one family, a block, or an address."""
    ends = once(
        "s", f"{entry}.split('-')", "size(s) == 2 && s.all(x, isIP(x)) && ip(s[0]).family() == ip(s[1]).family()"
    )
    ordered = once("t", f"{entry}.split('-')", f"{key('t[0]')} <= {key('t[1]')}")
    return f"({entry}.contains('-') ? ({ends} && {ordered}) : {entry}.contains('/') ? isCIDR({entry}) : isIP({entry}))"


def unreadable(entry: str) -> str:
    """Whether an entry is no address and no block, in whatever form; a range is left to the law."""
    return f"!(isIP({entry}) || isCIDR({entry}) || {entry}.matches({text(_ELSEWHERE)}))"


def no_address(entry: str) -> str:
    """Whether an entry is not written as one address."""
    return f"!(isIP({entry}) || {entry}.matches({text(_MAPPED_ADDRESS)}))"


def no_block(entry: str) -> str:
    """Whether an entry is not written ADDRESS/LENGTH."""
    return f"!(isCIDR({entry}) || {entry}.matches({text(_MAPPED_BLOCK)}))"


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


def ends_of(ranges: Iterable[str]) -> str:
    """A CEL list of ranges `a` or `a-b`: the first address, and both ends as `key` writes them."""
    pairs = [(entry.partition("-")[0], entry.rpartition("-")[2]) for entry in ranges]
    return (
        f"[{', '.join(texts([first, *(_padded(ip_address(end)) for end in (first, last))]) for first, last in pairs)}]"
    )


def touches_one(entry: str, ranges: str) -> str:
    """Whether an entry shares an address with one of the ranges of `ends_of`; its key's length tells the family."""
    ends = once(
        "r",
        once("s", f"{entry}.split('-')", f"[{key('s[0]')}, {key('s[s.size() - 1]')}]"),
        f"{ranges}.exists(x, size(x[1]) == size(r[0]) && x[1] <= r[1] && x[2] >= r[0])",
    )
    block = once(
        "b",
        once("a", f"string(cidr({entry}).masked().ip())", key("a")),
        f"{ranges}.exists(x, cidr({entry}).containsIP(x[0]) || (size(x[1]) == size(b) && x[1] <= b && x[2] >= b))",
    )
    return f"({entry}.contains('/') ? {block} : {ends})"


def inside(entry: str, block: Block) -> str:
    """Whether every address of a readable entry is in a block."""
    whole = f"cidr({text(str(block))})"
    ends = f"{entry}.split('-').all(x, {whole}.containsIP(x))"
    return f"({entry}.contains('/') ? {whole}.containsCIDR({entry}) : {ends})"


def blocks_touch(entry: str, block: Block) -> str:
    """Whether a CIDR and a block share an address: one holds the other's first."""
    return (
        f"(cidr({text(str(block))}).containsIP(cidr({entry}).masked().ip())"
        f" || cidr({entry}).containsIP(ip({text(str(block.network_address))})))"
    )


def masked(entry: str) -> str:
    """Whether a readable CIDR has no host bits."""
    return f"cidr({entry}).masked() == cidr({entry})"


def _padded(address: IPv4Address | IPv6Address) -> str:
    """As `key` writes it."""
    if address.version == 6:  # noqa: PLR2004 (the IP version)
        return address.exploded.replace(":", "")
    return "".join(octet.zfill(3) for octet in str(address).split("."))
