"""What opens and what closes between two versions of one environment, and which object decides it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from kmetal_network.addresses import Span
from kmetal_network.laws.spans import without
from kmetal_network.reach.places import PLATFORM, Place
from kmetal_network.reach.table import Cell, Row, Table
from kmetal_network.reach.verdict import Verdict

BETWEEN: Final = (Place.OWN_VPC, Place.PEERS, Place.TENANTS, Place.TENANT_ADDRESSES)
"""Classes that belong to tenants."""


@dataclass(frozen=True)
class Change:
    """A path that opens, or one that closes."""

    way: Literal["opens", "closes"]
    sources: tuple[str, ...]
    """Every source of which the same is true."""
    place: Place
    stretch: Span
    """Addresses of that class, for the first source."""
    before: Verdict | None
    """None where the source was not there."""
    after: Verdict | None
    """None where the source is no longer there."""

    @property
    def isolates(self) -> bool:
        """Whether it is a path between tenants or towards the platform: such a change never only adds."""
        return self.place in (*BETWEEN, *PLATFORM, Place.EXTERNAL, Place.GATEWAY)

    def __str__(self) -> str:
        """One line for whoever reviews it."""
        first = self.sources[0] + (f" and {len(self.sources) - 1} more" if len(self.sources) > 1 else "")
        was = "it was not there" if self.before is None else f"was {self.before.shown_as} by {self.before.decider}"
        now = "it is no longer there" if self.after is None else f"now {self.after.shown_as} by {self.after.decider}"
        return f"{self.way}: {first} to {self.place.value} ({self.stretch.canonical()}): {was}; {now}"


def difference(before: Table, after: Table) -> list[Change]:
    """Every path that opens, then every path that closes; alike for several sources, it is said once."""
    old, new = ({row.name: row for row in table.rows} for table in (before, after))
    found: dict[tuple[object, ...], list[tuple[str, Change]]] = defaultdict(list)
    for name in dict.fromkeys([*new, *old]):
        for change in _of_row(old.get(name), new.get(name), name, (before, after)):
            keys = tuple(verdict.key if verdict else None for verdict in (change.before, change.after))
            found[change.way, change.place, *keys].append((name, change))
    merged = []
    for entries in found.values():
        change = entries[0][1]
        names = tuple(dict.fromkeys(name for name, _ in entries))
        merged.append(Change(change.way, names, change.place, change.stretch, change.before, change.after))
    order = list(Place)
    return sorted(merged, key=lambda change: (change.way != "opens", order.index(change.place), change.sources))


def _of_row(old: Row | None, new: Row | None, name: str, tables: tuple[Table, Table]) -> Iterator[Change]:
    for place in Place:
        before, after = (row.cells.get(place, ()) if row else () for row in (old, new))
        for way, gains, losses in (("opens", after, before), ("closes", before, after)):
            for rest, verdict in _gained(gains, losses):
                span = tables[way == "opens"].part(place, rest)
                if span is None:
                    continue
                # A range may leave the class, as a tenant's block does that goes: who stays loses nothing with it.
                other = _at(losses, span)
                if way == "closes" and other is None and new is not None:
                    continue
                pair = (other, verdict) if way == "opens" else (verdict, other)
                yield Change("opens" if way == "opens" else "closes", (name,), place, span, *pair)


def _gained(gains: Cell, losses: Cell) -> Iterator[tuple[Span, Verdict]]:
    """What is open on one side and not on the other; an unknown counts as open."""
    was = [span for span, verdict in losses if not verdict.closed]
    for span, verdict in _open(gains):
        if rest := without([span], was):
            yield rest[0], verdict


def _open(cell: Cell) -> Iterable[tuple[Span, Verdict]]:
    return ((span, verdict) for span, verdict in cell if not verdict.closed)


def _at(cell: Cell, span: Span) -> Verdict | None:
    """The verdict on the other side: the one that closes it, where there is one."""
    met = [verdict for each, verdict in cell if each.overlaps(span)]
    return next((verdict for verdict in met if verdict.closed), met[0] if met else None)
