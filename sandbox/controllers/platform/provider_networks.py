"""Provider networks, with what kube-ovn-cni writes to a Node: it simulates the daemon's labels `ready` and `interface`.

As in the real one, `nodeSelector`, `excludeNodes` and `customInterfaces` say which nodes a network reaches. It writes
status every 30 s, starting 3 s after the process (`docs/evidence/kube-ovn.md#observed-objects`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sandbox.controllers.api import KUBE_OVN_CNI, Object, key_of, labels_of, spec_of, status_of
from sandbox.controllers.subnets.conditions import now

if TYPE_CHECKING:
    from sandbox.controllers.runtime.process import Process

TICK: Final = 30.0


def on_provider_network(process: Process, old: Object | None, new: Object | None) -> None:
    """Its daemons act on a changed spec."""
    if new is not None and (old is None or spec_of(old) != spec_of(new)):
        process.do("platform", run_daemons, key_of(new))
    if new is None:
        process.do("platform", forget_network, key_of(old or {}))


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
    live = process.read("ProviderNetwork", network)
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
        conditions.append(old[name] if same else {"node": name, "type": "Ready", **wanted, **times()})
    not_ready = sorted({one["node"] for one in conditions} - set(ready))
    lists = (seen.get("readyNodes") or [], seen.get("notReadyNodes") or [])
    if list(old.values()) != conditions or lists != (ready, not_ready):
        more = {"ready": not not_ready, "readyNodes": ready or None, "notReadyNodes": not_ready or None}
        write_conditions(process, network, conditions, more)


def write_conditions(process: Process, network: str, conditions: list[Any], more: Object | None = None) -> None:
    """Write the conditions, and what else of the status is new."""
    process.client.patch_status("ProviderNetwork", network, {**(more or {}), "conditions": conditions or None})


def times() -> Object:
    """The times of a condition that is new."""
    return {"lastTransitionTime": now(), "lastUpdateTime": now()}


def _selects(selector: Object, labels: dict[str, str]) -> bool:
    if any(labels.get(key) != value for key, value in (selector.get("matchLabels") or {}).items()):
        return False
    return all(_meets(one, labels.get(one["key"])) for one in selector.get("matchExpressions") or [])


def _meets(test: Object, value: str | None) -> bool:
    allowed = test.get("values") or []
    verdicts = {"In": value in allowed, "NotIn": value not in allowed, "Exists": value is not None}
    return verdicts.get(test["operator"], value is None)
