"""Finds items that overlap, in one pass over their first addresses, with a bounded number of partners for each.

Items are sorted into lanes. Pairs that are never compared, or that may overlap, therefore cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from heapq import heappop, heappush
from itertools import count, islice
from typing import Any, Final, TypeAlias

from kmetal_network.addresses import Span

MOST_PARTNERS: Final = 4
"""Overlaps reported for one item. Each overlapping item is in at least one reported pair."""

Lane: TypeAlias = tuple[Hashable, Hashable]


class _Lane:
    """Items that the sweep has reached and not yet left, of one kind; and those of them that have no partner yet."""

    def __init__(self) -> None:
        self.items: dict[int, tuple[Span, Any]] = {}
        self.fresh: dict[int, tuple[Span, Any]] = {}

    def add(self, index: int, item: tuple[Span, Any], *, alone: bool) -> None:
        self.items[index] = item
        if alone:
            self.fresh[index] = item

    def first(self) -> Any:
        """One item that represents all, where lanes decide the comparison."""
        return next(iter(self.items.values()))[1]

    def partners(self, most: int) -> list[tuple[Span, Any]]:
        """The first few, and all that no other pair would report."""
        chosen = dict(islice(self.items.items(), max(most, 0)))
        chosen.update(self.fresh)
        self.fresh.clear()
        return list(chosen.values())


class Sweep:
    """The lanes, by outer and inner kind, and where each item ends."""

    def __init__(self) -> None:
        self.groups: dict[Hashable, dict[Hashable, _Lane]] = {}
        self.fresh: dict[Hashable, dict[Hashable, _Lane]] = {}
        self._ends: list[tuple[int, int, Hashable, Hashable]] = []
        self._order = count()

    def close_before(self, position: int) -> None:
        """Leave the items that end before an address."""
        while self._ends and self._ends[0][0] < position:
            _, index, outer, inner = heappop(self._ends)
            lane = self.groups[outer][inner]
            del lane.items[index]
            lane.fresh.pop(index, None)
            if not lane.items:
                del self.groups[outer][inner]
                self.fresh.get(outer, {}).pop(inner, None)
            if not self.groups[outer]:
                del self.groups[outer]

    def add(self, item: tuple[Span, Any], lane: Lane, *, alone: bool) -> None:
        """Reach an item; alone, it has had no partner yet."""
        outer, inner = lane
        index = next(self._order)
        there = self.groups.setdefault(outer, {}).setdefault(inner, _Lane())
        there.add(index, item, alone=alone)
        if alone:
            self.fresh.setdefault(outer, {})[inner] = there
        heappush(self._ends, (item[0].last, index, outer, inner))

    def partners(
        self,
        item: tuple[Span, Any],
        meets: Callable[[Hashable], bool],
        apart: Callable[[Any, Any], bool],
        most: int,
    ) -> Iterator[tuple[Span, Any]]:
        """At most so many partners of an item, and each item besides that has none yet."""
        count = 0
        for lane in self._lanes(item, meets, apart):
            for other in lane.partners(most - count):
                count += 1
                yield other
            if count >= most:
                break
        for outer in [outer for outer in self.fresh if meets(outer)]:
            yield from self._fresh(outer, item, apart)

    def _lanes(
        self, item: tuple[Span, Any], meets: Callable[[Hashable], bool], apart: Callable[[Any, Any], bool]
    ) -> Iterator[_Lane]:
        for outer, group in self.groups.items():
            if meets(outer):
                yield from (lane for lane in group.values() if not apart(lane.first(), item[1]))

    def _fresh(
        self, outer: Hashable, item: tuple[Span, Any], apart: Callable[[Any, Any], bool]
    ) -> Iterator[tuple[Span, Any]]:
        """Those of an outer kind that have no partner yet."""
        for inner, lane in list(self.fresh[outer].items()):
            if lane.fresh and apart(lane.first(), item[1]):
                continue
            yield from lane.partners(0)
            del self.fresh[outer][inner]
        if not self.fresh[outer]:
            del self.fresh[outer]
