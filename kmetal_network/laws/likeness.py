"""Finds pairs of equal or of unequal items without comparing all with all; for each item a bounded number of pairs."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import chain, islice
from typing import TypeVar

from kmetal_network.laws.sweep import MOST_PARTNERS

T = TypeVar("T")


def alike(items: Iterable[T], key: Callable[[T], Hashable]) -> Iterator[tuple[T, T]]:
    """Pairs whose keys are the same, the earlier one first; at most `MOST_PARTNERS` for the later one."""
    classes: dict[Hashable, list[T]] = {}
    for item in items:
        earlier = classes.setdefault(key(item) or None, [])
        for other in earlier[:MOST_PARTNERS]:
            yield other, item
        earlier.append(item)


def unlike(items: Iterable[T], key: Callable[[T], Hashable]) -> Iterator[tuple[T, T]]:
    """Pairs whose keys differ (empty counts as none), the earlier one first; as many as `alike` reports."""
    classes: dict[Hashable, list[T]] = {}
    for item in items:
        own = key(item) or None
        others = chain.from_iterable(entries for other, entries in classes.items() if other != own)
        for other in islice(others, MOST_PARTNERS):
            yield other, item
        classes.setdefault(own, []).append(item)
