"""A packet on its path: where it is, how it was changed, and verdicts for the ranges that it represents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kmetal_network.addresses import Span
from kmetal_network.reach.match import Packet
from kmetal_network.reach.topology.network import Switch
from kmetal_network.reach.topology.router import PolicyEntry, Port, Router
from kmetal_network.reach.verdict import Decider, Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Piece:
    """A verdict for a range of destinations."""

    destination: Span
    verdict: Verdict
    answered: bool = False
    """The destination is an address of a provider Subnet that a router answers for."""


@dataclass(frozen=True, slots=True)
class Step:
    """A packet in front of a router."""

    router: Router
    entry: Port | None
    packet: Packet
    hops: int
    base: Verdict
    """Translations so far; its outcome means nothing."""


START: Final = Verdict(outcome=Outcome.NOT_KNOWN, decider=Decider(kind="", name="", field=""))


def either_route(step: Step, results: Sequence[list[Piece]]) -> list[Piece]:
    """The verdict where several routes may decide: theirs if they agree, else that it is not known."""
    verdicts = {piece.verdict.key for result in results for piece in result}
    outcomes = dict.fromkeys(piece.verdict.outcome for result in results for piece in result)
    if len(results) == 1 or len(verdicts) == 1 or set(outcomes) == {Outcome.DROPPED}:
        return results[0]
    several = "several routes of equal rank (ECMP), or a next hop behind several ports"
    why = step.router.doubts[0] if step.router.doubts else several
    words = " or ".join(outcome.value for outcome in outcomes if outcome is not Outcome.NOT_KNOWN)
    decider = results[0][0].verdict.decider
    return unsure(step, decider, f"{why}; {words}" if words else why)


def either_policy(step: Step, result: list[Piece], others: Sequence[tuple[PolicyEntry, list[Piece]]]) -> list[Piece]:
    """The verdict where policies above the deciding one may match: not known, unless all end alike."""
    outcomes = {piece.verdict.outcome for piece in result}
    for policy, other in others:
        if {piece.verdict.outcome for piece in other} != outcomes:
            doubt = policy.doubt or "it compares what this model does not know"
            ways = (sorted({piece.verdict.outcome.value for piece in each}) for each in (other, result))
            one, two = (" or ".join(way) for way in ways)
            return unsure(step, policy.decider, f"{policy.decider} may match ({doubt}): then {one}, else {two}")
    return result


def unsure(step: Step, decider: Decider, why: str) -> list[Piece]:
    """Not known, and why."""
    verdict = replace(step.base, outcome=Outcome.NOT_KNOWN, decider=decider, why=why)
    return [Piece(step.packet.destination, verdict)]


def without_route(step: Step) -> list[Piece]:
    """No route of the router matches."""
    decider = Decider(kind="Vpc", name=step.router.vpc, field="spec.staticRoutes", place=step.router.place)
    return [Piece(step.packet.destination, replace(step.base, outcome=Outcome.NO_ROUTE, decider=decider))]


def in_a_circle(step: Step) -> list[Piece]:
    """Not known: the packet has crossed more routers than a path has."""
    decider = Decider(kind="Vpc", name=step.router.vpc, field="router")
    return [Piece(step.packet.destination, replace(step.base, decider=decider, why="the packet goes in a circle"))]


def joined(base: Verdict, arrived: Verdict) -> Verdict:
    """A verdict at the other side, with the translation of this one."""
    return replace(arrived, source_as=base.source_as)


def untranslated(translated: bool) -> str:  # noqa: FBT001 (a flag)
    """What an operator has to know of a packet whose source stays as it is."""
    return "" if translated else "its source is not translated"


def doubted(switch: Switch, found: Iterable[Piece]) -> Iterator[Piece]:
    """What a Subnet has that is not read may keep a packet in."""
    for piece in found:
        if switch.doubts and not piece.verdict.closed:
            yield replace(piece, verdict=replace(piece.verdict, outcome=Outcome.NOT_KNOWN, why=switch.doubts[0]))
        else:
            yield piece


def turned_back(base: Verdict, router: Router, target: Span, hop: Span | None) -> Verdict:
    """What a router sends to itself through a provider Subnet is discarded there.

    It is a port of an OvnDnatRule's address that the rule does not name, or a route whose next hop is the router.
    """
    if hop is not None:
        return replace(base, outcome=Outcome.NO_ROUTE)
    entry = next((entry for entry in router.inward if entry.address == target), None)
    return replace(base, outcome=Outcome.ROUTER, decider=entry.decider if entry else base.decider)
