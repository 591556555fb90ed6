"""What the logical network does with a packet of a new connection, and which object decides it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias


class Outcome(StrEnum):
    """Where the first packet of a new connection ends."""

    OPEN = "open"
    """It arrives at a pod."""

    ROUTER = "ends at a router"
    """It arrives at an address that a VPC's router answers for: at the router's own it answers ping, and it discards
    everything else."""

    LEAVES = "leaves towards the physical gateway"
    """It leaves through the provider VLAN; the physical network decides what happens then."""

    NODE = "leaves into a node"
    """It enters the host network of a node; the node's own routes decide what happens then."""

    NOT_KNOWN = "not known"
    """The facts do not decide it, or the model does not understand what decides it."""

    NO_ROUTE = "no route"
    """No route leads on."""

    DROPPED = "dropped"
    """A policy route or a private Subnet drops it."""


CLOSED: Final = frozenset({Outcome.DROPPED, Outcome.NO_ROUTE})
"""Outcomes with which nothing gets out of the logical network, or to anyone in it."""

Key: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Decider:
    """What decides a verdict: one field of one object."""

    kind: str
    name: str
    field: str
    text: str = ""
    """The name of the destination, as an operator would search for it."""
    priority: int | None = None
    """Of a policy route."""
    place: str = ""
    """Where the object was read."""
    own: bool = False
    """The text names the object's own addresses, so that it differs between objects that are alike."""

    @property
    def key(self) -> Key:
        """What two deciders of alike objects have in common."""
        return (self.kind, self.field.partition("[")[0], str(self.priority), "" if self.own else self.text)

    def __str__(self) -> str:
        """`Vpc alpha-vpc spec.policyRoutes[0]: priority 1500, drop ip4.dst == 77.220.68.96/27`."""
        said = ", ".join(part for part in (_priority(self.priority), self.text) if part)
        return f"{self.kind} {self.name} {self.field}".rstrip() + (f": {said}" if said else "")


def _priority(priority: int | None) -> str:
    return "" if priority is None else f"priority {priority}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What happens to a packet, and why."""

    outcome: Outcome
    decider: Decider
    source_as: str | None = None
    """The source address after translation; None if it does not change."""
    destination_as: str | None = None
    """The address that replaces the destination; None if it does not change."""
    ports: str = ""
    """The verdict holds for these ports only, such as `tcp 6443`."""
    why: str = ""
    """What is not known, or what an operator should add in thought."""

    @property
    def key(self) -> Key:
        """What two verdicts of equal treatment have in common: everything but names and addresses of their own."""
        translated = (str(self.source_as is not None), str(self.destination_as is not None))
        return (self.outcome, *self.decider.key, *translated, self.ports)

    @property
    def closed(self) -> bool:
        """Whether the packet gets nowhere."""
        return self.outcome in CLOSED

    @property
    def shown_as(self) -> str:
        """Outcome, ports and translation as text."""
        words = [
            self.outcome.value,
            self.ports and f"for {self.ports}",
            self.destination_as and f"to {self.destination_as}",
        ]
        words.append(self.source_as and f"as {self.source_as}")
        return " ".join(word for word in words if word)
