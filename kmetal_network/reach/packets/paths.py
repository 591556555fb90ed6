"""Follows a packet of a new connection through the logical network, as OVN's tables do, and says where it ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from kmetal_network.addresses import Span
from kmetal_network.reach.match import Packet
from kmetal_network.reach.packets.decisions import policies_for, routes_for
from kmetal_network.reach.packets.steps import (
    START,
    Piece,
    Step,
    doubted,
    either_policy,
    either_route,
    in_a_circle,
    joined,
    turned_back,
    unsure,
    untranslated,
    without_route,
)
from kmetal_network.reach.packets.subnet_rules import into_subnet, kept_in, let_in
from kmetal_network.reach.topology.network import Network, Switch
from kmetal_network.reach.topology.policies import NOBODY_KNOWS, TO_NODE
from kmetal_network.reach.topology.router import Inward, PolicyEntry, Port, RouteEntry, Side, pieces
from kmetal_network.reach.verdict import Decider, Key, Outcome, Verdict

_HOPS: Final = 8
"""Routers that a packet may cross; whatever needs more goes in a circle."""


class Paths:
    """Verdicts of one network; what many sources ask is worked out once."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._arrivals: dict[tuple[str, Span], dict[Key, tuple[Verdict, tuple[int, ...], bool]]] = {}

    def from_subnet(self, switch: Switch, source: Span, destination: Span) -> list[Piece]:
        """Verdicts of a pod of a Subnet towards every address of a range of one family.

        Args:
            switch: the pod's Subnet.
            source: its address, or a block in which `Router.source_cuts` has no edge.
            destination: where it sends to.
        """
        found: list[Piece] = []
        router = self.network.routers[switch.vpc]
        for part in pieces(destination, router.cuts):
            packet = Packet(source, part)
            if any(block.contains(part) for block in switch.blocks) and router.own_port(part) is None:
                found.append(Piece(part, let_in(switch, packet, START, self.network.join, local=True)))
            elif (refused := kept_in(switch, packet, START)) is not None:
                found.append(Piece(part, refused))
            else:
                found.extend(doubted(switch, self._step(Step(router, None, packet, _HOPS, START))))
        return found

    def from_outside(self, external: str, source: Span, destination: Span) -> list[Piece]:
        """Verdicts of what the physical network sends to an address of a provider Subnet."""
        found: list[Piece] = []
        for _, router, port in self.network.owners[external].within(destination):
            for address in {entry.address for entry in router.inward} | {p.address for p in router.ports if p.address}:
                if port.block.contains(address) and destination.contains(address):
                    found += self._step(Step(router, port, Packet(source, address), _HOPS, START))
        return [replace(piece, answered=True) for piece in dict.fromkeys(found)]

    def _step(self, step: Step) -> list[Piece]:
        """Every verdict of a packet at a router, cut where this router treats destinations differently."""
        if step.hops == 0:
            return in_a_circle(step)
        found: list[Piece] = []
        for part in pieces(step.packet.destination, step.router.cuts):
            found.extend(self._at_router(replace(step, packet=Packet(step.packet.source, part))))
        return found

    def _at_router(self, step: Step) -> Iterator[Piece]:
        """One destination, or a range that this router does not tell apart."""
        destination = step.packet.destination
        for entry in step.router.inward:
            if entry.address == destination and entry.ports:
                yield from self._translated(step, entry)
        fip = next((entry for entry in step.router.inward if entry.address == destination and not entry.ports), None)
        if fip and step.entry and step.entry.side is Side.EXTERNAL:
            yield from self._translated(step, fip)
            return
        port = step.router.own_port(destination)
        if port is not None:
            yield from self._at_own_address(step, port)
            return
        yield from self._routed(step)

    def _at_own_address(self, step: Step, port: Port) -> Iterator[Piece]:
        """An address of the router itself.

        It answers ping before anything else. The rest it discards; of an address that an OvnSnatRule uses it does so
        only after routes and policies, so that a reroute or a route may take the packet elsewhere, if northd knows the
        MAC of its next hop (ovn northd/northd.c, build_lrouter_drop_own_dest). Where they would, it is not known.
        """
        ends = Piece(step.packet.destination, replace(step.base, outcome=Outcome.ROUTER, decider=port.decider))
        if any(entry.address == port.address for entry in step.router.outward):
            for piece in self._routed(step):
                verdict = piece.verdict
                if verdict.closed or verdict.outcome is Outcome.ROUTER:
                    yield ends
                else:
                    why = verdict.why or "a route or a reroute may take it elsewhere before the router discards it"
                    yield replace(piece, verdict=replace(verdict, outcome=Outcome.NOT_KNOWN, why=why))
        else:
            yield ends

    def _translated(self, step: Step, entry: Inward) -> Iterator[Piece]:
        """The packet goes on to the pod to which an external address is translated."""
        to = entry.pod.canonical() if entry.pod else "a pod that an IP object names"
        translated = f"{to} port {entry.internal_port}" if entry.internal_port else to
        base = replace(step.base, destination_as=translated, ports=entry.ports, decider=entry.decider)
        if entry.pod is None:
            why = f"{entry.decider.kind} {entry.decider.name!r} names its pod by ipName, which the facts do not show"
            yield Piece(step.packet.destination, replace(base, outcome=Outcome.NOT_KNOWN, why=why))
            return
        inner = replace(step, packet=Packet(step.packet.source, entry.pod), hops=step.hops - 1, base=base)
        for piece in self._step(inner):
            yield Piece(step.packet.destination, piece.verdict)

    def _routed(self, step: Step) -> Iterator[Piece]:
        """Routes first, then policies, then the port: in that order, as OVN does it."""
        destination = step.packet.destination
        routes = routes_for(step.router, step.packet)
        results = [self._decided(step, route) for route in routes] or [without_route(step)]
        if step.router.doubts and not any(route.hop is None for route in routes):
            sure, perhaps = policies_for(step.router, step.packet)
            if sure and {policy.action for policy in (sure, *perhaps)} == {"drop"}:  # whatever the routes are
                yield Piece(destination, replace(step.base, outcome=Outcome.DROPPED, decider=sure.decider))
                return
            decider = Decider(kind="Vpc", name=step.router.vpc, field="spec", place=step.router.place)
            results.append(unsure(step, decider, step.router.doubts[0]))
        yield from either_route(step, results)

    def _decided(self, step: Step, route: RouteEntry) -> list[Piece]:
        """What the policies say of a packet that has a route."""
        sure, perhaps = policies_for(step.router, step.packet)
        result = self._done(step, route, sure)
        others = [(policy, self._done(step, route, policy)) for policy in perhaps]
        return either_policy(step, result, others)

    def _done(self, step: Step, route: RouteEntry, policy: PolicyEntry | None) -> list[Piece]:
        """What one policy does with the packet; None where no policy matches."""
        destination = step.packet.destination
        if policy is None or policy.action == "allow":
            decider = policy.decider if policy and step.base.decider.kind == "" else None
            return self._sent(step, route, route.port, route.hop, decider)
        if policy.action == "drop":
            return [Piece(destination, replace(step.base, outcome=Outcome.DROPPED, decider=policy.decider))]
        if policy.action == TO_NODE:
            return [Piece(destination, replace(step.base, outcome=Outcome.NODE, decider=policy.decider))]
        if policy.action == NOBODY_KNOWS:
            return unsure(step, policy.decider, policy.doubt)
        ways = [(hop, port) for hop in policy.hops for port in step.router.ports_of(hop)]
        found = [piece for hop, port in ways for piece in self._sent(step, route, port, hop, policy.decider)]
        if len({piece.verdict.key for piece in found}) <= 1 or len(ways) == 1:
            return found[:1] if len(ways) > 1 else found
        return unsure(step, policy.decider, "several next hops (ECMP), or one behind several ports")

    def _sent(
        self, step: Step, route: RouteEntry, port: Port, hop: Span | None, decider: Decider | None
    ) -> list[Piece]:
        """Out of a port, towards a next hop or, where a network is connected, the destination itself."""
        chosen = decider or route.decider
        if port.side is Side.SUBNET:
            switch = self.network.by_name[port.name]
            return [into_subnet(step, switch, port, hop, chosen, self.network.join)]
        if port.side is Side.PEER:
            return self._to_peer(step, port, hop, chosen)
        return self._onto_vlan(step, port, hop, chosen)

    def _to_peer(self, step: Step, port: Port, hop: Span | None, decider: Decider) -> list[Piece]:
        target = hop or step.packet.destination
        other = self.network.routers.get(port.name)
        entry = other.peer_port(step.router.vpc, target) if other else None
        if other is None or entry is None:
            said = replace(step.base, outcome=Outcome.NO_ROUTE, decider=port.decider)
            if other is None and not self.network.whole:
                said = replace(said, outcome=Outcome.NOT_KNOWN, why=f"vpc {port.name!r} is not known here")
            return [Piece(step.packet.destination, said)]
        base = step.base if step.base.decider.kind else replace(step.base, decider=decider)
        return self._step(replace(step, router=other, entry=entry, hops=step.hops - 1, base=base))

    def _onto_vlan(self, step: Step, port: Port, hop: Span | None, decider: Decider) -> list[Piece]:
        """Onto a provider Subnet: to the physical network, or to whoever answers for the address there."""
        source, base = step.packet.source, step.base
        translation = step.router.source_translation(port.name, source)
        if translation:
            base = replace(base, source_as=translation.shown_as)
            source = translation.address or port.block
        if not base.decider.kind:
            base = replace(base, decider=decider)
        target = hop or step.packet.destination
        leaves = replace(base, outcome=Outcome.LEAVES, why=untranslated(translation is not None))
        if target.size > 1:
            groups = self._answering(port.name, source, target)
            said = [Piece(target, joined(base, verdict), answered=True) for verdict in groups]
            return [Piece(step.packet.destination, leaves), *said]
        # A packet for one of the router's own OvnFips turns round at the port, whatever the next hop is.
        turns = step.router.has_fip(port.name, step.packet.destination)
        owner = (step.router, port) if turns else self.network.owners[port.name].at(target)
        if owner is None:
            return [Piece(step.packet.destination, leaves)]
        router, entry = owner
        if router is step.router and not turns:
            return [Piece(step.packet.destination, turned_back(base, router, target, hop))]
        inner = Step(router, entry, Packet(source, step.packet.destination), step.hops - 1, base)
        return [replace(piece, answered=hop is None) for piece in self._step(inner)]

    def _answering(self, external: str, source: Span, block: Span) -> Iterator[Verdict]:
        """Each kind of answer that the addresses of a provider Subnet give, where one of them lies in the block."""
        key = (external, source if source.size > 1 else self._block_of(external, source))
        if key not in self._arrivals:
            self._arrivals[key] = self._arrived(*key)
        for verdict, addresses, anywhere in self._arrivals[key].values():
            if anywhere or any(block.first <= address <= block.last for address in addresses):
                yield verdict

    def answers(self, external: str, source: Span, block: Span) -> list[tuple[Span, Verdict]]:
        """What the addresses of a provider Subnet answer to a source outside, each kind once."""
        return [(block, verdict) for verdict in self._answering(external, source, block)]

    def _block_of(self, external: str, source: Span) -> Span:
        blocks = self.network.externals[external].blocks
        return next((block for block in blocks if block.contains(source)), source)

    def _arrived(self, external: str, source: Span) -> dict[Key, tuple[Verdict, tuple[int, ...], bool]]:
        """Verdicts of what comes from a block onto a provider Subnet, by kind, with the addresses that have it."""
        found: dict[Key, tuple[Verdict, tuple[int, ...], bool]] = {}
        for address, router, entry in self.network.owners[external].entries:
            step = Step(router, entry, Packet(source, Span(address, address)), _HOPS, START)
            for piece in self._step(step):
                verdict, addresses, anywhere = found.get(piece.verdict.key, (piece.verdict, (), False))
                found[piece.verdict.key] = (verdict, (*addresses, address), anywhere)
        for router in self.network.routers.values():
            for port in router.ports:
                if port.side is Side.EXTERNAL and port.name == external and port.address is None:
                    verdict = replace(START, outcome=Outcome.ROUTER, decider=port.decider)
                    found.setdefault(verdict.key, (verdict, (), True))
        return found
