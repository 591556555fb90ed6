"""Which route and which policy of a router decide about a packet: the order in which OVN's tables ask them."""

from __future__ import annotations

from dataclasses import replace

from kmetal_network.reach.match import Answer, Packet
from kmetal_network.reach.topology.router import PolicyEntry, RouteEntry, Router, holds


def policies_for(router: Router, packet: Packet) -> tuple[PolicyEntry | None, list[PolicyEntry]]:
    """The policy that surely matches first, and those above it that may match before it."""
    perhaps: list[PolicyEntry] = []
    sure: PolicyEntry | None = None
    for policy in router.policies:
        if sure is not None and policy.priority < sure.priority:
            break
        answer = Answer.PERHAPS if policy.match is None else policy.match.test(packet)
        if answer is Answer.NO or (policy.action == "reroute" and not any(map(router.ports_of, policy.hops))):
            continue  # northd leaves out a reroute whose next hop lies behind no port
        if answer is Answer.YES and not policy.doubt:
            if sure is None:
                sure = policy
            elif (policy.action, policy.hops) != (sure.action, sure.hops):
                tie = "another policy of the same priority matches, too, and which one wins is chance"
                perhaps.append(replace(policy, doubt=tie))
        else:
            perhaps.append(policy)
    return sure, perhaps


def routes_for(router: Router, packet: Packet) -> list[RouteEntry]:
    """The routes of the highest rank that match; several are one ECMP group."""
    found: list[RouteEntry] = []
    for route in router.routes:
        side = packet.source if route.by_source else packet.destination
        if holds(route.block, side) and (not found or route.rank >= found[0].rank):
            found = [*found, route] if found and route.rank == found[0].rank else [route]
    return found
