"""Whether a Subnet lets a packet in, or out: what `private` and `allowSubnets` say of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kmetal_network.addresses import Span
from kmetal_network.reach.match import Packet
from kmetal_network.reach.packets.steps import Piece, Step
from kmetal_network.reach.topology.network import Switch
from kmetal_network.reach.topology.router import Port, holds
from kmetal_network.reach.verdict import Decider, Outcome, Verdict

_REFUSED = "allowSubnets does not name the other side"


def let_in(switch: Switch, packet: Packet, base: Verdict, join: Iterable[Span], *, local: bool = False) -> Verdict:
    """What becomes of a packet in front of a Subnet's pod.

    Args:
        switch: the pod's Subnet.
        packet: what comes.
        base: the verdict so far.
        join: blocks of the join Subnet, which every Subnet lets in.
        local: it comes from the same Subnet.
    """
    decider = Decider(kind="Subnet", name=switch.name, field="spec.cidrBlock", place=switch.place)
    said = replace(base, outcome=Outcome.OPEN, decider=base.decider if base.decider.kind else decider)
    if switch.doubts:
        return replace(said, outcome=Outcome.NOT_KNOWN, why=switch.doubts[0])
    named = (*switch.allowed, *join, *switch.blocks)
    if switch.private is False or local or any(holds(block, packet.source) for block in named):
        return said
    return _refused(switch, base)


def into_subnet(
    step: Step, switch: Switch, port: Port, hop: Span | None, decider: Decider, join: Iterable[Span]
) -> Piece:
    """What becomes of a packet that a router sends out of its port to a Subnet.

    Args:
        step: the packet in front of the router.
        switch: the Subnet.
        port: the router's port there.
        hop: the next hop, None for the destination itself.
        decider: the route or policy that chose the port.
        join: blocks of the join Subnet.
    """
    destination = step.packet.destination
    if hop is None:
        base = step.base if step.base.decider.kind else replace(step.base, decider=decider)
        return Piece(destination, let_in(switch, step.packet, base, join))
    if hop == port.address:
        return Piece(destination, replace(step.base, outcome=Outcome.NO_ROUTE, decider=decider))
    why = f"it is handed to {hop.canonical()} in subnet {port.name!r}, and what that does with it is not known"
    return Piece(destination, replace(step.base, outcome=Outcome.NOT_KNOWN, decider=decider, why=why))


def kept_in(switch: Switch, packet: Packet, base: Verdict) -> Verdict | None:
    """A private Subnet's refusal to let a packet out: its rules are at the port to the router, too.

    (kube-ovn pkg/ovs/ovn-nb-acl.go, SetLogicalSwitchPrivate: they name no port.)
    """
    if switch.private is False or any(holds(block, packet.destination) for block in switch.allowed):
        return None
    return _refused(switch, base)


def _refused(switch: Switch, base: Verdict) -> Verdict:
    decider = Decider(kind="Subnet", name=switch.name, field="spec.private", text=_REFUSED, place=switch.place)
    if switch.private is None:
        why = f"whether subnet {switch.name!r} is private is not known"
        return replace(base, outcome=Outcome.NOT_KNOWN, decider=decider, why=why)
    return replace(base, outcome=Outcome.DROPPED, decider=decider)
