"""One VPC's router as OVN has it: ports, routes, policies and translations, each with the object that it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from kmetal_network.addresses import Span
from kmetal_network.laws.spans import ALL_IPV4
from kmetal_network.reach.match import Match
from kmetal_network.reach.verdict import Decider

_LENGTH_STEP: Final = 8
"""A longer prefix outweighs every offset below it (ovn northd/northd.c, ROUTE_PRIO_OFFSET_MULTIPLIER)."""
_CONNECTED: Final = 6
_STATIC: Final = 4
_SOURCE: Final = 1
"""Kube-OVN's patch of northd puts a route by source below every route by destination
(dist/images/patches/9ee66bd9....patch); one of a single address just above the default route."""


class Side(Enum):
    """What is behind a port of a router."""

    SUBNET = "subnet"
    EXTERNAL = "external"
    PEER = "peer"
    NODE = "node"


@dataclass(frozen=True, slots=True)
class Port:
    """One address of a router, and the block that is connected to it."""

    side: Side
    name: str
    """The Subnet, or the peer VPC."""
    address: Span | None
    """None where Kube-OVN picks it."""
    block: Span
    decider: Decider


@dataclass(frozen=True, slots=True)
class RouteEntry:
    """A route of a router."""

    block: Span
    by_source: bool
    hop: Span | None
    """None where the destination itself is next."""
    port: Port
    decider: Decider

    @property
    def rank(self) -> int:
        """Its priority in OVN's table: the highest that matches decides."""
        if self.by_source:
            return _SOURCE if self.block.size > 1 else _STATIC + 1
        bits = 32 if ALL_IPV4.contains(self.block) else 128
        length = bits - (self.block.size - 1).bit_length()
        return length * _LENGTH_STEP + (_CONNECTED if self.hop is None else _STATIC)


@dataclass(frozen=True, slots=True)
class PolicyEntry:
    """A policy route; `match` is None where it cannot be read, and then it may match anything."""

    priority: int
    match: Match | None
    action: str
    hops: tuple[Span, ...]
    decider: Decider
    doubt: str = ""
    """Why it may match, where its match cannot be read."""


@dataclass(frozen=True, slots=True)
class SourceTranslation:
    """Packets of a block leave an external port under another address."""

    block: Span
    address: Span | None
    external: str
    decider: Decider
    both_ways: bool = False
    """An OvnFip: it wins over an OvnSnatRule's block."""

    @property
    def shown_as(self) -> str:
        """The address as text."""
        return self.address.canonical() if self.address else f"an address of {self.external} that Kube-OVN picks"


@dataclass(frozen=True, slots=True)
class Inward:
    """An external address that is translated to a pod."""

    address: Span
    pod: Span | None
    """None where an IP object decides it."""
    ports: str
    """Empty for every port."""
    internal_port: str
    external: str
    decider: Decider


@dataclass(frozen=True)
class Router:
    """Everything that decides about packets in one VPC."""

    vpc: str
    place: str
    ports: tuple[Port, ...] = ()
    routes: tuple[RouteEntry, ...] = ()
    policies: tuple[PolicyEntry, ...] = ()
    """Highest priority first."""
    outward: tuple[SourceTranslation, ...] = ()
    inward: tuple[Inward, ...] = ()
    doubts: tuple[str, ...] = ()
    """What makes routes unknown, as text."""
    marks: tuple[Span, ...] = ()
    """Further addresses that are distinguished: the physical gateways."""
    cuts: tuple[int, ...] = field(default=(), init=False)
    """Where the treatment of a destination may change, ascending."""
    source_cuts: tuple[int, ...] = field(default=(), init=False)
    """The same for a source."""

    def __post_init__(self) -> None:
        matches = [policy.match for policy in self.policies if policy.match]
        blocks = [block for match in matches for block in match.destinations]
        blocks += [route.block for route in self.routes if not route.by_source]
        blocks += [port.block for port in self.ports] + [port.address for port in self.ports if port.address]
        blocks += [entry.address for entry in self.inward] + list(self.marks)
        sources = [block for match in matches for block in match.sources]
        sources += [route.block for route in self.routes if route.by_source]
        sources += [entry.block for entry in self.outward]
        object.__setattr__(self, "cuts", edges([*blocks, ALL_IPV4]))
        object.__setattr__(self, "source_cuts", edges(sources))

    @property
    def subnets(self) -> tuple[Span, ...]:
        """The blocks of its own Subnets."""
        return tuple(port.block for port in self.ports if port.side is Side.SUBNET)

    def ports_of(self, address: Span) -> tuple[Port, ...]:
        """The ports in whose block a next hop lies; northd takes one of them, and which is chance."""
        return behind(address, self.ports)

    def externals(self) -> tuple[str, ...]:
        """The provider Subnets that it is connected to."""
        return tuple(dict.fromkeys(port.name for port in self.ports if port.side is Side.EXTERNAL))

    def own_port(self, address: Span) -> Port | None:
        """The port that has an address."""
        return next((port for port in self.ports if port.address == address), None)

    def peer_port(self, peer: str, address: Span) -> Port | None:
        """The port of a peering with a VPC that has an address."""
        found = (port for port in self.ports if port.side is Side.PEER and port.name == peer)
        return next((port for port in found if port.address == address), None)

    def source_translation(self, external: str, source: Span) -> SourceTranslation | None:
        """How a source leaves a provider Subnet's port, if under another address."""
        found = (entry for entry in self.outward if entry.external == external)
        return next((entry for entry in found if entry.block.contains(source)), None)

    def has_fip(self, external: str, address: Span) -> bool:
        """Whether an address of a provider Subnet is an OvnFip of this router."""
        return any(entry.address == address and entry.external == external and not entry.ports for entry in self.inward)


def holds(block: Span, address: Span) -> bool:
    """Whether a block holds an address of its own family; `::/0` is no block of IPv4."""
    return block.contains(address) and ALL_IPV4.contains(block) is ALL_IPV4.contains(address)


def behind(address: Span, ports: Iterable[Port]) -> tuple[Port, ...]:
    """The ports in whose block an address lies."""
    return tuple(port for port in ports if holds(port.block, address))


def edges(blocks: Iterable[Span]) -> tuple[int, ...]:
    """Where blocks begin, and where what follows them begins."""
    return tuple(sorted({edge for block in blocks for edge in (block.first, block.last + 1)}))


def pieces(block: Span, cuts: Iterable[int]) -> list[Span]:
    """A block, cut at every edge inside it."""
    inside = [cut for cut in cuts if block.first < cut <= block.last]
    starts, ends = [block.first, *inside], [*(cut - 1 for cut in inside), block.last]
    return [block] if not inside else [Span(first, last) for first, last in zip(starts, ends, strict=True)]
