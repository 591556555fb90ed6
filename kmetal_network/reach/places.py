"""Who is meant by "other tenants", "nodes" or "the internet": classes of destinations, as ranges of addresses."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import chain
from typing import Final, TypeAlias

from kmetal_network.addresses import Span
from kmetal_network.facts.model import Facts
from kmetal_network.facts.platform import RangeKind
from kmetal_network.facts.unknown import known
from kmetal_network.laws.addresses.ranges import named_ranges, placed
from kmetal_network.laws.spans import ALL_IPV4, span
from kmetal_network.names import DEFAULT_VPC
from kmetal_network.reach.topology.network import External, Network
from kmetal_network.reach.topology.router import Side


class Place(StrEnum):
    """A class of sources or destinations."""

    OWN_CLUSTER = "own cluster"
    OWN_VPC = "own VPC's other clusters"
    PEERS = "peered VPCs' pods"
    TENANTS = "other tenants' pods"
    TENANT_ADDRESSES = "other tenants' external addresses"
    EXTERNAL = "external block"
    GATEWAY = "physical gateway"
    MANAGEMENT = "management VLAN"
    NODES = "nodes"
    FLANNEL = "Flannel pods"
    KUBE_OVN = "Kube-OVN pods"
    JOIN = "join range"
    SERVICES = "service range"
    CONTROL_PLANES = "control-plane addresses"
    NAMED = "other named ranges"
    INTERNET = "internet"
    ELSEWHERE = "addresses that nothing names"
    """Only where two versions are compared: a drop of addresses without a name must not go unnoticed."""


PLATFORM: Final = (
    Place.MANAGEMENT, Place.NODES, Place.FLANNEL, Place.KUBE_OVN, Place.JOIN, Place.SERVICES, Place.CONTROL_PLANES,
    Place.NAMED,
)  # fmt: skip
"""What belongs to the under cluster itself."""

_KINDS: Final = {
    RangeKind.MANAGEMENT: Place.MANAGEMENT,
    RangeKind.NODE: Place.NODES,
    RangeKind.JOIN: Place.JOIN,
    RangeKind.SERVICE: Place.SERVICES,
    RangeKind.POOL: Place.CONTROL_PLANES,
    RangeKind.RESERVED: Place.NAMED,
    RangeKind.ROUTE: Place.NAMED,
}

_NOT_PUBLIC: Final = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
)  # fmt: skip
"""Blocks that no public network holds (IANA, IPv4 Special-Purpose Address Registry)."""

_PUBLIC_V6: Final = "2000::/3"


@dataclass(frozen=True)
class Ranges:
    """A set of addresses, and under which name each range of it is known."""

    named: tuple[tuple[str, Span], ...]

    @cached_property
    def merged(self) -> tuple[Span, ...]:
        """Apart from each other, ascending."""
        found: list[Span] = []
        for block in sorted(block for _, block in self.named):
            if found and block.first <= found[-1].last + 1 and _family(block) is _family(found[-1]):
                found[-1] = Span(found[-1].first, max(found[-1].last, block.last))
            else:
                found.append(Span(block.first, block.last))
        return tuple(found)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return tuple(block.first for block in self.merged)

    @cached_property
    def _asked(self) -> dict[Span, tuple[Span, ...]]:
        return {}

    def first_in(self, block: Span) -> Span | None:
        """The first range that shares addresses with a block, as far as it does."""
        index = max(bisect_right(self._starts, block.first) - 1, 0)
        for candidate in self.merged[index : index + 2]:
            if (shared := candidate.shared(block)) is not None:
                return shared
        return None

    def all_in(self, block: Span) -> tuple[Span, ...]:
        """Every range that shares addresses with a block, as far as it does; many sources ask for the same block."""
        if block not in self._asked:
            index = max(bisect_right(self._starts, block.first) - 1, 0)
            end = bisect_right(self._starts, block.last)
            shared = (candidate.shared(block) for candidate in self.merged[index:end])
            self._asked[block] = tuple(part for part in shared if part is not None)
        return self._asked[block]

    def within(self, block: Span) -> list[str]:
        """Names of the ranges that share addresses with a block."""
        return list(dict.fromkeys(name for name, each in self.named if each.overlaps(block)))

    def __bool__(self) -> bool:
        return bool(self.named)


def _family(block: Span) -> bool:
    return ALL_IPV4.contains(block)


def places(facts: Facts, network: Network) -> dict[Place, Ranges]:
    """Every class that does not depend on who asks; of several names for one range of the platform one is kept."""
    found: dict[Place, list[tuple[str, Span]]] = {place: [] for place in Place}
    for place, name, block in chain(_switches(network), _ranges(facts), _declared(facts), _of_providers(network)):
        found[place].append((name, block))
    found[Place.INTERNET] = _internet(block for entries in found.values() for _, block in entries)
    return {place: Ranges(_once(entries) if place in PLATFORM else tuple(entries)) for place, entries in found.items()}


_Placed: TypeAlias = tuple[Place, str, Span]


def _switches(network: Network) -> Iterator[_Placed]:
    """The blocks of pods."""
    for switch in network.switches:
        place = Place.TENANTS if switch.vpc != DEFAULT_VPC else Place.KUBE_OVN
        for block in switch.blocks:
            yield Place.JOIN if switch.name == "join" else place, switch.name, block


def _ranges(facts: Facts) -> Iterator[_Placed]:
    """What has a name and is no Subnet; of pods' ranges that which Kube-OVN does not have is Flannel's."""
    own = {cni.pod_cidr for cni in facts.cni}
    for block, entry in placed(named_ranges(replace(facts, subnets=()))):
        if entry.kind is RangeKind.POD:
            yield Place.KUBE_OVN if entry.text in own else Place.FLANNEL, entry.name, block
        elif entry.kind in _KINDS:
            yield _KINDS[entry.kind], entry.name, block


def _declared(facts: Facts) -> Iterator[_Placed]:
    """What other facts name: the management VLAN, control planes, the API server's service ranges."""
    named: list[tuple[Place, str, object]] = [
        (Place.MANAGEMENT, "management.cidr", one.cidr) for one in facts.management
    ]
    named += [(Place.CONTROL_PLANES, plane.name, plane.address) for plane in facts.control_planes]
    named += [(Place.SERVICES, "ServiceCIDR", text) for one in facts.clusters for text in known(one.service_cidrs)]
    for place, name, text in named:
        if (block := span(text)) is not None:
            yield place, name, block


def _of_providers(network: Network) -> Iterator[_Placed]:
    """Provider Subnets: their blocks, their gateways, and what routers answer for."""
    for external in network.externals.values():
        yield from ((Place.EXTERNAL, external.name, block) for block in external.blocks)
        yield from ((Place.GATEWAY, external.name, gateway) for gateway in external.gateways)
        yield from ((Place.TENANT_ADDRESSES, name, block) for name, block in _answered(network, external))


def _answered(network: Network, external: External) -> Iterator[tuple[str, Span]]:
    """The addresses of a provider Subnet that routers answer for; one that Kube-OVN picks may be any of the block."""
    for address, router, _ in network.owners[external.name].entries:
        yield router.vpc, Span(address, address)
    for router in network.routers.values():
        for port in router.ports:
            if port.side is Side.EXTERNAL and port.name == external.name and port.address is None:
                yield router.vpc, port.block


def _once(entries: Iterable[tuple[str, Span]]) -> tuple[tuple[str, Span], ...]:
    """The same range under one name."""
    known_ranges: dict[tuple[int, int, str], tuple[str, Span]] = {}
    seen: set[tuple[int, int]] = set()
    for name, block in entries:
        edges = (block.first, block.last)
        if edges not in seen or name.startswith(("node", "subnet")):
            known_ranges.setdefault((*edges, name), (name, block))
        seen.add(edges)
    return tuple(known_ranges.values())


def _internet(taken: Iterable[Span]) -> list[tuple[str, Span]]:
    """Every public address that nothing of the network holds."""
    blocked = sorted([*taken, *(block for text in _NOT_PUBLIC if (block := span(text)) is not None)])
    found: list[tuple[str, Span]] = []
    for whole in (ALL_IPV4, span(_PUBLIC_V6)):
        if whole is None:
            continue
        first = whole.first
        for block in blocked:
            if block.last < first or block.first > whole.last:
                continue
            if block.first > first:
                found.append(("internet", Span(first, block.first - 1)))
            first = max(first, block.last + 1)
        if first <= whole.last:
            found.append(("internet", Span(first, whole.last)))
    return found
