"""The names by which an interface carries the frames of a provider VLAN: one answer for all laws.

A provider network is reached under more names than its own NIC's. Kube-OVN makes the bridge `br-<provider>` over it
(pkg/util/vlan.go ExternalBridgeName) and, on request, a port for each VLAN: `br-<provider>-vlan<id>`, or
`kv<id>-<hash>` where that is longer than an interface name (pkg/util/vlan.go VlanInternalPortName). The kernel has
VLANs on top of a NIC: dotted (`data.222`, `data.0222`), named (`vlan222`, `bond0-vlan222`), and stacked (802.1ad,
`data.222.100`). Where nodes differ, `customInterfaces` names other NICs; each of them counts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Final, TypeAlias

from kmetal_network.addresses import VLAN_ID_MAXIMUM, sub_interface
from kmetal_network.facts.kube_ovn import ProviderNetwork, Vlan
from kmetal_network.facts.unknown import known

Vlans: TypeAlias = Mapping[object, AbstractSet[object]]
"""Name of a provider network to the ids of its Vlans."""

BRIDGE: Final = "br-"
"""How the name of Kube-OVN's bridge begins."""

_NAMED: Final = re.compile(r"(?:vlan|vl|v)[._-]?(?P<id>[0-9]{1,4})", re.IGNORECASE)
"""A kernel VLAN that is named by its id alone (`vlan222`; iproute2's and systemd's usual names)."""

_ON_TOP: Final = re.compile(
    r"(?:[._:-](?:vlan|vl|v)?|(?:vlan|vl|v)[._-]?)(?P<id>[0-9]{1,4})(?P<more>[.].+)?", re.IGNORECASE
)
"""What follows a NIC's name in the name of a VLAN interface on top of it."""

_AFTER_NIC: Final = re.compile(r".+?[._-]?(?:vlan|vl)[._-]?(?P<id>[0-9]{1,4})", re.IGNORECASE)
"""A kernel VLAN that is named after its NIC; a `v` alone is how the kernel names a virtual function (`enp3s0f0v2`)."""

_LONG_PORT: Final = re.compile(r"kv(?P<id>[0-9]{1,4})-[0-9a-z]+")


def vlan_ids(vlans: Iterable[Vlan]) -> Vlans:
    """The ids of the Vlans of each provider network."""
    found: dict[object, set[object]] = {}
    for vlan in vlans:
        found.setdefault(vlan.provider, set()).add(vlan.id)
    return found


def ids_of(network: ProviderNetwork, vlans: Vlans) -> frozenset[int]:
    """The VLAN ids by which a network's frames are tagged on the wire, by OVN or by the kernel."""
    tags = {parts[1] for nic in known(network.interfaces) if (parts := sub_interface(nic))}
    return frozenset({number for number in vlans.get(network.name, ()) if isinstance(number, int) and number} | tags)


def named_vlan(name: str) -> int | None:
    """The id of a kernel VLAN whose name says that it is one: `data.222`, `vlan222`, `bond0-vlan222`.

    None for any other name, which may be a VLAN all the same: the kernel takes any.
    """
    if parts := sub_interface(name):
        return parts[1]
    match = _NAMED.fullmatch(name) or _AFTER_NIC.fullmatch(name)
    number = int(match["id"]) if match else 0
    return number if 1 <= number <= VLAN_ID_MAXIMUM else None


def same_nic(one: str, other: str) -> bool:
    """Whether two names are of one NIC: equal, or one VLAN on one parent, whatever zeros the id is written with."""
    if one == other:
        return True
    left, right = sub_interface(one), sub_interface(other)
    return left is not None and right is not None and left[1] == right[1] and same_nic(left[0], right[0])


def parents(name: str) -> Iterator[str]:
    """The NICs under a dotted VLAN, the nearest first: `data.222` and `data` of `data.222.100`."""
    while parts := sub_interface(name):
        name = parts[0]
        yield name


def is_under(interface: str, network: ProviderNetwork) -> str | None:
    """The provider NIC on top of that interface: whoever takes the interface takes the NIC with it."""
    for nic in known(network.interfaces):
        if any(same_nic(interface, parent) for parent in parents(nic)):
            return nic
    return None


def carries(interface: str, network: ProviderNetwork, vlans: Vlans) -> str | None:
    """Why an interface carries the VLAN of a provider network, for a sentence; None where no name says that it does.

    The NIC itself, the bridge over it, the ports that Kube-OVN makes for its VLANs, and the kernel's VLANs on top of
    any of them. On a plain NIC or a bridge another VLAN than the network's is another network: it does not count.
    """
    ids = {number for number in vlans.get(network.name, ()) if isinstance(number, int) and number}
    whose = f"provider network {network.name!r}"
    nics, bridge = known(network.interfaces), f"{BRIDGE}{network.name}"
    tags = {parts[1] for nic in nics if (parts := sub_interface(nic))}
    for nic in nics:
        if same_nic(interface, nic):
            return f"is the NIC of {whose}"
        if reason := _on_top(interface, nic, ids, tagged=sub_interface(nic) is not None):
            return f"{reason} {nic!r}, the NIC of {whose}"
    reason = f"is the bridge of {whose}" if interface == bridge else None
    if reason is None and (above := _on_top(interface, bridge, ids, tagged=bool(tags))):
        reason = f"{above} {bridge!r}, the bridge of {whose}"
    if (port := _LONG_PORT.fullmatch(interface)) and int(port["id"]) in ids:
        reason = f"is Kube-OVN's port for VLAN {int(port['id'])} of {whose}"
    if (match := _NAMED.fullmatch(interface)) and int(match["id"]) in ids | tags:
        reason = f"is by its name VLAN {int(match['id'])}, the VLAN of {whose}"
    return reason


def _on_top(interface: str, below: str, ids: Collection[int], *, tagged: bool) -> str | None:
    """How an interface is on top of another as a VLAN that the provider network uses.

    Args:
        interface: the name that is asked about.
        below: a NIC of the network, or its bridge.
        ids: the VLANs of the network that OVN tags.
        tagged: the NIC below carries the provider VLAN alone, so everything on it is inside that VLAN.
    """
    match = _ON_TOP.fullmatch(interface.removeprefix(below)) if interface.startswith(below) else None
    if match is None:
        parts = sub_interface(interface)  # data.0222.100 on data.222
        return f"is VLAN {parts[1]} on" if parts and tagged and same_nic(parts[0], below) else None
    number = int(match["id"])
    if tagged or number in ids:
        return f"is VLAN {number} on"
    return None


def port_vlan(interface: str) -> int | None:
    """The VLAN id in the name of a port that Kube-OVN makes, or of a kernel VLAN that is named by its id alone."""
    match = _LONG_PORT.fullmatch(interface) or _NAMED.fullmatch(interface)
    return int(match["id"]) if match else None
