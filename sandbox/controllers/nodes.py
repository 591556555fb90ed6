"""Nodes, provider networks and VLANs, with what kube-ovn-cni writes to a Node; and the label stripper.

It simulates the daemon on every node: chassis annotation, `ready` and `interface` labels. As in the real one,
`nodeSelector`, `excludeNodes` and `customInterfaces` say which nodes a network reaches. It writes status every 30 s,
starting 3 s after the process (`docs/evidence/kube-ovn.md#observed-objects`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sandbox.controllers.api import KUBE_OVN_CNI, Object, annotations_of, key_of, labels_of, spec_of, status_of
from sandbox.controllers.nat import mac_of, recount_later
from sandbox.controllers.pods import give_ip, take_ip_away
from sandbox.controllers.runtime import NotYetError
from sandbox.controllers.subnet import DEFAULT_VPC, JOIN, annotate_namespace, now, reconcile
from sandbox.controllers.vpc import CHASSIS, GATEWAY_LABEL

if TYPE_CHECKING:
    from sandbox.controllers.runtime import Process

TICK: Final = 30.0
FIRST_TICK: Final = 3.0
STRIPPER_TICK: Final = 1.0
GATEWAY_CONFIG: Final = "ovn-external-gw-config"


def on_node(process: Process, old: Object | None, new: Object | None) -> None:
    """A node is added, changes its labels, or is deleted."""
    if new is None:
        process.do("platform", node_left, key_of(old or {}))
    elif old is None or labels_of(old) != labels_of(new):
        process.do("platform", node_seen, key_of(new))


def on_provider_network(process: Process, old: Object | None, new: Object | None) -> None:
    """Its daemons act on a changed spec."""
    if new is not None and (old is None or spec_of(old) != spec_of(new)):
        process.do("platform", run_daemons, key_of(new))
    if new is None:
        process.do("platform", forget_network, key_of(old or {}))


def on_vlan(process: Process, old: Object | None, new: Object | None) -> None:
    """Add a Vlan to its provider network, or remove it; it has no finalizer and is deleted at once."""
    if new is None:
        process.do("platform", drop_vlan, key_of(old or {}))
    elif old is None or spec_of(old) != spec_of(new):
        process.do("platform", take_in_vlan, key_of(new))


def on_namespace(process: Process, old: Object | None, new: Object | None) -> None:
    """Annotate every namespace, in non-primary mode, too."""
    if new is not None and (old is None or annotations_of(old) != annotations_of(new)):
        process.do("platform", annotate_namespace, key_of(new))


# -- nodes -------------------------------------------------------------------------------------------------------


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
            _write_conditions(process, key_of(network), [*conditions, {**unknown, **_times()}])


def node_left(process: Process, name: str) -> None:
    """Release its address, and remove its name from every provider network's spec, which causes drift."""
    take_ip_away(process, f"node-{name}")
    for network in process.all("ProviderNetwork"):
        live = process.client.get("ProviderNetwork", key_of(network))
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


# -- provider networks -------------------------------------------------------------------------------------------


def interface_on(spec: Object, node: Object) -> str | None:
    """The NIC a provider network takes on a node; None where it does not use the node."""
    name, selector = key_of(node), spec.get("nodeSelector")
    if selector is not None:
        if not _selects(selector, labels_of(node)):
            return None
    elif name in (spec.get("excludeNodes") or []):
        return None
    own = [one["interface"] for one in spec.get("customInterfaces") or [] if name in (one.get("nodes") or [])]
    return str(own[0] if own else spec["defaultInterface"])


def run_daemons(process: Process, network: str) -> None:
    """What kube-ovn-cni writes to each node once the bridge exists, and removes where it is not wanted."""
    spec = spec_of(process.get("ProviderNetwork", network))
    for node in process.all("Node"):
        interface = interface_on(spec, node)
        broken = key_of(node) in process.faults.broken_nodes
        ready = None if interface is None or broken else "true"
        prefix = f"{network}.provider-network.kubernetes.io"
        wanted = {f"{prefix}/ready": ready, f"{prefix}/interface": interface if ready else None}
        if any(labels_of(node).get(key) != value for key, value in wanted.items()):
            process.client.patch("Node", key_of(node), {"metadata": {"labels": wanted}}, manager=KUBE_OVN_CNI)


def forget_network(process: Process, network: str) -> None:
    """The daemons remove their labels."""
    prefix = f"{network}.provider-network.kubernetes.io/"
    for node in process.all("Node"):
        if old := {key: None for key in labels_of(node) if key.startswith(prefix)}:
            process.client.patch("Node", key_of(node), {"metadata": {"labels": old}}, manager=KUBE_OVN_CNI)


def tick_networks(process: Process, key: str) -> None:
    """Update the status every 30 s."""
    process.do("platform", tick_networks, key, TICK)
    for network in process.all("ProviderNetwork"):
        sync_network(process, key_of(network))


def sync_network(process: Process, network: str) -> None:
    """Conditions and lists from the nodes' labels; a network that reaches no node never gets a status."""
    live = process.client.get("ProviderNetwork", network)
    seen, label = status_of(live), f"{network}.provider-network.kubernetes.io/ready"
    old = {one["node"]: one for one in seen.get("conditions") or []}
    conditions: list[Object] = []
    ready: list[str] = []
    for node in process.all("Node"):
        name = key_of(node)
        if interface_on(spec_of(live), node) is None:
            continue
        if labels_of(node).get(label) == "true":
            ready.append(name)
            wanted = {"status": "True", "reason": "InitOVSBridgeSucceeded"}
        else:
            message = process.faults.broken_nodes.get(name, f"kube-ovn-cni pod on node {name} not found")
            wanted = {"status": "False", "reason": "InitOVSBridgeFailed", "message": message}
        same = all(old.get(name, {}).get(key) == value for key, value in wanted.items())
        conditions.append(old[name] if same else {"node": name, "type": "Ready", **wanted, **_times()})
    not_ready = sorted({one["node"] for one in conditions} - set(ready))
    lists = (seen.get("readyNodes") or [], seen.get("notReadyNodes") or [])
    if list(old.values()) != conditions or lists != (ready, not_ready):
        more = {"ready": not not_ready, "readyNodes": ready or None, "notReadyNodes": not_ready or None}
        _write_conditions(process, network, conditions, more)


def _write_conditions(process: Process, network: str, conditions: list[Any], more: Object | None = None) -> None:
    process.client.patch_status("ProviderNetwork", network, {**(more or {}), "conditions": conditions or None})


def _times() -> Object:
    return {"lastTransitionTime": now(), "lastUpdateTime": now()}


def _selects(selector: Object, labels: dict[str, str]) -> bool:
    if any(labels.get(key) != value for key, value in (selector.get("matchLabels") or {}).items()):
        return False
    return all(_meets(one, labels.get(one["key"])) for one in selector.get("matchExpressions") or [])


def _meets(test: Object, value: str | None) -> bool:
    allowed = test.get("values") or []
    verdicts = {"In": value in allowed, "NotIn": value not in allowed, "Exists": value is not None}
    return verdicts.get(test["operator"], value is None)


# -- VLANs -------------------------------------------------------------------------------------------------------


def take_in_vlan(process: Process, name: str) -> None:
    """Into the provider network's status, unless another Vlan has the same id there; id 0 never conflicts."""
    vlan = process.get("Vlan", name)
    spec = spec_of(vlan)
    process.get("ProviderNetwork", spec["provider"])
    place = (spec["provider"], spec.get("id", 0))
    rivals = [v for v in process.all("Vlan") if (spec_of(v)["provider"], spec_of(v).get("id", 0)) == place]
    conflict = bool(place[1]) and len(rivals) > 1
    if bool(status_of(vlan).get("conflict")) != conflict:
        process.client.patch_status("Vlan", name, {"conflict": conflict})
    if conflict:
        raise NotYetError(f"Vlan {name} has the id of another Vlan of {spec['provider']}")
    seen = status_of(process.client.get("ProviderNetwork", spec["provider"]))
    if name not in (seen.get("vlans") or []):
        vlans = {"ready": seen.get("ready", False), "vlans": [*(seen.get("vlans") or []), name]}
        process.client.patch_status("ProviderNetwork", spec["provider"], vlans)
    _touch_subnets(process, name)


def drop_vlan(process: Process, name: str) -> None:
    """Deleted while Subnets use it: they are reconciled again, and fail."""
    _touch_subnets(process, name)
    for network in process.all("ProviderNetwork"):
        vlans = status_of(network).get("vlans") or []
        if name in vlans:
            left = [one for one in vlans if one != name]
            process.client.patch_status("ProviderNetwork", key_of(network), {"vlans": left or None})


def _touch_subnets(process: Process, vlan: str) -> None:
    for subnet in process.all("Subnet"):
        if spec_of(subnet).get("vlan") == vlan:
            process.do("subnet", reconcile, key_of(subnet))


# -- the label stripper ------------------------------------------------------------------------------------------


def strip_labels(process: Process, key: str) -> None:
    """Once per process, and only while the default Vpc has no `extraExternalSubnets`.

    Evidence: docs/evidence/kube-ovn.md#gateway-labels.
    """
    process.do("platform", strip_labels, key, STRIPPER_TICK)
    vpc = process.get("Vpc", DEFAULT_VPC)
    if any(part.get("extraExternalSubnets") is not None for part in (spec_of(vpc), status_of(vpc))):
        return
    configs = [one for one in process.all("ConfigMap") if one["metadata"]["name"] == GATEWAY_CONFIG]
    wanted = any((one.get("data") or {}).get("enable-external-gw", "") != "false" for one in configs)
    if wanted or process.memory.get("exGwEnabled") == "false":
        return
    for node in process.all("Node"):
        if labels_of(node).get(GATEWAY_LABEL) == "true":
            process.client.patch("Node", key_of(node), {"metadata": {"labels": {GATEWAY_LABEL: "false"}}})
    process.memory["exGwEnabled"] = "false"


def start_clocks(process: Process) -> None:
    """The two clocks of a new process."""
    process.do("platform", tick_networks, "clock", FIRST_TICK)
    process.do("platform", tick_join, "clock", FIRST_TICK)
    process.do("platform", strip_labels, "clock", STRIPPER_TICK)


def tick_join(process: Process, key: str) -> None:
    """Count the join Subnet once, late, as recorded."""
    del key
    if JOIN in process.cache["Subnet"]:
        recount_later(process, JOIN)
