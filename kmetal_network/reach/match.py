"""Whether a policy route's match holds for a packet of which only ranges are known: yes, no, or perhaps.

`laws.tenants.routing.ovn_match` decides what OVN can read; here what it can read is evaluated. Ports, protocols,
router ports and address sets are not part of the model, so a comparison with them answers perhaps.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final, TypeAlias

from kmetal_network.addresses import Span
from kmetal_network.laws.spans import ALL_IPV4, span
from kmetal_network.laws.tenants.routing.ovn_match import destinations


class Answer(Enum):
    """Of three."""

    YES = 1
    NO = 0
    PERHAPS = -1


@dataclass(frozen=True, slots=True)
class Packet:
    """Addresses of a packet, each as a range of one family in which it lies."""

    source: Span
    destination: Span


Test: TypeAlias = Callable[[Packet], Answer]

_YES: Final = lambda _: Answer.YES  # noqa: E731 (a constant of a kind)
_NO: Final = lambda _: Answer.NO  # noqa: E731 (a constant of a kind)
_PERHAPS: Final = lambda _: Answer.PERHAPS  # noqa: E731 (a constant of a kind)

_TOKEN: Final = re.compile(r'[ \t\n\r]*(==|!=|<=|>=|<|>|&&|\|\||[!(){},]|\$[\w.]+|"[^"]*"|[\w.:/]+)', re.ASCII)


@dataclass(frozen=True, slots=True)
class Match:
    """A match that OVN can read."""

    text: str
    test: Test
    destinations: tuple[Span, ...]
    """Ranges of the destination between whose edges the answer does not change."""
    sources: tuple[Span, ...]
    """The same of the source."""


@lru_cache(maxsize=1 << 14)
def read(text: str) -> Match:
    """A match, ready to be asked.

    Raises:
        ValueError: it is none that `laws.tenants.routing.ovn_match` reads; the message says where and why.
    """
    destinations(text)
    reader = _Reader([found[1] for found in _TOKEN.finditer(text)])
    test = reader.joined()
    return Match(text, test, tuple(reader.destinations), tuple(reader.sources))


class _Reader:
    """Turns the tokens of an expression that is known to be right into a test."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = [*tokens, ""]
        self._next = 0
        self.destinations: list[Span] = []
        self.sources: list[Span] = []

    def _take(self) -> str:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def joined(self, *, negated: bool = False) -> Test:
        """Operands with `&&` or `||` between them, never both.

        A `!` is handed down to the comparisons, as OVN does it: each of them asks for its family, even where it is
        negated, so that `!(ip4.dst == X)` holds for IPv4 alone (ovn lib/expr.c).
        """
        tests = [self._operand(negated=negated)]
        joiner = self._tokens[self._next]
        while joiner in ("&&", "||") and self._tokens[self._next] == joiner:
            self._take()
            tests.append(self._operand(negated=negated))
        if len(tests) == 1:
            return tests[0]
        return _every(tests) if (joiner == "&&") is not negated else _any(tests)

    def _operand(self, *, negated: bool) -> Test:
        word = self._take()
        if word == "!":
            return self._operand(negated=not negated)
        if word == "(":
            inner = self.joined(negated=negated)
            self._take()
            return inner
        if self._tokens[self._next] not in ("==", "!=", "<=", ">=", "<", ">"):
            return _flag(word, negated=negated)
        relation, values = self._take(), self._values()
        if word not in ("ip4.src", "ip4.dst", "ip6.src", "ip6.dst"):
            return _PERHAPS
        cuts = self.sources if word.endswith(".src") else self.destinations
        return _among(word, values, cuts, negated=negated is not (relation == "!="))

    def _values(self) -> list[str]:
        first = self._take()
        if first != "{":
            return [first]
        values = []
        while (word := self._take()) != "}":
            if word != ",":
                values.append(word)
        return values


def _among(field: str, values: list[str], cuts: list[Span], *, negated: bool) -> Test:
    """Whether an address is in one of some blocks, or in none of them; that of another family does neither."""
    blocks = [block for value in values if (block := span(value)) is not None]
    cuts.extend(blocks)
    sets = len(blocks) != len(values)
    version4, source = field.startswith("ip4"), field.endswith(".src")

    def test(packet: Packet) -> Answer:
        address = packet.source if source else packet.destination
        if ALL_IPV4.contains(address) is not version4:
            return Answer.NO
        if any(block.contains(address) for block in blocks):
            return Answer.NO if negated else Answer.YES
        if sets or any(block.overlaps(address) for block in blocks):
            return Answer.PERHAPS
        return Answer.YES if negated else Answer.NO

    return test


def _flag(name: str, *, negated: bool) -> Test:
    if name in ("ip", "arp"):
        return _YES if (name == "ip") is not negated else _NO
    if name in ("ip4", "ip6"):
        wanted = (name == "ip4") is not negated
        return lambda packet: Answer.YES if ALL_IPV4.contains(packet.destination) is wanted else Answer.NO
    return _PERHAPS


def _every(tests: list[Test]) -> Test:
    def test(packet: Packet) -> Answer:
        answers = {each(packet) for each in tests}
        if Answer.NO in answers:
            return Answer.NO
        return Answer.PERHAPS if Answer.PERHAPS in answers else Answer.YES

    return test


def _any(tests: list[Test]) -> Test:
    def test(packet: Packet) -> Answer:
        answers = {each(packet) for each in tests}
        if Answer.YES in answers:
            return Answer.YES
        return Answer.PERHAPS if Answer.PERHAPS in answers else Answer.NO

    return test
