"""The provider network: its NICs, its VLANs, and the names by which its parts find each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kmetal_network.addresses import INTERFACE_NAME_LENGTH, PROVIDER_NAME_LENGTH, VLAN_ID_MAXIMUM, sub_interface
from kmetal_network.facts.model import UNKNOWN, Facts, ProviderNetwork, is_named, known
from kmetal_network.facts.nics import BRIDGE, named_vlan, same_nic
from kmetal_network.laws.metallb.speakers import shared_nodes
from kmetal_network.laws.model import Breach, Law

INTEGRATION_BRIDGE = "br-int"
"""The bridge that OVN attaches every pod to (ovn-controller(8), external_ids:ovn-bridge)."""


def _vlan_id(facts: Facts) -> Iterator[Breach]:
    nics: dict[object, list[str]] = defaultdict(list)
    for network in facts.provider_networks:
        nics[network.name] += known(network.interfaces)
    for vlan in facts.vlans:
        if vlan.id is UNKNOWN:
            yield Breach(vlan.place, f"id of vlan {vlan.name!r} is not known yet", "write it as a literal")
            continue
        if vlan.id is None and vlan.patch:
            continue
        for nic in nics.get(vlan.provider, ()):
            tagged, sure = named_vlan(nic), sub_interface(nic) is not None
            if tagged and vlan.id and (sure or vlan.id == tagged):
                yield Breach(
                    vlan.place,
                    f"vlan {vlan.name!r} has id {vlan.id} and its NIC {nic!r} is {'' if sure else 'by its name '}a"
                    f" kernel sub-interface that tags {tagged} already, so frames are tagged twice and dropped in"
                    " silence",
                    "write id 0",
                )
            elif not tagged and not vlan.id:
                yield Breach(
                    vlan.place,
                    f"vlan {vlan.name!r} has id {vlan.id or 0}, so frames leave NIC {nic!r} without a tag: right on an"
                    " access port and on a kernel VLAN, which its name does not tell, and wrong on a trunk",
                    "keep id 0 there; on a trunk write the VLAN's real id",
                    warning=True,
                )


def _shared_nic(facts: Facts) -> Iterator[Breach]:
    others = [(entry.tunnel_interface, "the tunnel NIC (network.kubeOvn.tunnelInterface)") for entry in facts.cni] + [
        (entry.interface, "the management NIC") for entry in facts.management
    ]
    for network in facts.provider_networks:
        for nic in known(network.interfaces):
            for other, what in others:
                if isinstance(other, str) and same_nic(nic, other):
                    yield Breach(
                        network.place,
                        f"provider network {network.name!r} takes {nic!r}, which is also {what}; Kube-OVN moves the"
                        " NIC and"
                        " its addresses to a bridge, and the node is cut off",
                        "name a NIC that carries the provider VLAN and nothing else",
                    )


def _selector_beside_excludes(facts: Facts) -> Iterator[Breach]:
    for network in facts.provider_networks:
        if network.node_selector and (excluded := known(network.exclude_nodes)):
            nodes = ", ".join(excluded)
            yield Breach(
                network.place,
                f"provider network {network.name!r} has a nodeSelector, so its excludeNodes ({nodes}) are ignored",
                "keep one of the two",
            )


def _long_name(facts: Facts) -> Iterator[Breach]:
    for network in facts.provider_networks:
        if f"{BRIDGE}{network.name}" == INTEGRATION_BRIDGE:
            yield Breach(
                network.place,
                f"provider network {network.name!r} would have the bridge {INTEGRATION_BRIDGE}, which is OVN's own,"
                " with every pod on it",
                "write another name",
            )
        if is_named(network.name) and len(network.name) > PROVIDER_NAME_LENGTH:
            yield Breach(
                network.place,
                f"provider network {network.name!r} has a name of {len(network.name)} characters, and its bridge"
                f" br-{network.name} is longer than an interface name may be",
                f"write a name of at most {PROVIDER_NAME_LENGTH} characters",
            )


def _taken(network: ProviderNetwork) -> Iterator[tuple[str, frozenset[str] | None]]:
    """Each NIC, with the nodes on which it is taken; None is every node that no customInterfaces names."""
    if isinstance(network.default_interface, str):
        yield network.default_interface, None
    for nic, nodes in () if network.custom_interfaces is UNKNOWN else network.custom_interfaces:
        if isinstance(nic, str):
            yield nic, frozenset(known(nodes))


def _one_nic_two_networks(facts: Facts) -> Iterator[Breach]:
    takers: dict[str, list[tuple[ProviderNetwork, frozenset[str] | None]]] = {}
    for network in facts.provider_networks:
        for nic, nodes in _taken(network):
            takers.setdefault(nic, []).append((network, nodes))
    for nic, entries in takers.items():
        for index, (network, nodes) in enumerate(entries):
            for other, others in entries[:index]:
                if network.name == other.name or network.elsewhere or other.elsewhere:
                    continue
                if nodes is None or others is None:
                    together = shared_nodes(network, other, facts)
                else:
                    together = bool(nodes & others)
                if together is not False:
                    undecided = "" if together else ", if a node is in both (not every node is in sight)"
                    yield Breach(
                        network.place,
                        f"provider networks {other.name!r} and {network.name!r} both take {nic!r}{undecided}",
                        "give each a NIC of its own, or put both VLANs on one provider network",
                        together is None,
                    )


def _vlan_ids_apart(facts: Facts) -> Iterator[Breach]:
    seen: dict[tuple[str, int], str] = {}
    for vlan in facts.vlans:
        if isinstance(vlan.provider, str) and isinstance(vlan.id, int) and vlan.id:
            other = seen.setdefault((vlan.provider, vlan.id), vlan.name)
            if other != vlan.name:
                yield Breach(
                    vlan.place,
                    f"vlans {other!r} and {vlan.name!r} both have id {vlan.id} on provider network {vlan.provider!r}",
                    "keep one of the two; several Subnets may name it",
                )


def _parts_exist(facts: Facts) -> Iterator[Breach]:
    if not facts.whole:
        return
    networks, vlans = {network.name for network in facts.provider_networks}, {vlan.name for vlan in facts.vlans}
    for vlan in facts.vlans:
        if isinstance(vlan.provider, str) and vlan.provider not in networks:
            have = ", ".join(sorted(networks)) or "none"
            yield Breach(
                vlan.place,
                f"vlan {vlan.name!r} is on provider network {vlan.provider!r}, which does not exist",
                f"name one of those there are ({have})",
            )
    for subnet in facts.subnets:
        if isinstance(subnet.vlan, str) and subnet.vlan and subnet.vlan not in vlans:
            have = ", ".join(sorted(vlans)) or "none"
            yield Breach(
                subnet.place,
                f"subnet {subnet.name!r} is on vlan {subnet.vlan!r}, which does not exist",
                f"name one of those there are ({have})",
            )


def _one_nic_per_node(facts: Facts) -> Iterator[Breach]:
    for network in facts.provider_networks:
        seen: dict[str, str] = dict.fromkeys(known(network.exclude_nodes), "excludeNodes")
        for nic, nodes in () if network.custom_interfaces is UNKNOWN else network.custom_interfaces:
            for node in known(nodes):
                if node in seen:
                    yield Breach(
                        network.place,
                        f"provider network {network.name!r} names node {node!r} for {nic!r} and in {seen[node]}",
                        "name each node once",
                    )
                seen.setdefault(node, f"customInterfaces of {nic!r}")


def _nic_names(facts: Facts) -> Iterator[Breach]:
    for network in facts.provider_networks:
        for nic in known(network.interfaces):
            if not nic or len(nic) > INTERFACE_NAME_LENGTH or "/" in nic or any(map(str.isspace, nic)):
                yield Breach(
                    network.place,
                    f"provider network {network.name!r} takes {nic!r}, which is no interface name",
                    f"write 1 to {INTERFACE_NAME_LENGTH} characters without blanks and slashes",
                )


def _vlan_range(facts: Facts) -> Iterator[Breach]:
    for vlan in facts.vlans:
        if isinstance(vlan.id, int) and not 0 <= vlan.id <= VLAN_ID_MAXIMUM:
            yield Breach(
                vlan.place, f"vlan {vlan.name!r} has id {vlan.id}", f"write a number from 0 to {VLAN_ID_MAXIMUM}"
            )


LAWS = (
    Law(
        id="NET-301",
        title="A Vlan's id is 0 on a kernel sub-interface and the real id on a trunk",
        why="A non-zero id on NIC.NNN tags frames twice, and they are dropped silently; 0 on a trunk leaves untagged.",
        fix="Write id 0 with NIC.NNN and on an access port, the real id on a trunk.",
        reference="kMetal's networking guide, Step 1; kubeovn/kube-ovn#1302; kubeovn/docs, start/underlay",
        judge=_vlan_id,
        unknown="is a finding",
    ),
    Law(
        id="NET-302",
        title="The provider NIC is neither the management nor the tunnel NIC",
        why="Kube-OVN moves the NIC's addresses to its bridge: the node, or all tenants' traffic, is cut off.",
        fix="Give the provider network a NIC of its own.",
        reference="kubeovn/kube-ovn#4165; kube-ovn docs, underlay",
        judge=_shared_nic,
    ),
    Law(
        id="NET-309",
        title="A provider network excludes nodes by a selector or by name, never by both",
        why="Kube-OVN ignores excludeNodes once nodeSelector is set: it then wants the NIC on control-plane nodes too.",
        fix="Keep one of the two.",
        reference="kube-ovn docs, start/underlay",
        judge=_selector_beside_excludes,
    ),
    Law(
        id="NET-310",
        title="A provider network's name is one that its bridge can have",
        why="The bridge br-<name> must be an interface name of 15 characters, and not OVN's integration bridge br-int;"
        " nothing checks it before the node fails.",
        fix="Write at most 12 characters, and not int.",
        reference="kube-ovn pkg/util/vlan.go; kube-ovn docs, start/underlay",
        judge=_long_name,
    ),
    Law(
        id="NET-311",
        title="A NIC belongs to one provider network",
        why="It can be a port of one bridge only; the second network never becomes ready.",
        fix="Give each network a NIC of its own, or put both VLANs on one network.",
        reference="kubeovn/kube-ovn#3909",
        judge=_one_nic_two_networks,
    ),
    Law(
        id="NET-312",
        title="A VLAN id is used once on a provider network",
        why="The second Vlan is marked as in conflict and its Subnets are refused, in a log only.",
        fix="Keep one Vlan.",
        reference="kube-ovn pkg/controller/vlan.go checkVlanConflict",
        judge=_vlan_ids_apart,
    ),
    Law(
        id="NET-313",
        title="A Vlan's provider network and a Subnet's Vlan exist",
        why="The controller retries forever, without a condition that says why.",
        fix="Name one that exists.",
        reference="docs/evidence/kube-ovn.md#subnets (S20)",
        judge=_parts_exist,
    ),
    Law(
        id="NET-314",
        title="A node has one NIC in a provider network",
        why="Kube-OVN takes either one, by chance, and the other entry looks as if it were in effect.",
        fix="Name each node once.",
        reference="kube-ovn pkg/daemon/controller.go (provider network of a node)",
        judge=_one_nic_per_node,
    ),
    Law(
        id="NET-315",
        title="A provider NIC's name is an interface name",
        why="The kernel cannot have such an interface; the node never becomes ready.",
        fix="Write 1 to 15 characters without blanks and slashes.",
        reference="docs/evidence/kube-ovn.md#kinds-and-fields",
        judge=_nic_names,
    ),
    Law(
        id="NET-316",
        title="A Vlan's id is one of 802.1Q's",
        why="The schema of Kube-OVN 1.16 has no bound, others allow the reserved 4095; OVN drops or refuses the tag.",
        fix="Write 0 to 4094.",
        reference="docs/evidence/kube-ovn.md#kinds-and-fields",
        judge=_vlan_range,
    ),
)
