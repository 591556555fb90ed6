"""The model's verdicts next to what the cluster's own OVN says: `kmetal-network reach --live --trace`.

For each Subnet in which a pod runs, one packet of that pod towards each class of destinations. Nothing is sent:
`ovn-trace` only reads OVN's southbound database.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.markup import escape

from kmetal_network.addresses import Span
from kmetal_network.counting import counted
from kmetal_network.laws.spans import span
from kmetal_network.reach.packets.paths import Paths
from kmetal_network.reach.table import Row, Table, table
from kmetal_network.reach.trace import Ending, ending, outcome_of
from kmetal_network.reach.verdict import Outcome, Verdict
from operations.cluster.live import LiveCluster
from operations.cluster.view import ClusterView
from operations.commands.reach import facts_in
from operations.console import Output, out
from operations.reachability.ovn_commands import InCluster, OvnCommands
from operations.revision import stack_now
from operations.state.identity import make_sure_of_identity

_NEW: Final = ("--ct=new",) * 8
"""Every question to connection tracking is answered: a new connection."""
_PORT: Final = 443


@dataclass(frozen=True)
class PodPort:
    """A pod's port in a Subnet, as Kube-OVN's IP object has it."""

    subnet: str
    name: str
    address: Span
    mac: str


@dataclass(frozen=True)
class Compared:
    """One packet: what the model says, and what OVN says."""

    source: str
    subnet: str
    to: Span
    place: str
    verdict: Verdict
    seen: Outcome

    @property
    def agrees(self) -> bool:
        """Whether both say the same; what the model does not know contradicts nothing."""
        at_router = self.verdict.outcome is Outcome.ROUTER and self.seen in (Outcome.DROPPED, Outcome.NO_ROUTE)
        # A question for the MAC of an address that no pod has goes nowhere, and a pod there would be reached.
        no_pod = self.verdict.outcome is Outcome.OPEN and self.seen is Outcome.NO_ROUTE
        return self.verdict.outcome in (self.seen, Outcome.NOT_KNOWN) or at_router or no_pod


def trace(root: Path, stack: str, output: Output) -> int:
    """Print both sides of each packet; 1 where OVN says otherwise.

    Raises:
        UnreachableError: the cluster, or its OVN, does not answer.
    """
    environment = stack_now(root, stack)
    with LiveCluster.of(root, environment.settings.cluster) as cluster:
        view = ClusterView(cluster)
        make_sure_of_identity(environment, view)
        found = table(facts_in(environment, view))
        ports = list(pod_ports(view.objects("IP").values()))
        compared = list(compare_traces(found, ports, InCluster(root, environment.settings.cluster, cluster)))
    wrong = [entry for entry in compared if not entry.agrees]
    if output is Output.JSON:
        out.print_json(json.dumps([_as_json(entry) for entry in compared]))
    else:
        for entry in wrong:
            packet = f"{entry.source} to {entry.to.canonical()} ({entry.place})"
            said = f"the objects say {entry.verdict.shown_as} by {entry.verdict.decider}; OVN says {entry.seen.value}"
            text = f"{packet}: {said}"
            out.print(f"[red]differs[/] {escape(text)}", soft_wrap=True, highlight=False)
        pods, packets = counted(len(ports), "pod"), counted(len(compared), "packet")
        out.print(f"{stack}: {packets} of {pods} traced, {counted(len(wrong), 'disagreement')}", highlight=False)
    return int(bool(wrong))


def _as_json(entry: Compared) -> Mapping[str, Any]:
    return {
        "from": entry.source,
        "subnet": entry.subnet,
        "to": entry.to.canonical(),
        "class": entry.place,
        "model": entry.verdict.outcome.value,
        "decidedBy": str(entry.verdict.decider),
        "ovn": entry.seen.value,
        "agrees": entry.agrees,
    }


def pod_ports(addresses: Iterable[Mapping[str, Any]]) -> Iterator[PodPort]:
    """The first pod of each Subnet, of Kube-OVN's IP objects."""
    seen: set[str] = set()
    for body in addresses:
        spec = body.get("spec") or {}
        subnet, mac, address = (str(spec.get(key) or "") for key in ("subnet", "macAddress", "v4IpAddress"))
        own = span(address)
        if subnet and mac and own and spec.get("podName") and subnet not in seen:
            seen.add(subnet)
            yield PodPort(subnet, str(body["metadata"]["name"]), own, mac)


def compare_traces(found: Table, ports: Iterable[PodPort], ovn: OvnCommands) -> Iterator[Compared]:
    """One packet of each pod towards each class, asked of the model and of OVN.

    Raises:
        UnreachableError: OVN cannot be asked.
    """
    paths = Paths(found.network)
    rows = {row.name: row for row in found.rows}
    for port in ports:
        row = rows.get(port.subnet)
        if row is None:
            continue
        gateway = _gateway_mac(row, ovn)
        for place, to in _targets(found, row, port):
            switch = found.network.by_name[row.name]
            said = [piece.verdict for piece in paths.from_subnet(switch, port.address, to) if not piece.verdict.ports]
            end = _traced(port, to, gateway, ovn)
            for verdict in said[:1]:
                seen = outcome_of(end, tuple(found.network.externals))
                yield Compared(port.name, port.subnet, to, place, verdict, seen)


def _targets(found: Table, row: Row, port: PodPort) -> Iterator[tuple[str, Span]]:
    """One address of each class, and of each part of a class that has a verdict of its own."""
    for place in row.cells:
        for stretch, _ in row.verdicts(place):
            part = found.part(place, stretch) or stretch
            inner = part.first + (part.size > 2) * 2  # noqa: PLR2004 (not the network's own address, nor the gateway's)
            if place.value != "own cluster" and inner != port.address.first:
                yield place.value, Span(inner, inner)


def _gateway_mac(row: Row, ovn: OvnCommands) -> str:
    name = f"name={row.vpc}-{row.name}"
    return ovn("ovn-nbctl", "--bare", "--columns=mac", "find", "logical_router_port", name).strip()


def _traced(port: PodPort, to: Span, gateway: str, ovn: OvnCommands) -> Ending:
    family = "ip6" if ":" in to.canonical() else "ip4"
    packet = (
        f'inport == "{port.name}" && eth.src == {port.mac} && eth.dst == {gateway}'
        f" && {family}.src == {port.address.canonical()} && {family}.dst == {to.canonical()}"
        f" && ip.ttl == 64 && tcp && tcp.src == 1234 && tcp.dst == {_PORT}"
    )
    return ending(ovn("ovn-trace", *_NEW, port.subnet, packet))
