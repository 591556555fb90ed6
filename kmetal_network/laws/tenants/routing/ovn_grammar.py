"""Tells whether a text is an expression of OVN's match language.

`ovn_match`, next to it, computes which destinations a match covers, for a part of the language. OVN reads more:
reversed comparisons, ranges, masks, other fields, predicates. This module recognizes those by the
grammar in ovn-sb(5), Logical_Flow, `match`. In doubt it says that the text is no expression.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from kmetal_network.laws.tenants.routing.ovn_match import NUMBER_LIMIT, NUMBERS

_DEPTH: Final = 32
_SYMBOLS: Final = re.compile(
    r"eth(\.(src|dst|type|mcast|mcastv6|bcast))?|vlan\.(tci|vid|pcp|present)|ip(\.(proto|dscp|ecn|ttl|frag|is_frag|"
    r"later_frag|first_frag))?|ip[46](\.(src|dst|mcast|src_mcast|label))?|arp(\.(op|spa|tpa|sha|tha))?|rarp(\.\w+)?|"
    r"nd(\.(target|sll|tll))?|nd_(ns|na|rs|ra|ns_mcast)|icmp|icmp[46](\.(type|code))?|tcp(\.(src|dst|flags))?|"
    r"udp(\.(src|dst))?|sctp(\.(src|dst))?|igmp|mldv[12]|ct\.(trk|est|new|rel|rpl|inv|snat|dnat)|ct_(mark|label|state)"
    r"(\.\w+)?|x{0,2}reg[0-9]|pkt\.mark|flags(\.\w+)?|inport|outport"
)
ALONE: Final = (
    r"eth\.(mcast|mcastv6|bcast)|vlan\.present|ip|ip\.(is_frag|later_frag|first_frag)|ip4|ip6|ip[46]\.(mcast|src_mcast)|"
    r"arp|rarp|nd|nd_(ns|na|rs|ra|ns_mcast)|icmp[46]?|tcp|udp|sctp|igmp|mldv[12]|ct\.\w+|flags\.\w+|[a-z_0-9.]+\[[0-9]+\]"
)
"""What needs no comparison: predicates, and fields of one bit."""
_SUBFIELD: Final = r"(?:\[[0-9]+(?:\.\.[0-9]+)?\])?"
_CONSTANT: Final = re.compile(
    r"(?P<mac>(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}(?:/(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2})?)"
    r"|(?P<four>[0-9]+(?:\.[0-9]+){3}(?:/[0-9.]+)?)"
    r"|(?P<six>[0-9a-fA-F]*:[0-9a-fA-F:.]*(?:/[0-9a-fA-F:.]+)?)"
    r"|(?P<number>0[xX][0-9a-fA-F]+(?:/0[xX][0-9a-fA-F]+)?|[0-9]{1,39}(?:/[0-9]{1,39})?)"
)
_TOKEN: Final = re.compile(
    r"[ \t\n\r]*(?:(?P<relation>==|!=|<=|>=|<|>)|(?P<sign>&&|\|\||[!(){},])|(?P<set>[$@][A-Za-z_.][A-Za-z0-9_.]*)"
    rf'|(?P<text>"[^"\\]*")|(?P<constant>{_CONSTANT.pattern})(?![A-Za-z0-9_.:])'
    rf"|(?P<symbol>[A-Za-z_][A-Za-z0-9_.]*{_SUBFIELD}))",
    re.ASCII,
)


def is_expression(text: str) -> bool:
    """Whether OVN reads the text as a match."""
    try:
        return _Reader(text).whole()
    except ValueError:
        return False


class _Reader:
    """Recursive descent over the tokens; raises ValueError where the text is no expression."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        position, end = 0, len(text.rstrip(" \t\n\r"))
        while position < end:
            match = _TOKEN.match(text, position)
            if match is None:
                raise ValueError(text)
            kind = next(name for name in ("relation", "sign", "set", "text", "constant", "symbol") if match[name])
            self.tokens.append((kind, match[kind]))
            position = match.end()
        self.next = 0

    def whole(self) -> bool:
        self._junction(0)
        return self.next == len(self.tokens)

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.next] if self.next < len(self.tokens) else ("end", "")

    def _take(self, *wanted: str) -> str:
        kind, text = self._peek()
        if kind not in wanted and text not in wanted:
            raise ValueError(text)
        self.next += 1
        return text

    def _junction(self, depth: int) -> None:
        """Terms joined by one sign: OVN wants parentheses where both meet."""
        if depth > _DEPTH:
            raise ValueError(depth)
        self._term(depth)
        sign = self._peek()[1]
        while self._peek()[1] in ("&&", "||"):
            self._take(sign)
            self._term(depth)

    def _term(self, depth: int) -> None:
        while self._peek()[1] == "!":
            self._take("!")
        if self._peek()[1] == "(":
            self._take("(")
            self._junction(depth + 1)
            self._take(")")
        else:
            self._comparison()

    def _comparison(self) -> None:
        self.numbers: list[int] = []
        sides = [self._operand()]
        relations: list[str] = []
        while self._peek()[0] == "relation" and len(relations) < 2:  # noqa: PLR2004 (a range has two relations)
            relations.append(self._take("relation"))
            sides.append(self._operand())
        fields = [kinds for kinds in sides if isinstance(kinds, str)]
        if not relations and not (fields and re.fullmatch(ALONE, fields[0])):
            raise ValueError(sides)
        if len(fields) != 1 or (len(relations) > 1 and not isinstance(sides[1], str)):
            raise ValueError(sides)
        if len(relations) > 1 and len({relation[0] for relation in relations}) > 1:
            raise ValueError(relations)
        if fields[0] in NUMBERS and any(number > NUMBER_LIMIT for number in self.numbers):
            raise ValueError(self.numbers)
        for kinds in sides:
            if not isinstance(kinds, str) and not kinds <= _taken_by(fields[0]):
                raise ValueError(kinds)

    def _operand(self) -> str | set[str]:
        """A field by its name, or the kinds of the constants."""
        kind, text = self._peek()
        if kind == "symbol":
            self._take("symbol")
            if not _SYMBOLS.fullmatch(text.partition("[")[0]):
                raise ValueError(text)
            return text
        if text != "{":
            return {self._constant()}
        self._take("{")
        kinds = {self._constant()}
        while self._peek()[1] != "}":
            if self._peek()[1] == ",":
                self._take(",")
            kinds.add(self._constant())
        self._take("}")
        return kinds

    def _constant(self) -> str:
        kind, _ = self._peek()
        text = self._take("constant", "set", "text")
        if text.isdecimal():
            self.numbers.append(int(text))
        return kind if kind != "constant" else _kind_of(text)


def _kind_of(text: str) -> str:
    match = _CONSTANT.fullmatch(text)
    if match is None:
        raise ValueError(text)
    kind = next(name for name in ("mac", "four", "six", "number") if match[name])
    if kind in ("four", "six"):
        address, slash, length = text.partition("/")
        value = ip_address(address)
        if slash and length.isdecimal():
            ip_network(text)  # refuses host bits, as OVN does
        elif slash:
            mask = ip_address(length)
            if mask.version != value.version or int(value) & ~int(mask) & _ALL[value.version]:
                raise ValueError(text)
    return kind


_ALL: Final = {4: int(IPv4Address("255.255.255.255")), 6: int(IPv6Address("::")) ^ ((1 << 128) - 1)}


def _taken_by(field: str) -> set[str]:
    """The kinds of constants that a field is compared with."""
    if field in ("inport", "outport"):
        return {"text", "set"}
    if re.fullmatch(r"ip4\.(src|dst)|arp\.[st]pa", field):
        return {"four", "set"}
    if re.fullmatch(r"ip6\.(src|dst)|nd\.target", field):
        return {"six", "set"}
    if re.fullmatch(r"eth\.(src|dst)|arp\.[st]ha|nd\.[st]ll", field):
        return {"mac", "set"}
    return {"number", "mac", "four", "six"} if "reg" in field or field.startswith("ct_label") else {"number"}
