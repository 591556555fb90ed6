"""The NICs of a provider network: their names, and who else uses them."""

from __future__ import annotations

from collections.abc import Iterator

from kmetal_network.addresses import INTERFACE_NAME_LENGTH, PROVIDER_NAME_LENGTH
from kmetal_network.facts.kube_ovn import ProviderNetwork
from kmetal_network.facts.model import Facts
from kmetal_network.facts.nics import BRIDGE, same_nic
from kmetal_network.facts.unknown import UNKNOWN, is_named, known
from kmetal_network.laws import not_admitted
from kmetal_network.laws.metallb.speakers import shared_nodes
from kmetal_network.laws.model import Breach, Law

INTEGRATION_BRIDGE = "br-int"
"""The bridge that OVN attaches every pod to (ovn-controller(8), external_ids:ovn-bridge)."""


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
                        " NIC and its addresses to a bridge, and the node is cut off",
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


LAWS = (
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
        title="A provider network's name gives its bridge a valid name",
        why="The bridge br-<name> must be an interface name of 15 characters, and not OVN's integration bridge"
        " br-int; nothing checks it before the node fails.",
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
        not_admitted=not_admitted.OTHER_OBJECT,
        judge=_one_nic_two_networks,
    ),
    Law(
        id="NET-314",
        title="A node has one NIC in a provider network",
        why="Kube-OVN takes either one, by chance, and the other entry looks as if it were in effect.",
        fix="Name each node once.",
        reference="kube-ovn pkg/daemon/controller.go (provider network of a node)",
        not_admitted=not_admitted.PAIRS,
        judge=_one_nic_per_node,
    ),
    Law(
        id="NET-315",
        title="A provider NIC has a valid interface name",
        why="The kernel cannot have such an interface; the node never becomes ready.",
        fix="Write 1 to 15 characters without blanks and slashes.",
        reference="docs/evidence/kube-ovn.md#kinds-and-fields",
        judge=_nic_names,
    ),
)
