"""Routes of a VPC: its route to the provider network, in a form that Kube-OVN reads, and its peerings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kmetal_network.addresses import Span
from kmetal_network.facts.kube_ovn import Route, Subnet, Vpc
from kmetal_network.facts.model import Facts
from kmetal_network.facts.unknown import UNKNOWN, has_unknown, known
from kmetal_network.laws.metallb.pools import provider_spans
from kmetal_network.laws.model import Breach, Law
from kmetal_network.laws.spans import is_address, is_block, span, spans
from kmetal_network.names import DEFAULT_VPC

EVERYTHING: Final = ("0.0.0.0/0", "::/0")


def _routes(vpc: Vpc) -> tuple[Route, ...]:
    return () if vpc.routes is UNKNOWN else vpc.routes


def _tenant_vpcs(facts: Facts) -> Iterator[Vpc]:
    return (vpc for vpc in facts.vpcs if vpc.name != DEFAULT_VPC)


def _next_hops(facts: Facts) -> Iterator[Breach]:
    external = provider_spans(facts)
    provider = [subnet for subnet in facts.subnets if subnet.on_provider_network]
    inner: dict[str, list[str]] = {}
    for subnet in facts.subnets:
        inner.setdefault(subnet.vpc if isinstance(subnet.vpc, str) else "", []).append(str(subnet.cidr))
    for vpc in _tenant_vpcs(facts) if external else ():
        for route in _routes(vpc):
            hop = span(route.next_hop)
            if hop is None or str(route.cidr) not in EVERYTHING or vpc.enable_external is not True:
                continue
            if any(block.contains(hop) for block, _ in external):
                yield from _no_router(vpc, route, hop, provider)
            else:
                yield Breach(
                    vpc.place,
                    f"vpc {vpc.name!r} routes {route.cidr} to {route.next_hop}, which is in no provider Subnet"
                    f" ({', '.join(name for _, name in external)})",
                    "write the gateway of the provider Subnet",
                )


def _no_router(vpc: Vpc, route: Route, hop: Span, provider: list[Subnet]) -> Iterator[Breach]:
    """A next hop that Kube-OVN may hand out as somebody's address: neither a gateway nor excluded."""
    holding = [subnet for subnet in provider if any(block.contains(hop) for block in spans(subnet.cidr))]
    for subnet in holding:
        routers = [block for text in (*spans(subnet.gateway), *map(span, known(subnet.exclude))) if (block := text)]
        if not isinstance(subnet.gateway, str) or has_unknown(subnet.exclude):
            return  # NET-115 covers a missing gateway
        if any(block.contains(hop) for block in routers):
            return
    for subnet in holding[:1]:
        yield Breach(
            vpc.place,
            f"vpc {vpc.name!r} routes {route.cidr} to {route.next_hop}, which is neither the gateway {subnet.gateway}"
            f" of subnet {subnet.name!r} nor excluded in it, so Kube-OVN may hand it out to a tenant",
            f"write {subnet.gateway}, or exclude the router's address",
        )


def _default_route(facts: Facts) -> Iterator[Breach]:
    for vpc in _tenant_vpcs(facts):
        if vpc.enable_external is not True or vpc.routes is UNKNOWN or vpc.enable_bfd:
            continue
        if not any(route.cidr is UNKNOWN or route.cidr in EVERYTHING for route in vpc.routes):
            yield Breach(
                vpc.place,
                f"vpc {vpc.name!r} has enableExternal and no static route for 0.0.0.0/0, and Kube-OVN adds none",
                "write a static route of 0.0.0.0/0 to the provider Subnet's gateway",
            )


def _route_form(facts: Facts) -> Iterator[Breach]:
    for vpc in facts.vpcs:
        for route in _routes(vpc):
            name = f"vpc {vpc.name!r}: static route {route.cidr}"
            if route.policy not in (None, "", "policyDst", "policySrc", UNKNOWN):
                yield Breach(vpc.place, f"{name} has policy {route.policy!r}", "write policyDst or policySrc")
            if route.cidr is not UNKNOWN and not (is_block(str(route.cidr)) or is_address(str(route.cidr))):
                yield Breach(vpc.place, f"{name} is no block or address", "write ADDRESS/LENGTH")
            hop = route.next_hop
            if hop is not UNKNOWN and not is_address(str(hop)):
                yield Breach(vpc.place, f"{name} has next hop {hop!r}, which is no address", "write one address")


def _bfd_beside_routes(facts: Facts) -> Iterator[Breach]:
    for vpc in _tenant_vpcs(facts):
        if vpc.enable_bfd is True and _routes(vpc):
            yield Breach(
                vpc.place,
                f"vpc {vpc.name!r} has enableBfd and static routes, and with BFD the controller writes and deletes"
                " those itself",
                "keep one of the two",
            )


def _peerings(facts: Facts) -> Iterator[Breach]:
    vpcs = {vpc.name for vpc in facts.vpcs}
    for vpc in facts.vpcs:
        for remote, address in () if vpc.peerings is UNKNOWN else vpc.peerings:
            if facts.whole and isinstance(remote, str) and remote not in vpcs:
                yield Breach(
                    vpc.place,
                    f"vpc {vpc.name!r} peers with vpc {remote!r}, which does not exist",
                    f"name one of those there are ({', '.join(sorted(vpcs))})",
                )
            if address is not UNKNOWN and not all(map(is_block, str(address).split(","))):
                yield Breach(
                    vpc.place,
                    f"vpc {vpc.name!r} has localConnectIP {address!r} towards {remote!r}, which is no ADDRESS/LENGTH",
                    "write the router's address with its prefix length, such as 169.254.0.1/30",
                )


LAWS = (
    Law(
        id="NET-410",
        title="A VPC's default route leads to the router of a provider Subnet",
        why="OVN needs a next hop inside it: otherwise northd warns and nothing leaves. Another address in it may be"
        " another tenant's, who then receives the traffic.",
        fix="Write the gateway of the provider Subnet.",
        reference="docs/evidence/kube-ovn.md#vpcs (V8)",
        not_admitted="a second provider Subnet, another object, may hold the next hop",
        judge=_next_hops,
    ),
    Law(
        id="NET-411",
        title="A VPC with enableExternal has a default route",
        why="Kube-OVN's documentation says that it adds one. It does not, and no packet leaves.",
        fix="Write a static route of 0.0.0.0/0.",
        reference="kubeovn/kube-ovn#4207, #3801",
        judge=_default_route,
    ),
    Law(
        id="NET-419",
        title="Kube-OVN accepts every static route",
        why="Kube-OVN refuses the whole Vpc, in its log only.",
        fix="Write policyDst or policySrc, a block, and one address as next hop.",
        reference="docs/evidence/kube-ovn.md#vpcs (V1)",
        judge=_route_form,
    ),
    Law(
        id="NET-420",
        title="A VPC with BFD has no static routes of its own",
        why="The controller writes routes of its own and deletes the default route: two owners of one list.",
        fix="Leave enableBfd or the routes out.",
        reference="docs/evidence/kube-ovn.md#bfd",
        judge=_bfd_beside_routes,
    ),
    Law(
        id="NET-432",
        title="A peering names a Vpc and an address",
        why="The controller refuses the Vpc's change, in its log only.",
        fix="Name a Vpc that exists, and ADDRESS/LENGTH of the connecting network.",
        reference="docs/evidence/kube-ovn.md#vpcs (V4)",
        judge=_peerings,
    ),
)
