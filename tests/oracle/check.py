"""Asks model and OVN the same questions about one network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from kmetal_network.addresses import Span
from kmetal_network.facts.reader import facts_of
from kmetal_network.reach.packets.paths import Paths
from kmetal_network.reach.topology.build import network
from kmetal_network.reach.topology.network import Network
from kmetal_network.reach.trace import ending
from kmetal_network.reach.verdict import Outcome, Verdict
from tests.oracle.compare import chosen, disagreement, not_at_router
from tests.oracle.local_ovn.northbound import Rows
from tests.oracle.local_ovn.ovn import Ovn
from tests.oracle.networks import World
from tests.oracle.translate import rows

PORTS = (80, 443)


@dataclass
class Count:
    """How much was compared."""

    networks: int = 0
    traces: int = 0
    not_known: int = 0


def compared(ovn: Ovn, world: World, count: Count) -> list[str]:
    """Every disagreement, in words, with its trace."""
    model = network(facts_of(world.bodies, whole=True))
    paths = Paths(model)
    found: list[str] = []
    count.networks += 1
    made = rows(world.bodies, world.pods)
    with ovn.network(made) as tracer:
        questions = [
            (pod.subnet, source, destination, port)
            for pod in world.pods
            for source in pod.addresses
            for destination in world.destinations(pod)
            if (":" in source) == (":" in destination) and not _nobody_near(model, made, pod.subnet, destination)
            for port in PORTS[: 2 if destination.startswith("77.220.68.12") else 1]
        ]
        for subnet, source, destination, port in questions:
            switch = model.by_name[subnet]
            said = paths.from_subnet(switch, one(source), one(destination))
            ask = partial(tracer.from_pod, subnet, source, destination)
            found += _held(f"{source} ({subnet}) to {destination}:{port}", chosen(said, port), ask, port, count)
        for external, address in world.outer:
            for source in ("203.0.113.7", "192.0.2.11"):
                for port in PORTS:
                    said = paths.from_outside(external, one(source), one(address))
                    ask = partial(tracer.from_outside, external, source, address)
                    found += _held(f"{source} ({external}) to {address}:{port}", chosen(said, port), ask, port, count)
    return found


def _nobody_near(model: Network, made: Rows, subnet: str, address: str) -> bool:
    """Whether it is an address of the own Subnet that no pod has: it is looked for there, and never sent to a router."""
    inside = any(block.contains(one(address)) for block in model.by_name[subnet].blocks)
    return inside and f"{subnet} {address}" not in made.pods


def one(address: str) -> Span:
    """An address as a span."""
    return Span.parse(address)


def _held(question: str, said: list[Verdict], ask: Callable[[int], str], port: int, count: Count) -> list[str]:
    """What the traces of one packet say otherwise than the model."""
    text = ask(port)
    count.traces += 1
    if len(said) != 1:
        return [f"{question}: {len(said)} verdicts: {said}"]
    count.not_known += said[0].outcome is Outcome.NOT_KNOWN
    if said[0].outcome is Outcome.ROUTER:
        count.traces += 1
        problem = not_at_router(said[0], ending(text), ask(0))
    else:
        problem = disagreement(said[0], ending(text))
    return [f"{question}: {problem}\n  {said[0]}\n{text}"] if problem else []
