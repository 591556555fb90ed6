"""Who can reach whom, as a table: a row for each source, and in it the verdicts towards each class of destinations.

A router treats all addresses between two edges of its policies, routes and ports alike. So one question answers for
such a range, and the cost grows with the number of sources, not of pairs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, TypeAlias

from kmetal_network.addresses import Span
from kmetal_network.facts.model import Facts
from kmetal_network.laws.spans import ALL_IPV4, EVERYWHERE, without
from kmetal_network.names import DEFAULT_VPC
from kmetal_network.reach.packets.paths import Paths
from kmetal_network.reach.packets.steps import Piece
from kmetal_network.reach.places import Place, Ranges, places
from kmetal_network.reach.topology.build import network
from kmetal_network.reach.topology.network import Network, Switch
from kmetal_network.reach.topology.router import Router, Side, pieces
from kmetal_network.reach.verdict import Decider, Key, Outcome, Verdict

_LINES: Final = (ALL_IPV4, *without([EVERYWHERE], [ALL_IPV4]))
_OUTSIDE: Final = (Place.INTERNET, Place.NODES, Place.FLANNEL)
"""Sources that are no part of the logical network and come in through the physical gateway."""

Cell: TypeAlias = tuple[tuple[Span, Verdict], ...]
"""Verdicts of one row towards one class, each with the stretch of addresses for which it holds."""


@dataclass(frozen=True)
class Row:
    """Verdicts of one source."""

    name: str
    """Its Subnet, or the class that it is."""
    vpc: str
    """Empty for what is no part of the logical network."""
    cells: Mapping[Place, Cell]

    @cached_property
    def key(self) -> tuple[tuple[Place, frozenset[Key]], ...]:
        """What rows of equal treatment have in common."""
        return tuple((place, frozenset(verdict.key for _, verdict in cell)) for place, cell in self.cells.items())

    def verdicts(self, place: Place) -> list[tuple[Span, Verdict]]:
        """Each kind of verdict towards a class once, with the first stretch that has it; the most open first."""
        found: dict[Key, tuple[Span, Verdict]] = {}
        for span, verdict in self.cells.get(place, ()):
            found.setdefault(verdict.key, (span, verdict))
        order = list(Outcome)
        return sorted(found.values(), key=lambda entry: order.index(entry[1].outcome))


@dataclass(frozen=True)
class Table:
    """Every source of one environment."""

    rows: tuple[Row, ...]
    places: Mapping[Place, Ranges]
    network: Network

    def part(self, place: Place, stretch: Span) -> Span | None:
        """The addresses of a class in a stretch; those of the own VPC's classes are the stretch itself."""
        if place in (Place.OWN_CLUSTER, Place.OWN_VPC, Place.PEERS):
            return stretch
        return self.places[place].first_in(stretch)

    def groups(self) -> list[tuple[Row, tuple[str, ...]]]:
        """Groups sources with the same verdicts: one row that represents all, and their names."""
        found: dict[object, tuple[Row, list[str]]] = {}
        for row in self.rows:
            found.setdefault((bool(row.vpc), row.key), (row, []))[1].append(row.name)
        return [(row, tuple(names)) for row, names in found.values()]


def table(facts: Facts) -> Table:
    """Who can reach whom, by what facts say."""
    built = network(facts)
    return table_of(built, places(facts, built))


def table_of(built: Network, known_places: Mapping[Place, Ranges]) -> Table:
    """Who can reach whom in a network, by classes that may be those of other versions of it, too."""
    paths = Paths(built)
    maker = _Maker(built, known_places, paths)
    inner = sorted(built.switches, key=lambda switch: (switch.vpc == DEFAULT_VPC, switch.vpc, switch.name))
    rows = [maker.row(switch) for switch in inner if switch.name != "join"]
    rows += [row for place in _OUTSIDE if (row := maker.outside(place)).cells]
    return Table(tuple(rows), known_places, built)


class _Maker:
    """Makes rows of one network."""

    def __init__(self, built: Network, known_places: Mapping[Place, Ranges], paths: Paths) -> None:
        self._network = built
        self._places = known_places
        self._paths = paths
        self._owners = {name for name, _ in known_places[Place.TENANT_ADDRESSES].named}
        self._by_vpc: dict[str, list[Switch]] = {}
        for switch in built.switches:
            self._by_vpc.setdefault(switch.vpc, []).append(switch)

    def row(self, switch: Switch) -> Row:
        """Verdicts of a Subnet's pods."""
        router = self._network.routers[switch.vpc]
        cells: dict[Place, list[tuple[Span, Verdict]]] = {place: [] for place in Place}
        seen = self._seen(switch, router)
        for block in switch.blocks:
            for source in pieces(block, router.source_cuts):
                for stretch in _stretches(source, router):
                    for place, span, verdict in self._asked(switch, router, source, stretch, seen):
                        cells[place].append((span, verdict))
        return Row(switch.name, switch.vpc, {place: tuple(cell) for place, cell in cells.items() if cell})

    def _seen(self, switch: Switch, router: Router) -> dict[Place, Ranges]:
        """The classes as this source sees them."""
        own = self._by_vpc[switch.vpc]
        peers = [port.name for port in router.ports if port.side is Side.PEER]
        near = [entry for vpc in dict.fromkeys(peers) for entry in self._by_vpc.get(vpc, ())]
        tenants = self._places[Place.TENANTS]
        if near:
            names = {entry.name for entry in near}
            tenants = Ranges(tuple(entry for entry in tenants.named if entry[0] not in names))
        seen = dict(self._places)
        if self._owners == {switch.vpc}:  # only its own: an address of others there is not
            del seen[Place.TENANT_ADDRESSES]
        return {
            **seen,
            Place.OWN_CLUSTER: _of([switch]),
            Place.OWN_VPC: _of(entry for entry in own if entry is not switch),
            Place.PEERS: _of(near),
            Place.TENANTS: tenants,
        }

    def _asked(
        self, switch: Switch, router: Router, source: Span, stretch: Span, seen: Mapping[Place, Ranges]
    ) -> Iterator[tuple[Place, Span, Verdict]]:
        """Verdicts of one stretch, for each class that has addresses in it."""
        met = [place for place, ranges in seen.items() if ranges.first_in(stretch) is not None]
        inner = any(block.contains(stretch) for block in router.subnets)
        own_places = (Place.OWN_CLUSTER, Place.OWN_VPC)
        # An address of the own VPC means the own pod, whoever else holds the same block.
        met = [place for place in met if (place in own_places) is inner]
        own_address = stretch.size == 1 and any(
            address == stretch
            for address in (*(p.address for p in router.ports), *(entry.address for entry in router.inward))
        )
        if not met or own_address:
            return
        found = self._paths.from_subnet(switch, source, stretch)
        for place in met:
            for piece in found:
                if _speaks_of(piece, place):
                    yield place, stretch, piece.verdict

    def outside(self, place: Place) -> Row:
        """Verdicts of what comes in through the physical gateway."""
        cells: dict[Place, list[tuple[Span, Verdict]]] = {}
        sources = [ALL_IPV4] if place is Place.INTERNET else [block for _, block in self._places[place].named]
        for source in sources:
            for name, external in self._network.externals.items():
                for block in external.blocks:
                    if ALL_IPV4.contains(block) is ALL_IPV4.contains(source):
                        answers = self._paths.answers(name, source, block)
                        cells.setdefault(Place.TENANT_ADDRESSES, []).extend(answers)
        tenants = self._places[Place.TENANTS]
        if sources and tenants.merged:
            cells[Place.TENANTS] = [(tenants.merged[0], _no_way_in())]
        return Row(place.value, "", {key: tuple(dict.fromkeys(cell)) for key, cell in cells.items() if cell})


def _of(switches: Iterable[Switch]) -> Ranges:
    return Ranges(tuple((switch.name, block) for switch in switches for block in switch.blocks))


def _stretches(source: Span, router: Router) -> Iterator[Span]:
    """The number line of the source's family, cut where the router treats destinations differently."""
    version4 = ALL_IPV4.contains(source)
    for line in _LINES:
        if ALL_IPV4.contains(line) is version4:
            yield from pieces(line, router.cuts)


def _speaks_of(piece: Piece, place: Place) -> bool:
    """Whether a verdict about addresses of a provider Subnet is one about tenants' addresses, or about the others."""
    if piece.verdict.closed or place not in (Place.TENANT_ADDRESSES, Place.EXTERNAL):
        return True
    return piece.answered is (place is Place.TENANT_ADDRESSES)


def _no_way_in() -> Verdict:
    decider = Decider(
        kind="", name="no object", field="", text="nothing tells the physical network of a VPC's own blocks"
    )
    why = "a router would deliver what the physical network sends it for them"
    return replace(Verdict(outcome=Outcome.NO_ROUTE, decider=decider), why=why)
