"""Nodes, with what kube-ovn-cni writes to them: the chassis annotation and an address in the join Subnet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.controllers.api import KUBE_OVN_CNI, Object, annotations_of, key_of, labels_of, spec_of, status_of
from sandbox.controllers.names import JOIN
from sandbox.controllers.nat import mac_of
from sandbox.controllers.platform.provider_networks import run_daemons, sync_network, times, write_conditions
from sandbox.controllers.pods import give_ip, take_ip_away
from sandbox.controllers.runtime.lane import NotYetError
from sandbox.controllers.vpc import CHASSIS

if TYPE_CHECKING:
    from sandbox.controllers.runtime.process import Process


def on_node(process: Process, old: Object | None, new: Object | None) -> None:
    """A node is added, changes its labels, or is deleted."""
    if new is None:
        process.do("platform", node_left, key_of(old or {}))
    elif old is None or labels_of(old) != labels_of(new):
        process.do("platform", node_seen, key_of(new))


def node_seen(process: Process, name: str) -> None:
    """Chassis from the daemon, an address in the join Subnet from the controller, a place in each provider network."""
    node = process.get("Node", name)
    if not annotations_of(node).get(CHASSIS):
        chassis = {"metadata": {"annotations": {CHASSIS: f"ch-{name}"}}}
        process.client.patch("Node", name, chassis, manager=KUBE_OVN_CNI)
    _join(process, node)
    for network in process.all("ProviderNetwork"):
        run_daemons(process, key_of(network))
        conditions = status_of(network).get("conditions") or []
        if conditions and all(one["node"] != name for one in conditions):
            # Unknown until the next tick: seen at each restart for the excluded c1.
            unknown = {"node": name, "type": "Ready", "status": "Unknown", "reason": "Init", "message": "Not Observed"}
            write_conditions(process, key_of(network), [*conditions, {**unknown, **times()}])


def node_left(process: Process, name: str) -> None:
    """Release its address, and remove its name from every provider network's spec, which causes drift."""
    take_ip_away(process, f"node-{name}")
    for network in process.all("ProviderNetwork"):
        live = process.read("ProviderNetwork", key_of(network))
        spec = spec_of(live)
        formed = dict(spec)
        if "excludeNodes" in spec:
            formed["excludeNodes"] = [one for one in spec["excludeNodes"] if one != name]
        if "customInterfaces" in spec:
            kept = [{**one, "nodes": [n for n in one["nodes"] if n != name]} for one in spec["customInterfaces"]]
            formed["customInterfaces"] = [one for one in kept if one["nodes"]]
        if formed != spec:
            formed = {key: value for key, value in formed.items() if value not in ([], None)}
            process.client.put("ProviderNetwork", {**live, "spec": formed})
        sync_network(process, key_of(network))


def _join(process: Process, node: Object) -> None:
    name = key_of(node)
    if JOIN not in process.cache["Subnet"]:
        return
    port = f"node-{name}"
    wish = annotations_of(node).get("ovn.kubernetes.io/ip_address")
    address = process.ipam.take(JOIN, port, wish)
    if address is None:
        raise NotYetError(f"Subnet {JOIN} has no address for node {name}")
    join = spec_of(process.get("Subnet", JOIN))
    marks = {
        "allocated": "true",
        "cidr": join["cidrBlock"],
        "gateway": join["gateway"],
        "ip_address": address,
        "logical_switch": JOIN,
        "mac_address": annotations_of(node).get("ovn.kubernetes.io/mac_address") or mac_of(port),
        "port_name": port,
    }
    wanted = {f"ovn.kubernetes.io/{key}": value for key, value in marks.items()}
    if any(annotations_of(node).get(key) != value for key, value in wanted.items()):
        process.client.patch("Node", name, {"metadata": {"annotations": wanted}})
    if port not in process.cache["IP"]:
        give_ip(process, port, JOIN, address, marks["mac_address"], {"podName": name, "nodeName": name})
