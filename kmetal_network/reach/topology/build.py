"""Builds the logical network from facts, as Kube-OVN's controller does; what facts do not tell becomes a doubt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from kmetal_network.addresses import Span
from kmetal_network.facts.kube_ovn import Subnet, Vpc
from kmetal_network.facts.model import Facts
from kmetal_network.facts.platform import RangeKind
from kmetal_network.facts.unknown import UNKNOWN, known
from kmetal_network.laws.addresses.ranges import BUILT_IN_SUBNETS, named_ranges, placed
from kmetal_network.laws.spans import span, spans
from kmetal_network.names import DEFAULT_VPC
from kmetal_network.reach.topology import policies
from kmetal_network.reach.topology.network import External, Network, Switch
from kmetal_network.reach.topology.router import Inward, PolicyEntry, Port, RouteEntry, Router, Side, behind
from kmetal_network.reach.topology.translations import NOWHERE, inward, outward
from kmetal_network.reach.topology.ways import Ways, external_ports, peer_ports, written_routes
from kmetal_network.reach.verdict import Decider

T = TypeVar("T", Vpc, Subnet)


def network(facts: Facts) -> Network:
    """The logical network that facts describe."""
    subnets = _merged(facts.subnets)
    vpcs = _merged(facts.vpcs)
    externals = {name: _external(subnet) for name, subnet in subnets.items() if subnet.on_provider_network}
    inner = [subnet for subnet in subnets.values() if not subnet.on_provider_network]
    switches = [*(_switch(subnet) for subnet in inner if isinstance(subnet.cidr, str)), *_implied(facts, subnets)]
    by_vpc: dict[str, list[Switch]] = defaultdict(list)
    for switch in switches:
        by_vpc[switch.vpc].append(switch)
    gateways = {subnet.name: spans(subnet.gateway) for subnet in inner}
    ways = Ways(facts, vpcs, externals)
    outer, entering = outward(facts, subnets, externals), inward(facts, externals)
    routers = {}
    for name in dict.fromkeys([*vpcs, *by_vpc]):
        vpc, own = vpcs.get(name), tuple(by_vpc[name])
        made = _default(facts, own, vpc) if name == DEFAULT_VPC else _custom(name, vpc, own, gateways, ways)
        if name != DEFAULT_VPC:
            made = replace(made, outward=tuple(outer.get(name, ())), inward=tuple(entering.get(name, ())))
        routers[name] = made
    if entries := entering.get(NOWHERE):
        routers[NOWHERE] = _nowhere(tuple(entries), externals)
    join = tuple(block for switch in by_vpc[DEFAULT_VPC] if switch.name == "join" for block in switch.blocks)
    return Network(routers, tuple(switches), externals, join, facts.whole)


def _merged(entries: Iterable[T]) -> dict[str, T]:
    """Each object once: what is declared, with what patches of it say instead."""
    found: dict[str, T] = {}
    for entry in sorted(entries, key=lambda entry: entry.patch):
        base = found.get(entry.name)
        found[entry.name] = entry if base is None else _over(base, entry)
    return found


def _over(base: T, patch: T) -> T:
    """What a patch leaves out stays; an unknown in it says that others decide, so it stays, too."""
    said: dict[str, Any] = {}
    for entry in fields(base):
        value = getattr(patch, entry.name)
        if entry.name not in ("place", "name", "patch", "wants_egress") and value not in (None, UNKNOWN, ()):
            said[entry.name] = value
    return replace(base, **said)


def _external(subnet: Subnet) -> External:
    return External(subnet.name, subnet.place, tuple(spans(subnet.cidr)), tuple(spans(subnet.gateway)))


def _switch(subnet: Subnet) -> Switch:
    doubts = [f"subnet {subnet.name!r} sets {field}, which this does not read" for field in subnet.unread]
    private: bool | None = bool(subnet.private)
    if subnet.private is UNKNOWN:
        private = None
    vpc = subnet.vpc if isinstance(subnet.vpc, str) and subnet.vpc else DEFAULT_VPC
    if subnet.vpc is UNKNOWN and subnet.name not in BUILT_IN_SUBNETS:
        vpc = f"of subnet {subnet.name}"
    allowed = tuple(block for text in known(subnet.allow_subnets) for block in spans(text.strip()))
    return Switch(subnet.name, vpc, subnet.place, tuple(spans(subnet.cidr)), private, allowed, tuple(doubts))


def _implied(facts: Facts, subnets: Mapping[str, Subnet]) -> Iterator[Switch]:
    """The two Subnets that Kube-OVN makes of its chart's values, where no object shows them."""
    cni_blocks = {"ovn-default": {cni.pod_cidr for cni in facts.cni}, "join": set()}
    for block, entry in placed(named_ranges(replace(facts, subnets=()))):
        own = (
            "join" if entry.kind is RangeKind.JOIN else "ovn-default" if entry.text in cni_blocks["ovn-default"] else ""
        )
        if own and own not in subnets:
            yield Switch(own, DEFAULT_VPC, entry.place, (block,))


def _custom(
    name: str, vpc: Vpc | None, own: tuple[Switch, ...], gateways: Mapping[str, list[Span]], ways: Ways
) -> Router:
    """A tenant's router; where its Vpc is not shown, nothing is known but its Subnets."""
    shown = vpc or Vpc(place=own[0].place, name=name, patch=True, policies=UNKNOWN, routes=UNKNOWN)
    ports = [*_subnet_ports(own, gateways), *external_ports(shown, ways), *peer_ports(shown, ways)]
    built_in = [entry for switch in own for entry in policies.towards(switch.name, switch.place, switch.blocks)]
    routes, doubts = written_routes(shown, ports)
    return Router(
        name,
        shown.place,
        ports=tuple(ports),
        routes=(*_connected(ports), *_own_source_routes(ports), *routes),
        policies=_ordered([*built_in, *policies.written(shown)]),
        doubts=(*ways.doubts(shown), *doubts),
        marks=tuple(gateway for external in ways.externals.values() for gateway in external.gateways),
    )


def _nowhere(entries: tuple[Inward, ...], externals: Mapping[str, External]) -> Router:
    """What answers for external addresses of pods whose VPC is not known."""
    ports = [
        Port(Side.EXTERNAL, name, None, block, entries[0].decider)
        for name in dict.fromkeys(entry.external for entry in entries)
        for block in externals[name].blocks
    ]
    return Router(NOWHERE, entries[0].decider.place, ports=tuple(ports), inward=entries)


def _default(facts: Facts, own: tuple[Switch, ...], vpc: Vpc | None) -> Router:
    """The default VPC's router: everything that is none of its Subnets goes into a node."""
    gateways = {switch.name: [Span(block.first + 1, block.first + 1) for block in switch.blocks] for switch in own}
    gateways.update({subnet.name: found for subnet in facts.subnets if (found := spans(subnet.gateway))})
    ports = _subnet_ports(own, gateways)
    nodes = [
        (node.name, node.place, address)
        for node in facts.nodes
        for text in known(node.addresses)
        if (address := span(text)) is not None
    ]
    joins = [port for port in ports if port.name == "join"]
    decider = Decider(kind="Subnet", name="join", field="spec.gateway", text="Kube-OVN's own default route")
    everywhere = {"IPv4": span("0.0.0.0/0"), "IPv6": span("::/0")}
    defaults = [
        RouteEntry(block, by_source=False, hop=port.address, port=port, decider=decider)
        for port in joins
        for block in everywhere.values()
        if block is not None and port.address is not None and block.contains(port.address)
    ]
    pods = [port.block for port in ports if port.name != "join"]
    built_in = [entry for switch in own for entry in policies.towards(switch.name, switch.place, switch.blocks)]
    written = list(policies.written(vpc)) if vpc is not None and not vpc.patch else []
    return Router(
        DEFAULT_VPC,
        vpc.place if vpc else "",
        ports=tuple(ports),
        routes=(*_connected(ports), *defaults),
        policies=_ordered([*built_in, *policies.through_nodes(nodes, pods), *written]),
    )


def _subnet_ports(own: Iterable[Switch], gateways: Mapping[str, list[Span]]) -> list[Port]:
    """A router's ports into its Subnets; Kube-OVN fills a missing gateway with the first address."""
    ports = []
    for switch in own:
        for block in switch.blocks:
            first = Span(block.first + 1, block.first + 1)
            address = next((each for each in gateways.get(switch.name, ()) if block.contains(each)), first)
            decider = Decider(kind="Subnet", name=switch.name, field="spec.cidrBlock", place=switch.place)
            ports.append(Port(Side.SUBNET, switch.name, address, block, decider))
    return ports


def _connected(ports: Iterable[Port]) -> list[RouteEntry]:
    return [RouteEntry(port.block, by_source=False, hop=None, port=port, decider=port.decider) for port in ports]


def _own_source_routes(ports: list[Port]) -> list[RouteEntry]:
    """Kube-OVN's route by source of each Subnet of a custom VPC, which leads back to the router itself."""
    return [
        RouteEntry(port.block, by_source=True, hop=port.address, port=way, decider=_automatic(port))
        for port in ports
        if port.side is Side.SUBNET and port.address is not None
        for way in behind(port.address, ports)
    ]


def _automatic(port: Port) -> Decider:
    return replace(
        port.decider, field="spec.gateway", text="Kube-OVN's own route by source, which leads nowhere", own=True
    )


def _ordered(entries: Iterable[PolicyEntry]) -> tuple[PolicyEntry, ...]:
    return tuple(sorted(entries, key=lambda entry: -entry.priority))
