"""Compares addresses: parses them without raising, and finds overlapping pairs in one sweep, a few for each."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from heapq import heappop, heappush
from itertools import pairwise
from typing import Any, Final, TypeVar

from kmetal_network.addresses import Span
from kmetal_network.laws.sweep import MOST_PARTNERS, Lane, Sweep

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

    `Span.parse` reads more than they do, so that a comparison misses nothing; this tells whether they refuse it.
    """
    return _BLOCK.fullmatch(text) is not None and _span(text) is not None


def is_address(text: str) -> bool:
    """Whether it is written as one address, as Go's net.ParseIP reads it."""
    return _ADDRESS.fullmatch(text) is not None and ".." not in text and _span(text) is not None


def spans(text: object) -> list[Span]:
    """The spans of a block as Kube-OVN writes it: one CIDR, or two with a comma between; without unreadable parts."""
    parts = text.split(",") if isinstance(text, str) else ()
    return [block for part in parts if (block := span(part)) is not None]


def _one_lane(_: object) -> Lane:
    return "", ""


def _always(_: Hashable, __: Hashable) -> bool:
    return True


def _never(_: object, __: object) -> bool:
    return False


def overlapping(
    items: Iterable[tuple[Span, T]],
    *,
    lane: Callable[[tuple[Span, T]], Lane] = _one_lane,
    meet: Callable[[Hashable, Hashable], bool] = _always,
    apart: Callable[[T, T], bool] = _never,
    most: int = MOST_PARTNERS,
) -> Iterator[tuple[tuple[Span, T], tuple[Span, T]]]:
    """Pairs that share an address, the earlier one first: sort and sweep.

    It costs n log n, and a bounded number of pairs for each item: a thousand equal items yield each item, not half a
    million pairs. All pairs are reported if no item has more partners than `most`.

    Args:
        items: the spans, and what they belong to.
        lane: an outer kind and an inner one; items that the two functions below do not tell apart share both.
        meet: whether items of two outer kinds are compared at all.
        apart: whether two items are no pair although they overlap; the same for all items of an inner kind.
        most: partners reported for one item.
    """
    reached = Sweep()
    for item in sorted(items, key=lambda item: (item[0].first, item[0].last)):
        reached.close_before(item[0].first)
        own = lane(item)
        alone = True
        for other in reached.partners(item, partial(meet, own[0]), apart, most):
            alone = False
            yield other, item
        reached.add(item, own, alone=alone)


def crossing(
    left: Iterable[tuple[Span, L]], right: Iterable[tuple[Span, R]], *, most: int = MOST_PARTNERS
) -> Iterator[tuple[tuple[Span, L], tuple[Span, R]]]:
    """Pairs of one from each side that share an address, as many of each item as `overlapping` reports.

    Pairs within a side cost nothing: a thousand tenants may hold one and the same block.
    """
    sides: list[tuple[tuple[Span, Any], int]] = [*((item, 0) for item in left), *((item, 1) for item in right)]
    reached = Sweep(), Sweep()
    for item, side in sorted(sides, key=lambda entry: entry[0][0]):
        others = reached[1 - side]
        others.close_before(item[0].first)
        alone = True
        for other in others.partners(item, partial(_always, ""), _never, most):
            alone = False
            yield (item, other) if side == 0 else (other, item)
        reached[side].add(item, ("", ""), alone=alone)


def _merged(blocks: Iterable[Span]) -> list[Span]:
    """The same addresses in spans that are apart, in order."""
    result: list[Span] = []
    for block in sorted(blocks):
        if result and block.first <= result[-1].last:
            if block.last > result[-1].last:
                result[-1] = Span(result[-1].first, block.last)
        else:
            result.append(block)
    return result


def _touching(block: Span, apart: Sequence[Span], firsts: Sequence[int]) -> Iterator[Span]:
    """Those of some spans that are apart and in order which share an address with a block."""
    index = max(bisect_right(firsts, block.first) - 1, 0)
    while index < len(apart) and apart[index].first <= block.last:
        if apart[index].overlaps(block):
            yield apart[index]
        index += 1


def shared(left: Iterable[Span], right: Iterable[Span]) -> list[Span]:
    """What is in both sets of addresses."""
    other = _merged(right)
    firsts = [block.first for block in other]
    return [common for one in left for two in _touching(one, other, firsts) if (common := one.shared(two)) is not None]


def without(whole: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What is left of a set of addresses when another is taken out; a block that loses nothing stays as written."""
    holes = _merged(taken)
    firsts = [hole.first for hole in holes]
    rest: list[Span] = []
    for block in whole:
        first, untouched = block.first, True
        for hole in _touching(block, holes, firsts):
            untouched = False
            if first < hole.first:
                rest.append(Span(first, hole.first - 1))
            first = hole.last + 1
        if untouched:
            rest.append(block)
        elif first <= block.last:
            rest.append(Span(first, block.last))
    return rest


def painted(items: Iterable[tuple[Span, int]]) -> list[tuple[Span, int]]:
    """The same addresses in spans that are apart, in order, each with the lowest number of those that cover it."""
    entries = sorted(items, key=lambda item: item[0].first)
    points = sorted({point for block, _ in entries for point in (block.first, block.last + 1)})
    result: list[tuple[Span, int]] = []
    covering: list[tuple[int, int]] = []
    reached = 0
    for start, end in pairwise(points):
        while reached < len(entries) and entries[reached][0].first == start:
            heappush(covering, (entries[reached][1], entries[reached][0].last))
            reached += 1
        while covering and covering[0][1] < start:
            heappop(covering)
        if covering:
            result.append((Span(start, end - 1), covering[0][0]))
    return result
