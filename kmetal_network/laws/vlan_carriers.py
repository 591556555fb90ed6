"""Finds the provider networks whose VLAN an interface carries, without comparing it with each of them.

`carries` decides for one network. Here networks are indexed by the names and ids for which it can say
yes, so thousands of attachments and thousands of provider networks are not compared pair by pair.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator

from kmetal_network.addresses import sub_interface
from kmetal_network.facts.kube_ovn import ProviderNetwork, Vlan
from kmetal_network.facts.nics import BRIDGE, carries, ids_of, port_vlan, vlan_ids
from kmetal_network.facts.unknown import known


class Carriers:
    """The provider networks of one set of facts, by what carries their VLANs."""

    def __init__(self, networks: Iterable[ProviderNetwork], vlans: Iterable[Vlan]) -> None:
        self._vlans = vlan_ids(vlans)
        self._networks = tuple(networks)
        self._filed: dict[Hashable, set[int]] = defaultdict(set)
        for index, network in enumerate(self._networks):
            for name in (*known(network.interfaces), f"{BRIDGE}{network.name}"):
                self._filed[name].add(index)
                self._filed[_identity(name)].add(index)
            for number in ids_of(network, self._vlans):
                self._filed[number].add(index)
        self._lengths = sorted({len(name) for name in self._filed if isinstance(name, str)})

    def of(self, interface: str) -> Iterator[tuple[ProviderNetwork, str]]:
        """Each provider network whose VLAN an interface carries, in the order of the facts, with the reason."""
        for index in sorted(set().union(*(self._filed.get(key, ()) for key in self._keys(interface)))):
            if reason := carries(interface, self._networks[index], self._vlans):
                yield self._networks[index], reason

    def _keys(self, interface: str) -> Iterator[Hashable]:
        """Under what a network is filed that the interface may be, or be on top of."""
        yield _identity(interface)
        if parts := sub_interface(interface):
            yield _identity(parts[0])
        if (number := port_vlan(interface)) is not None:
            yield number
        for length in self._lengths:
            if length > len(interface):
                break
            yield interface[:length]


def _identity(name: str) -> Hashable:
    """The same for two names of one NIC: `data.0222` and `data.222`."""
    tags: list[int] = []
    while parts := sub_interface(name):
        name = parts[0]
        tags.append(parts[1])
    return name, tuple(tags)
