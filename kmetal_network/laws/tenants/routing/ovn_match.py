"""Parses OVN's match expressions strictly, for the part of the language that a policy route of a VPC can need.

ovn-northd is the first to parse a policy route's match, and it skips what it cannot parse. A mistyped drop is stored,
reports ready, and drops nothing (docs/evidence/kube-ovn.md#vpcs (V7)). So this module refuses whatever it does not
know: it is better to refuse a valid expression than to accept a drop that fails open.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from kmetal_network.addresses import Span
from kmetal_network.laws.spans import ALL_IPV4, EVERYWHERE, shared, span, without

_BLANKS: Final = " \t\n\r"
"""What OVN's lexer passes over (ovn lib/lex.c); any other blank ends the expression in an error."""

_TOKEN: Final = re.compile(
    r"""[ \t\n\r]*(?:
        (?P<relation>==|!=|<=|>=|<|>)
      | (?P<sign>&&|\|\||[!(){},])
      | (?P<set>\$[A-Za-z_.][A-Za-z0-9_.]*)
      | (?P<text>"[^"\\]*")
      | (?P<value>(?:[0-9][0-9A-Fa-f:.]*|[0-9A-Fa-f]*::[0-9A-Fa-f:.]*|[0-9A-Fa-f]+:[0-9A-Fa-f:]+)(?:/[0-9.]+)?)
      | (?P<name>[A-Za-z_][A-Za-z0-9_.]*)
    )""",
    re.VERBOSE | re.ASCII,
)


class OvnRefusalError(ValueError):
    """A form that OVN's own parser refuses, so the whole policy does nothing (`tests/oracle` checks it with OVN)."""


_FLAGS: Final = frozenset({"icmp", "icmp4", "icmp6", "tcp", "udp", "sctp", "arp"})
_ADDRESSES: Final = {"ip4.src": 4, "ip4.dst": 4, "ip6.src": 6, "ip6.dst": 6}
NUMBERS: Final = {
    "ip.proto": 8, "ip.ttl": 8, "ip.dscp": 6, "tcp.src": 16, "tcp.dst": 16, "udp.src": 16, "udp.dst": 16,
    "sctp.src": 16, "sctp.dst": 16, "icmp4.type": 8, "icmp4.code": 8, "icmp6.type": 8, "icmp6.code": 8,
}  # fmt: skip
"""Each with its bits (ovn lib/logical-fields.c)."""
_TEXTS: Final = frozenset({"inport", "outport"})
NUMBER_LIMIT: Final = 0xFFFF
_NOMINAL: Final = _FLAGS | _TEXTS | {"ip", "ip4", "ip6", *(name for name, bits in NUMBERS.items() if bits < 16)}  # noqa: PLR2004 (ports are no names)
"""What OVN tests for equality alone, with every `!` around it counted (ovn lib/expr.c, EXPR_L_NOMINAL).

Of the rest a negation is refused, and the policy with it: `!tcp` matches nothing. `tests/oracle` checks it with OVN.
"""
_DEPTH: Final = 32
"""Nesting that no engineer writes; it keeps hostile input from exhausting the stack."""

_MAPPED: Final = Span.parse("::ffff:0:0/96")
"""IPv4 on the one number line of `Span`; no IPv6 packet carries it there."""
_ALL_IPV6: Final = tuple(without([EVERYWHERE], [_MAPPED]))


@dataclass(frozen=True, slots=True)
class Destinations:
    """Which destinations an expression matches."""

    surely: tuple[Span, ...]
    """Matched whatever else the packet carries."""
    perhaps: tuple[Span, ...]
    """Matched by some packet."""


_SOME: Final = Destinations((), (EVERYWHERE,))
_FAMILIES: Final = {"ip4": (ALL_IPV4,), "ip6": _ALL_IPV6, "ip": (EVERYWHERE,)}
_Token: TypeAlias = tuple[str, str, int]


@lru_cache(maxsize=1024)
def destinations(text: str) -> Destinations:
    """What a match says of the destination address.

    Raises:
        ValueError: it is not an expression of this subset; the message says where and why.
    """
    parser = _Parser(_tokens(text), text)
    found = parser.disjunction(0)
    parser.expect_end()
    return found


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    end = len(text.rstrip(_BLANKS))
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            rest = text[position:].strip(_BLANKS)
            if rest.startswith("="):
                raise ValueError("a single `=` compares nothing; write `==`")
            raise ValueError(f"cannot read {rest[:12]!r}")
        tokens.append((match.lastgroup or "", match[match.lastgroup or 0], match.start(match.lastgroup or 0)))
        position = match.end()
    return tokens


class _Parser:
    """Recursive descent; OVN wants parentheses where && and || meet."""

    def __init__(self, tokens: list[_Token], text: str) -> None:
        self._tokens = tokens
        self._text = text
        self._next = 0

    def _peek(self) -> tuple[str, str]:
        kind, text, _ = self._tokens[self._next] if self._next < len(self._tokens) else ("end", "the end", 0)
        return kind, text

    def _take(self) -> tuple[str, str]:
        token = self._peek()
        self._next += 1
        return token

    def _accept(self, sign: str) -> bool:
        if self._peek() == ("sign", sign):
            self._next += 1
            return True
        return False

    def expect_end(self) -> None:
        if self._peek()[0] != "end":
            raise ValueError(f"nothing may follow here, but {self._peek()[1]!r} does")

    def disjunction(self, depth: int, *, negated: bool = False) -> Destinations:
        if depth > _DEPTH:
            raise ValueError(f"is nested more than {_DEPTH} deep")
        found = self._operand(depth, negated=negated)
        joiner = self._peek()[1] if self._peek() in (("sign", "&&"), ("sign", "||")) else None
        while joiner and self._accept(joiner):
            other = self._operand(depth, negated=negated)
            found = _both(found, other) if joiner == "&&" else _either(found, other)
        if self._peek() in (("sign", "&&"), ("sign", "||")):
            raise ValueError("&& and || are mixed; write parentheses around one of them")
        return found

    def _operand(self, depth: int, *, negated: bool) -> Destinations:
        if self._accept("!"):
            if self._peek() == ("sign", "!"):
                raise OvnRefusalError("two `!` follow each other; leave both out")
            self._operand(depth, negated=not negated)
            return _SOME
        if self._accept("("):
            found = self.disjunction(depth + 1, negated=negated)
            if not self._accept(")"):
                raise ValueError(f"a parenthesis is not closed before {self._peek()[1]!r}")
            return found
        kind, name = self._take()
        if kind != "name":
            raise ValueError(f"a field such as ip4.dst is expected, not {name!r}")
        return self._comparison(name, negated=negated)

    def _comparison(self, name: str, *, negated: bool) -> Destinations:
        if self._peek()[0] != "relation":
            found = _flag(name)
            if negated:
                raise OvnRefusalError(f"OVN refuses to test {name!r} negated; name what the policy is to match")
            return found
        _, relation = self._take()
        if name in _NOMINAL and (relation not in ("==", "!=") or (relation == "!=") is not negated):
            raise OvnRefusalError(f"OVN tests {name} for equality alone; write {name} == VALUE, without `!` around it")
        if name in _ADDRESSES:
            values = self._values(lambda kind, text: _address_value(kind, text, _ADDRESSES[name]), relation)
            return _addressed(name, relation, values)
        if name in NUMBERS:
            limit = (1 << NUMBERS[name]) - 1
            self._values(lambda kind, text: _number_value(kind, text, limit), None, relation)
        elif name in _TEXTS:
            self._values(_text_value, relation)
        else:
            raise ValueError(f"{name!r} is no field of a packet that this knows ({', '.join(sorted(_ADDRESSES))}, ...)")
        return _SOME

    def _values(
        self, read: Callable[[str, str], Span | None], relation: str | None, of_numbers: str = "=="
    ) -> list[Span | None]:
        if relation not in (None, "==", "!="):
            raise ValueError(f"{relation!r} does not compare such a value; write == or !=")
        if not self._accept("{"):
            return [read(*self._take())]
        if of_numbers not in ("==", "!="):
            raise OvnRefusalError(f"{of_numbers!r} does not compare with a set; write == or !=")
        values = [read(*self._take())]
        while self._accept(","):
            values.append(read(*self._take()))
        if not self._accept("}"):
            raise ValueError(f"a set is not closed before {self._peek()[1]!r}")
        return values


def _flag(name: str) -> Destinations:
    if (family := _FAMILIES.get(name)) is not None:
        return Destinations(family, family)
    if name in _FLAGS:
        return _SOME
    raise ValueError(f"{name!r} is not compared with anything; compare it, such as {name} == 10.0.0.0/8")


def _address_value(kind: str, text: str, version: int) -> Span | None:
    if kind == "set":
        return None
    block = span(text) if kind == "value" else None
    if block is None or "-" in text or ".." in text:
        raise ValueError(f"{text!r} is no address, block or address set")
    if (":" in text) != (version == 6):  # noqa: PLR2004 (the IP version)
        raise ValueError(f"{text!r} is not of the family of ip{version}")
    if "/" in text and not text.partition("/")[2].isdecimal():
        raise ValueError(f"{text!r} carries a mask; write ADDRESS/LENGTH")
    if "/" in text and text.partition("/")[0] != block.canonical().partition("-")[0]:
        raise ValueError(
            f"{text!r} has host bits set, which OVN refuses; write {block.canonical().partition('-')[0]}/..."
        )
    return block


def _number_value(kind: str, text: str, limit: int) -> None:
    if kind != "value" or not text.isdecimal():
        raise ValueError(f"{text!r} is no number from 0 to {limit}")
    if int(text) > limit or text != str(int(text)):
        raise OvnRefusalError(f"{text!r} is no number from 0 to {limit} without zeros in front")


def _text_value(kind: str, text: str) -> None:
    if kind != "text":
        raise ValueError(f"{text!r} is no port; write it in double quotes")


def _addressed(name: str, relation: str, values: list[Span | None]) -> Destinations:
    if not name.endswith(".dst") or relation == "!=":
        return _SOME
    read = [value for value in values if value is not None]
    surely = tuple(read if name.startswith("ip4") else without(read, [_MAPPED]))
    return Destinations(surely, surely if len(read) == len(values) else (EVERYWHERE,))


def _both(left: Destinations, right: Destinations) -> Destinations:
    return Destinations(tuple(shared(left.surely, right.surely)), tuple(shared(left.perhaps, right.perhaps)))


def _either(left: Destinations, right: Destinations) -> Destinations:
    return Destinations(left.surely + right.surely, left.perhaps + right.perhaps)
