"""The content of OVN's northbound database: outside the process, so it survives a restart, as the real one does.

Tests assert on this record; it simulates no packets.
"""

from __future__ import annotations

import copy
import threading
from dataclasses import dataclass, field


@dataclass
class Router:
    """One logical router."""

    policies: dict[tuple[int, str], str] = field(default_factory=dict)
    """(priority, match) -> action; the real table keeps one row per pair, too."""
    routes: set[tuple[str, str, str]] = field(default_factory=set)
    """(`policyDst` or `policySrc`, prefix, next hop)."""
    snats: set[tuple[str, str]] = field(default_factory=set)
    """(external address, the range that it translates)."""
    ports: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    """Port -> its network and its gateway chassis, the active one first."""
    owned: dict[str, set[str]] = field(default_factory=dict)
    """Subnet -> every range it ever had: a changed CIDR leaves the old rows behind.

    Evidence: docs/evidence/kube-ovn.md#replacements.
    """


class Northbound:
    """All logical routers and switches."""

    def __init__(self) -> None:
        self.routers: dict[str, Router] = {}
        self.switches: set[str] = set()
        self.localnets: dict[str, tuple[str, int]] = {}
        """Underlay switch -> provider network and VLAN tag of its localnet port."""
        self._lock = threading.RLock()

    def copy(self) -> Northbound:
        """An equal copy."""
        made = Northbound()
        with self._lock:
            made.routers, made.switches, made.localnets = copy.deepcopy((self.routers, self.switches, self.localnets))
        return made

    def connect(self, vpc: str, subnet: str, cidr: str, gateway: str) -> None:
        """A Subnet's router port, its allow policy and its source route."""
        with self._lock:
            router = self.routers[vpc]
            router.ports[f"{vpc}-{subnet}"] = (f"{gateway}/{cidr.split('/')[1]}", ())
            router.policies[31000, f"ip4.dst == {cidr}"] = "allow"
            router.routes.add(("policySrc", cidr, gateway))
            router.owned.setdefault(subnet, set()).add(cidr)

    def disconnect(self, vpc: str, subnet: str) -> None:
        """Delete everything that a Subnet ever had in a router."""
        with self._lock:
            self.switches.discard(subnet)
            self.localnets.pop(subnet, None)
            if (router := self.routers.get(vpc)) is None:
                return
            router.ports.pop(f"{vpc}-{subnet}", None)
            for cidr in router.owned.pop(subnet, set()):
                router.policies.pop((31000, f"ip4.dst == {cidr}"), None)
                router.routes = {one for one in router.routes if one[:2] != ("policySrc", cidr)}

    def unplug(self, port: str) -> None:
        """Delete a port of whichever router; other lanes make and delete routers meanwhile."""
        with self._lock:
            routers = list(self.routers.values())  # in one step: who makes a router does not hold the lock
        for router in routers:
            router.ports.pop(port, None)

    def rewrite(self, vpc: str, policies: dict[tuple[int, str], str], routes: set[tuple[str, str, str]]) -> None:
        """A Vpc's own policies and routes, without those of its Subnets."""
        with self._lock:
            router = self.routers.setdefault(vpc, Router())
            theirs = {cidr for cidrs in router.owned.values() for cidr in cidrs}
            kept = {(31000, f"ip4.dst == {cidr}") for cidr in theirs}
            router.policies = {**policies, **{key: "allow" for key in router.policies if key in kept}}
            router.routes = routes | {one for one in router.routes if one[0] == "policySrc" and one[1] in theirs}
