"""Addresses compared: parsing that cannot fail loudly, and every overlapping pair by one sweep."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from heapq import heappop, heappush
from typing import Final, TypeVar

from underlay.addresses import Span

L = TypeVar("L")
R = TypeVar("R")
T = TypeVar("T")

ALL_IPV4: Final = Span.parse("0.0.0.0/0")
_ADDRESS: Final = re.compile(r"[0-9A-Fa-f:.]+")
_BLOCK: Final = re.compile(r"[0-9A-Fa-f:.]+/[0-9]{1,3}")
EVERYWHERE: Final = Span(0, (1 << 128) - 1, "every address")


def span(text: object) -> Span | None:
    """The span of a written range, or None where it cannot be read (another law says so)."""
    return _span(text) if isinstance(text, str) else None


@lru_cache(maxsize=1 << 16)
def _span(text: str) -> Span | None:
    """Every law reads the same texts; an environment of thousands of Subnets fits."""
    try:
        return Span.parse(text)
    except ValueError:
        return None


def is_block(text: str) -> bool:
    """Whether it is written ADDRESS/LENGTH, as Kubernetes, Kube-OVN and MetalLB read a block (Go's net.ParseCIDR).

    `Span.parse` reads more than they do, so that a comparison misses nothing; a form that they refuse is told here.
    """
    return _BLOCK.fullmatch(text) is not None and _span(text) is not None


def is_address(text: str) -> bool:
    """Whether it is written as one address, as Go's net.ParseIP reads it."""
    return _ADDRESS.fullmatch(text) is not None and ".." not in text and _span(text) is not None


def spans(text: object) -> list[Span]:
    """The spans of a block as Kube-OVN writes it: one CIDR, or two with a comma between; without unreadable parts."""
    parts = text.split(",") if isinstance(text, str) else ()
    return [block for part in parts if (block := span(part)) is not None]


class _Open:
    """The items that the sweep has reached and not yet left."""

    def __init__(self) -> None:
        self.items: dict[int, tuple[Span, object]] = {}
        self._ends: list[tuple[int, int]] = []

    def close_before(self, position: int) -> None:
        while self._ends and self._ends[0][0] < position:
            del self.items[heappop(self._ends)[1]]

    def add(self, index: int, item: tuple[Span, object]) -> None:
        heappush(self._ends, (item[0].last, index))
        self.items[index] = item


def overlapping(items: Iterable[tuple[Span, T]]) -> Iterator[tuple[tuple[Span, T], tuple[Span, T]]]:
    """Every pair that shares an address: sort and sweep, so the cost is n log n plus the number of pairs found."""
    reached = _Open()
    for index, item in enumerate(sorted(items, key=lambda item: (item[0].first, item[0].last))):
        reached.close_before(item[0].first)
        for other in reached.items.values():
            yield other, item  # type: ignore[misc]  # what was put in comes out
        reached.add(index, item)


def crossing(
    left: Iterable[tuple[Span, L]], right: Iterable[tuple[Span, R]]
) -> Iterator[tuple[tuple[Span, L], tuple[Span, R]]]:
    """Every pair of one from each side that shares an address.

    Pairs within a side cost nothing: a thousand tenants may hold one and the same block.
    """
    reached = _Open(), _Open()
    sides = [(item, 0) for item in left], [(item, 1) for item in right]
    for index, (item, side) in enumerate(sorted([*sides[0], *sides[1]], key=lambda entry: entry[0][0])):
        reached[1 - side].close_before(item[0].first)
        for other in reached[1 - side].items.values():
            yield (item, other) if side == 0 else (other, item)  # type: ignore[misc]  # as above
        reached[side].add(index, item)


def shared(left: Iterable[Span], right: Iterable[Span]) -> list[Span]:
    """What is in both sets of addresses."""
    other = list(right)
    return [common for one in left for two in other if (common := one.shared(two)) is not None]


def without(whole: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What is left of a set of addresses when another is taken out."""
    rest = list(whole)
    for hole in taken:
        rest = (
            [
                piece
                for block in rest
                for piece in (
                    Span(block.first, min(block.last, hole.first - 1)),
                    Span(max(block.first, hole.last + 1), block.last),
                )
                if piece.first <= piece.last
            ]
            if any(block.overlaps(hole) for block in rest)
            else rest
        )
    return rest
