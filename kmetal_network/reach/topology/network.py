"""The logical network as a whole: its routers, its Subnets, and who answers for which address of a provider Subnet."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field

from kmetal_network.addresses import Span
from kmetal_network.reach.topology.router import Port, Router, Side


@dataclass(frozen=True, slots=True)
class Switch:
    """A Subnet of pods."""

    name: str
    vpc: str
    place: str
    blocks: tuple[Span, ...]
    private: bool | None = False
    """None where it is not known."""
    allowed: tuple[Span, ...] = ()
    """Blocks that a private Subnet speaks with."""
    doubts: tuple[str, ...] = ()
    """What may change who can reach it but is not read, as text."""


@dataclass(frozen=True, slots=True)
class External:
    """A provider Subnet: a VLAN with a physical gateway."""

    name: str
    place: str
    blocks: tuple[Span, ...]
    gateways: tuple[Span, ...]


@dataclass(frozen=True)
class Owners:
    """Who answers for which address of one provider Subnet, found by address."""

    entries: tuple[tuple[int, Router, Port], ...]
    """Ascending by address."""
    starts: tuple[int, ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts", tuple(entry[0] for entry in self.entries))

    def at(self, address: Span) -> tuple[Router, Port] | None:
        """Who answers for one address."""
        index = bisect_left(self.starts, address.first)
        if index < len(self.starts) and self.starts[index] == address.first:
            return self.entries[index][1:]
        return None

    def within(self, block: Span) -> tuple[tuple[int, Router, Port], ...]:
        """Everyone who answers for an address of a block."""
        return self.entries[bisect_left(self.starts, block.first) : bisect_left(self.starts, block.last + 1)]


@dataclass(frozen=True)
class Network:
    """Everything that packets meet."""

    routers: Mapping[str, Router]
    switches: tuple[Switch, ...]
    externals: Mapping[str, External]
    join: tuple[Span, ...] = ()
    """The join Subnet, whose addresses every private Subnet lets in."""
    whole: bool = True
    """False where other objects may exist."""
    owners: Mapping[str, Owners] = field(default_factory=dict, init=False)
    """By provider Subnet."""
    by_name: Mapping[str, Switch] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        found: dict[str, dict[int, tuple[int, Router, Port]]] = {name: {} for name in self.externals}
        for router in self.routers.values():
            ports = {port.name: port for port in reversed(router.ports) if port.side is Side.EXTERNAL}
            for entry in router.inward:
                if entry.external in ports:
                    owned = (entry.address.first, router, ports[entry.external])
                    found[entry.external][entry.address.first] = owned
            for port in router.ports:
                if port.side is Side.EXTERNAL and port.address:
                    found[port.name][port.address.first] = (port.address.first, router, port)
        owners = {name: Owners(tuple(sorted(entries.values(), key=lambda e: e[0]))) for name, entries in found.items()}
        object.__setattr__(self, "owners", owners)
        object.__setattr__(self, "by_name", {switch.name: switch for switch in self.switches})
