"""Addresses: the canonical form of exclude lists, and who holds what in which Subnet.

A released address is used again only when no fresh one is left: recreated tenants in the recordings got a
new EIP each time (docs/evidence/kube-ovn.md#observed-objects: .98, .100, .101, ...).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

Span = tuple[int, int]


def span(text: str) -> Span:
    """`a` or `a..b` as two integers."""
    first, _, last = text.partition("..")
    return int(IPv4Address(first)), int(IPv4Address(last or first))


def canonical_excludes(excludes: list[str], gateway: str) -> list[str]:
    """Exclude list as kube-ovn-controller writes it: overlapping ranges merged, gateway added, sorted as strings."""
    merged: list[Span] = []
    for first, last in sorted(map(span, excludes)):
        if merged and first <= merged[-1][1]:  # adjacent ranges stay apart, as in the real one
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    position = int(IPv4Address(gateway))
    if not any(first <= position <= last for first, last in merged):
        merged.append((position, position))
    return sorted(_text(one, "..") for one in merged)


def ranges(addresses: set[int]) -> str:
    """A set of addresses as the status writes it: `a-b,c`."""
    spans: list[list[int]] = []
    for address in sorted(addresses):
        if spans and address == spans[-1][1] + 1:
            spans[-1][1] = address
        else:
            spans.append([address, address])
    return ",".join(_text((first, last), "-") for first, last in spans)


def _text(one: Span, dots: str) -> str:
    first, last = (str(IPv4Address(end)) for end in one)
    return first if first == last else f"{first}{dots}{last}"


@dataclass
class Pool:
    """The addresses of one Subnet."""

    usable: set[int]
    used: dict[str, int] = field(default_factory=dict)
    returned: list[int] = field(default_factory=list)

    def available(self) -> set[int]:
        """The addresses that are still free."""
        return self.usable - set(self.used.values())

    def take(self, owner: str, wish: str | None) -> str | None:
        """An address for the owner: its present one, the requested one if it is free, or the next fresh one."""
        if owner not in self.used:
            free = self.available()
            fresh = free - set(self.returned)
            if wish is not None:
                # A requested address may be excluded (kubeovn/kube-ovn#2653), but not be in use.
                chosen = int(IPv4Address(wish))
                if chosen in self.used.values():
                    return None
            elif fresh:
                chosen = min(fresh)
            elif free:
                chosen = next(address for address in self.returned if address in free)
            else:
                return None
            self.used[owner] = chosen
        return str(IPv4Address(self.used[owner]))


class Ipam:
    """The pools of all Subnets; it lives in memory and is rebuilt from the objects after a restart."""

    def __init__(self) -> None:
        self._pools: dict[str, Pool] = {}
        self._lock = threading.Lock()

    def shape(self, subnet: str, cidr: str, excludes: list[str]) -> None:
        """Create a pool, or adjust it to a changed Subnet; owners keep their addresses."""
        network = IPv4Network(cidr)
        closed = [span(one) for one in excludes]
        hosts = range(int(network[0]) + 1, int(network[-1]))
        usable = {one for one in hosts if not any(first <= one <= last for first, last in closed)}
        with self._lock:
            self._pools.setdefault(subnet, Pool(usable)).usable = usable

    def take(self, subnet: str, owner: str, wish: str | None = None) -> str | None:
        """An address, or None where the pool does not exist, is empty, or the requested address is in use."""
        with self._lock:
            pool = self._pools.get(subnet)
            return pool.take(owner, wish) if pool else None

    def give_back(self, subnet: str, owner: str) -> None:
        """Release the owner's address."""
        with self._lock:
            pool = self._pools.get(subnet)
            if pool and (address := pool.used.pop(owner, None)) is not None:
                pool.returned.append(address)

    def forget(self, subnet: str) -> None:
        """Drop the pool of a deleted Subnet."""
        with self._lock:
            self._pools.pop(subnet, None)

    def usage(self, subnet: str) -> tuple[str, int, str] | None:
        """The ranges in use, the number of allocatable addresses, and the free ranges."""
        with self._lock:
            if (pool := self._pools.get(subnet)) is None:
                return None
            return ranges(set(pool.used.values())), len(pool.usable), ranges(pool.available())
