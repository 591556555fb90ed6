"""The ways out of a tenant's router: its ports into provider Subnets and towards peers, and its static routes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from kmetal_network.facts.kube_ovn import Eip, Vpc
from kmetal_network.facts.model import Facts
from kmetal_network.facts.unknown import UNKNOWN, known
from kmetal_network.laws.spans import span, spans
from kmetal_network.names import EXTERNAL_SUBNET, external_eip
from kmetal_network.reach.topology.network import External
from kmetal_network.reach.topology.router import Port, RouteEntry, Side, behind
from kmetal_network.reach.verdict import Decider

_MAIN: Final = (None, "", "main")


@dataclass(frozen=True)
class Ways:
    """What all routers look up while they are made."""

    facts: Facts
    vpcs: Mapping[str, Vpc]
    externals: Mapping[str, External]
    eips: Mapping[str, Eip] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "eips", {eip.name: eip for eip in self.facts.eips})

    def named(self, vpc: Vpc) -> tuple[str, ...]:
        """Names of the provider Subnets that a Vpc is to be connected to."""
        if vpc.enable_external is not True:
            return ()
        extra = vpc.extra_external
        return known(extra) if extra else (EXTERNAL_SUBNET,)

    def anchored(self) -> bool:
        """Whether a node carries the label without which no router gets a port into a provider Subnet."""
        nodes = self.facts.nodes
        return not self.facts.whole or not nodes or any(node.external_gateway in ("true", UNKNOWN) for node in nodes)

    def doubts(self, vpc: Vpc) -> Iterator[str]:
        """What makes the ways out of a Vpc unknown."""
        if vpc.enable_external is UNKNOWN:
            yield f"enableExternal of vpc {vpc.name!r} is not known here"
        if vpc.extra_external is UNKNOWN and vpc.enable_external is True:
            yield f"extraExternalSubnets of vpc {vpc.name!r} is not known here"
        for name in self.named(vpc):
            if name not in self.externals and not self.facts.whole:
                yield f"subnet {name!r}, which vpc {vpc.name!r} leaves through, is not known here"


def external_ports(vpc: Vpc, ways: Ways) -> Iterator[Port]:
    """One port for each provider Subnet, with the address of its OvnEip where that is written."""
    for name in ways.named(vpc) if ways.anchored() else ():
        external = ways.externals.get(name)
        eip = ways.eips.get(external_eip(vpc.name, name))
        written = [span(text) for text in ((eip.address, eip.address_v6) if eip else ())]
        for block in external.blocks if external else ():
            address = next((each for each in written if each and block.contains(each)), None)
            decider = Decider(
                kind="Vpc", name=vpc.name, field="spec.enableExternal", text=f"subnet {name}", place=vpc.place
            )
            yield Port(Side.EXTERNAL, name, address, block, decider)


def peer_ports(vpc: Vpc, ways: Ways) -> Iterator[Port]:
    """One port for each peering that both sides have; one-sided, there is nothing at its other end."""
    for index, (remote, local) in enumerate(() if vpc.peerings is UNKNOWN else vpc.peerings):
        if not isinstance(remote, str) or not isinstance(local, str):
            continue
        other = ways.vpcs.get(remote)
        back = () if other is None or other.peerings is UNKNOWN else other.peerings
        text = f"remoteVpc {remote}" if any(name == vpc.name for name, _ in back) else f"remoteVpc {remote}, one-sided"
        decider = Decider(
            kind="Vpc", name=vpc.name, field=f"spec.vpcPeerings[{index}]", text=text, place=vpc.place, own=True
        )
        for text in local.split(","):
            address, block = span(text.partition("/")[0].strip()), span(text.strip())
            if address and block:
                yield Port(Side.PEER, remote, address, block, decider)


def written_routes(vpc: Vpc, ports: Iterable[Port]) -> tuple[list[RouteEntry], list[str]]:
    """A Vpc's static routes whose next hop lies behind a port (northd leaves out the others), and what is unknown."""
    if vpc.enable_bfd in (True, UNKNOWN):
        return [], [f"vpc {vpc.name!r} has enableBfd, with which the controller writes its routes by itself"]
    if vpc.routes is UNKNOWN:
        return [], [f"staticRoutes of vpc {vpc.name!r} are not known here"]
    routes, doubts = [], []
    ports = list(ports)
    for index, route in enumerate(vpc.routes or ()):
        where = f"staticRoutes[{index}] of vpc {vpc.name!r}"
        blocks, hops = spans(route.cidr), spans(route.next_hop)
        if route.table not in _MAIN:
            doubts.append(f"{where} is in route table {route.table!r}, which this does not read")
        elif UNKNOWN in (route.cidr, route.next_hop, route.policy):
            doubts.append(f"{where} is not known here")
        elif blocks and hops:
            decider = Decider(
                kind="Vpc",
                name=vpc.name,
                field=f"spec.staticRoutes[{index}]",
                text=f"{route.cidr} via {route.next_hop}",
                place=vpc.place,
            )
            by_source = route.policy == "policySrc"
            routes += [RouteEntry(blocks[0], by_source, hops[0], port, decider) for port in behind(hops[0], ports)]
    return routes, doubts
