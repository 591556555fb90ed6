"""What opens and what closes between two versions of one environment, and which object decides it.

Both versions are asked about the tenants' blocks of both: a block that comes opens nothing for tenants whose routers
treat its addresses as before. A range of the platform that comes where tenants can send to does open a path.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Literal

from kmetal_network.addresses import Span
from kmetal_network.facts.model import Facts
from kmetal_network.laws.spans import ALL_IPV4, without
from kmetal_network.names import DEFAULT_VPC
from kmetal_network.reach.places import PLATFORM, Place, Ranges, places
from kmetal_network.reach.table import Cell, Row, Table, table_of
from kmetal_network.reach.topology.build import network
from kmetal_network.reach.verdict import Outcome, Verdict

BETWEEN: Final = (Place.PEERS, Place.TENANTS, Place.TENANT_ADDRESSES)
"""Classes that belong to other tenants."""

_SHOWN_BY_SOURCE: Final = (Place.OWN_CLUSTER, Place.OWN_VPC, Place.PEERS)
"""Classes whose ranges differ from source to source."""


class Direction(StrEnum):
    """Whom a path connects."""

    BETWEEN = "between tenants"
    PLATFORM = "towards the platform"
    """The under cluster's ranges, the external block and the physical gateway."""
    INWARDS = "inwards"
    OUTWARDS = "outwards"
    """To the internet, or to addresses that nothing names."""
    WITHIN = "within a VPC"
    OF_PLATFORM = "of the platform"
    """From pods of the default VPC to anything but tenants."""


@dataclass(frozen=True)
class Change:
    """A path that opens, or one that closes."""

    way: Literal["opens", "closes"]
    sources: tuple[str, ...]
    """Every source of which the same is true."""
    vpcs: tuple[str, ...]
    """Their VPCs; empty names for what is no part of the logical network."""
    place: Place
    parts: tuple[Span, ...]
    """Addresses of that class, for the first source."""
    before: Verdict | None
    """None where the source or the destination was not there."""
    after: Verdict | None
    """None where the source or the destination is no longer there."""
    comes: bool = False
    """Whether the sources are new."""

    @property
    def stretch(self) -> Span:
        """The first range of those addresses."""
        return self.parts[0]

    @property
    def direction(self) -> Direction:
        """Whom the path connects."""
        if self.vpcs[0] in ("", DEFAULT_VPC):
            inwards = self.place in BETWEEN
            return Direction.INWARDS if inwards else Direction.OF_PLATFORM
        if self.place in BETWEEN:
            return Direction.BETWEEN
        if self.place in (Place.OWN_CLUSTER, Place.OWN_VPC):
            return Direction.WITHIN
        towards_platform = self.place in (*PLATFORM, Place.EXTERNAL, Place.GATEWAY)
        return Direction.PLATFORM if towards_platform else Direction.OUTWARDS

    @property
    def isolates(self) -> bool:
        """Whether it is a path between tenants or towards the platform, or one inwards to a pod.

        What a tenant that comes or goes sends to other tenants' blocks leaves like all the rest: nothing tells the
        physical network of a VPC's own blocks. A router's own address is no way in: it answers ping and discards the
        rest.
        """
        verdict = self.after if self.way == "opens" else self.before
        outcome = verdict.outcome if verdict else Outcome.NOT_KNOWN
        if self.direction is Direction.INWARDS:
            return outcome is not Outcome.ROUTER
        if self.place is Place.TENANTS and (self.before is None or self.after is None):
            return outcome is not Outcome.LEAVES
        return self.direction in (Direction.BETWEEN, Direction.PLATFORM)

    def __str__(self) -> str:
        """One line for whoever reviews it."""
        first = self.sources[0] + (f" and {len(self.sources) - 1} more" if len(self.sources) > 1 else "")
        was = "it was not there" if self.before is None else f"was {self.before.shown_as} by {self.before.decider}"
        now = "it is no longer there" if self.after is None else f"now {self.after.shown_as} by {self.after.decider}"
        return f"{self.way}: {first} to {self.place.value} ({self.stretch.canonical()}): {was}; {now}"


def difference(before: Facts, after: Facts) -> list[Change]:
    """Every path that opens, then every path that closes; alike for several sources, it is one entry."""
    tables = _tables(before, after)
    old, new = ({row.name: row for row in table.rows} for table in tables)
    found: dict[tuple[object, ...], list[Change]] = defaultdict(list)
    for name in dict.fromkeys([*new, *old]):
        for change in _of_row(old.get(name), new.get(name), tables):
            keys = tuple(verdict.key if verdict else None for verdict in (change.before, change.after))
            found[change.way, change.place, change.direction, change.comes, *keys].append(change)
    order = list(Place)
    merged = [_merged(changes) for changes in found.values()]
    return sorted(merged, key=lambda change: (change.way != "opens", order.index(change.place), change.sources))


def _tables(*versions: Facts) -> tuple[Table, Table]:
    """Both versions, with every tenant's block of either."""
    networks = [network(facts) for facts in versions]
    named = [places(facts, built) for facts, built in zip(versions, networks, strict=True)]
    tenants = Ranges(tuple(dict.fromkeys(entry for each in named for entry in each[Place.TENANTS].named)))
    taken = [block for each in named for ranges in each.values() for block in ranges.merged]
    rest = Ranges(tuple(("", block) for block in without([ALL_IPV4], taken)))
    shared = {Place.TENANTS: tenants, Place.ELSEWHERE: rest}
    first, second = (table_of(built, {**each, **shared}) for built, each in zip(networks, named, strict=True))
    return first, second


def _merged(changes: list[Change]) -> Change:
    """Alike changes of several sources, and of several stretches of the first one, as one."""
    first = changes[0]
    sources = dict.fromkeys((change.sources[0], change.vpcs[0]) for change in changes)
    own = [part for change in changes if change.sources == first.sources for part in change.parts]
    parts = Ranges(tuple(("", part) for part in own)).merged
    return replace(
        first,
        sources=tuple(name for name, _ in sources),
        vpcs=tuple(vpc for _, vpc in sources),
        parts=parts,
    )


def _of_row(old: Row | None, new: Row | None, tables: tuple[Table, Table]) -> Iterator[Change]:
    one = new or old
    stays = old is not None and new is not None
    for place in (place for place in Place if stays or place is not Place.ELSEWHERE):
        before, after = (row.cells.get(place, ()) if row else () for row in (old, new))
        for opens, gains, losses, there in ((True, after, before, old), (False, before, after, new)):
            for rest, verdict in _gained(gains, losses, answered=place is Place.TENANT_ADDRESSES):
                parts = _parts(tables[opens], place, rest)
                other = _at(losses, rest)
                if other is None and there is not None:
                    other = _of_another_class(there, parts)
                    if _only_renamed(place, other, opens=opens):
                        continue
                if parts and one:
                    first, second = (other, verdict) if opens else (verdict, other)
                    way: Literal["opens", "closes"] = "opens" if opens else "closes"
                    yield Change(way, (one.name,), (one.vpc,), place, parts, first, second, comes=old is None)


def _of_another_class(row: Row, parts: Iterable[Span]) -> Verdict | None:
    """The verdict for addresses that the other version counts among another class."""
    return _at([entry for cell in row.cells.values() for entry in cell], parts)


def _only_renamed(place: Place, other: Verdict | None, *, opens: bool) -> bool:
    """Whether addresses change their class and not their treatment, as a tenant's block does that goes or moves.

    A range of the platform that comes where a tenant can send to is another matter: that opens a path.
    """
    if not opens:
        return other is None or not other.closed
    return place in (Place.TENANTS, Place.INTERNET, Place.ELSEWHERE) and other is not None and not other.closed


def _parts(table: Table, place: Place, rest: Iterable[Span]) -> tuple[Span, ...]:
    """The addresses of a class among those that are gained."""
    if place in _SHOWN_BY_SOURCE:
        return tuple(rest)
    return tuple(part for span in rest for part in table.places[place].all_in(span))


_WEIGHT: Final = {Outcome.DROPPED: 0, Outcome.NO_ROUTE: 0, Outcome.ROUTER: 1}
"""How far a packet gets; every other outcome weighs 2, and so does one that is not known."""


def _weight(verdict: Verdict) -> int:
    return _WEIGHT.get(verdict.outcome, 2)


def _gained(gains: Cell, losses: Cell, *, answered: bool) -> Iterator[tuple[list[Span], Verdict]]:
    """What gets farther on one side than on the other.

    Args:
        gains: the verdicts of one side.
        losses: those of the other.
        answered: the class is that of addresses that routers answer for: its verdicts are by kind, not by address, so a
            kind that the other side lacks counts, too.
    """
    kinds = {verdict.key for _, verdict in losses if not verdict.closed}
    for span, verdict in gains:
        if verdict.closed:
            continue
        was = [other for other, there in losses if _weight(there) >= _weight(verdict)]
        if rest := without([span], was):
            yield rest, verdict
        elif answered and verdict.key not in kinds:
            yield [span], verdict


def _at(cell: Iterable[tuple[Span, Verdict]], spans: Iterable[Span]) -> Verdict | None:
    """The verdict on the other side: the one that closes it, where there is one."""
    listed = tuple(spans)
    met = [verdict for each, verdict in cell if any(each.overlaps(span) for span in listed)]
    return next((verdict for verdict in met if verdict.closed), met[0] if met else None)
