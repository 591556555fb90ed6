"""Whether an L2Advertisement and a provider NIC are on the same node.

MetalLB's L2Advertisement picks its nodes by `nodeSelectors`, Kube-OVN's ProviderNetwork its own by `nodeSelector` or
`excludeNodes`. Where no node is in both, an advertisement without `interfaces` reaches no provider NIC. What the
labels of nodes decide is known only where those nodes are in sight.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from kmetal_network.facts.kube_ovn import ProviderNetwork
from kmetal_network.facts.metallb import Advertisement
from kmetal_network.facts.model import Facts
from kmetal_network.facts.nics import BRIDGE
from kmetal_network.facts.platform import Node, Source
from kmetal_network.facts.unknown import UNKNOWN, known

HOSTNAME: Final = "kubernetes.io/hostname"
"""The label that a kubelet sets to its node's name."""


def _labels(node: Node) -> Mapping[str, Any] | None:
    """A node's labels, its name among them; None if they were not read."""
    if not isinstance(node.labels, str):
        return None
    return {HOSTNAME: node.name, **json.loads(node.labels)}


def _parsed(selector: str) -> Mapping[str, Any]:
    value = json.loads(selector)
    return value if isinstance(value, dict) else {}


def _expressions(selector: Mapping[str, Any]) -> list[tuple[object, object, list[object]]]:
    """Key, operator and values of each requirement of a label selector."""
    labels = selector.get("matchLabels")
    wanted: list[tuple[object, object, list[object]]] = [
        (key, "In", [value]) for key, value in (labels.items() if isinstance(labels, dict) else ())
    ]
    written = selector.get("matchExpressions")
    for entry in written if isinstance(written, list) else ():
        values = entry.get("values") if isinstance(entry, dict) else None
        if isinstance(entry, dict):
            wanted.append((entry.get("key"), entry.get("operator"), values if isinstance(values, list) else []))
    return wanted


def _met(labels: Mapping[str, Any], key: object, operator: object, values: list[object]) -> bool:
    there = key in labels
    return {
        "In": there and labels.get(str(key)) in values,
        "NotIn": not there or labels.get(str(key)) not in values,
        "Exists": there,
        "DoesNotExist": not there,
    }.get(str(operator), True)


def selected(selector: str, node: Node) -> bool | None:
    """Whether a label selector, as JSON, selects a node; None where its labels are not in sight."""
    expressions = _expressions(_parsed(selector))
    labels = _labels(node)
    if labels is None:
        if any(key == HOSTNAME and not _met({HOSTNAME: node.name}, *rest) for rest in expressions for key in rest[:1]):
            return False
        return True if all(key == HOSTNAME for key, *_ in expressions) else None
    return all(_met(labels, *rest) for rest in expressions)


def _hostnames(selectors: Iterable[str]) -> frozenset[str] | None:
    """The nodes that selectors can select, where each of them names nodes; else None."""
    names: set[str] = set()
    for selector in selectors:
        named = [
            set(map(str, values))
            for key, operator, values in _expressions(_parsed(selector))
            if key == HOSTNAME and operator == "In"
        ]
        if not named:
            return None
        names |= set.intersection(*named)
    return frozenset(names)


def announces(advertisement: Advertisement, node: Node) -> bool | None:
    """Whether an advertisement announces from a node; None where what decides is not in sight."""
    if advertisement.nodes is UNKNOWN or UNKNOWN in advertisement.nodes:
        return None
    return _any(selected(selector, node) for selector in known(advertisement.nodes)) if advertisement.nodes else True


def _any(verdicts: Iterable[bool | None]) -> bool | None:
    found = list(verdicts)
    return True if True in found else None if None in found else False


def has_nic(network: ProviderNetwork, node: Node, nic: str | None = None) -> bool | None:
    """Whether a node carries a provider network, or one NIC of it; None where what decides is not in sight."""
    if network.node_selector:
        taken = selected(network.selector, node) if isinstance(network.selector, str) else None
    else:
        taken = node.name not in known(network.exclude_nodes)
        if taken and (network.exclude_nodes is UNKNOWN or UNKNOWN in network.exclude_nodes):
            taken = None
    if not taken or nic is None or network.custom_interfaces is UNKNOWN:
        return taken
    own = [name for name, nodes in network.custom_interfaces if node.name in known(nodes)]
    return nic in own if own else nic == network.default_interface


def meets(advertisement: Advertisement, network: ProviderNetwork, facts: Facts, nic: str | None = None) -> bool | None:
    """Whether some node announces and carries a provider network, or one NIC of it.

    None where the nodes, or their labels, are not in sight.
    """
    if not advertisement.nodes or advertisement.nodes is UNKNOWN or UNKNOWN in advertisement.nodes:
        return True  # nothing known excludes it
    everywhere = not network.node_selector and network.exclude_nodes == () and nic is None
    if everywhere:
        return True
    names = _hostnames(known(advertisement.nodes))
    in_sight = {node.name: node for node in facts.nodes}
    nodes = [in_sight.get(name, Node(place="", name=name)) for name in sorted(names)] if names is not None else None
    if nodes is None:
        nodes = list(in_sight.values())
    verdicts = [_all(announces(advertisement, node), has_nic(network, node, nic)) for node in nodes]
    if names is None and not facts.whole:
        verdicts.append(None)
    return _any(verdicts)


def _all(*verdicts: bool | None) -> bool | None:
    return False if False in verdicts else None if None in verdicts else True


def shared_nodes(one: ProviderNetwork, two: ProviderNetwork, facts: Facts) -> bool | None:
    """Whether a node carries both provider networks; None where the nodes, or their labels, are not in sight."""
    if not any(network.node_selector or network.exclude_nodes for network in (one, two)):
        return True
    verdicts = [_all(has_nic(one, node), has_nic(two, node)) for node in facts.nodes]
    return _any(verdicts if facts.whole else [*verdicts, None])


def excluded(facts: Facts, interface: str) -> bool:
    """Whether MetalLB's speakers never answer on an interface (its ConfigMap `metallb-excludel2`)."""
    patterns = [
        text for claim in facts.claims if claim.source is Source.SPEAKER_EXCLUDES for text in known(claim.interfaces)
    ]
    return any(_matches(pattern, interface) for pattern in patterns)


def _matches(pattern: str, interface: str) -> bool:
    try:
        return re.search(pattern, interface) is not None
    except re.error:
        return False


def left_open(facts: Facts, network: ProviderNetwork) -> tuple[str, ...]:
    """The interfaces of a provider network, its bridge the last, on which speakers may answer ARP."""
    return tuple(name for name in (*known(network.interfaces), f"{BRIDGE}{network.name}") if not excluded(facts, name))


def answers_on(advertisement: Advertisement, network: ProviderNetwork, facts: Facts, interface: str) -> bool | None:
    """Whether an advertisement answers on an interface that carries a network; None where that is not in sight."""
    if excluded(facts, interface):
        return False
    return meets(advertisement, network, facts, interface if interface in known(network.interfaces) else None)


def reached(advertisement: Advertisement, network: ProviderNetwork, facts: Facts) -> tuple[str, bool | None]:
    """The interfaces of a network on which an advertisement without `interfaces` answers, and whether that is sure."""
    names = left_open(facts, network)
    nics = [name for name in names if name in known(network.interfaces)]
    spoken = ", ".join(f"{name!r} of provider network {network.name!r}" for name in nics or names)
    there = meets(advertisement, network, facts) if names else False
    bridge_alone = bool(there and not nics and known(network.interfaces))
    return spoken, None if bridge_alone else there


def may_be_elsewhere(advertisement: Advertisement, facts: Facts) -> bool:
    """Whether an advertisement without interfaces may exclude NICs that no object in sight names."""
    return bool(advertisement.nodes) or any(claim.source is Source.SPEAKER_EXCLUDES for claim in facts.claims)
