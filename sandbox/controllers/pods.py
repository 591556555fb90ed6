"""Pods on a tenant's network: an address for each attachment, in an IP object that exists as long as the pod.

A pod whose attachment has no Subnet gets nothing and is retried, as in Kube-OVN from 1.15.24
(`docs/evidence/kube-ovn.md#versions`); no pod gets an address by default (non-primary mode).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from sandbox.controllers.api import Object, annotations_of, deleting, key_of, spec_of
from sandbox.controllers.names import FINALIZER
from sandbox.controllers.nat import mac_of, recount_later
from sandbox.controllers.runtime.lane import NotYetError

if TYPE_CHECKING:
    from sandbox.controllers.runtime.process import Process

NETWORKS: Final = "k8s.v1.cni.cncf.io/networks"
FINISHED: Final = frozenset({"Succeeded", "Failed"})


def on_pod(process: Process, old: Object | None, new: Object | None) -> None:
    """A pod is created or deleted."""
    if new is None:
        process.do("pods", release_pod, key_of(old or {}))
    elif old is None or annotations_of(old) != annotations_of(new):
        process.do("pods", attach_pod, key_of(new))


def on_ip(process: Process, old: Object | None, new: Object | None) -> None:
    """A terminating IP object releases its address first."""
    if old is None or new is None:
        recount_later(process, spec_of(new or old or {}).get("subnet", ""))
    if new is not None and deleting(new):
        process.do("pods", release_ip, key_of(new))


def attachments(pod: Object) -> list[tuple[str, str]]:
    """(namespace, name) of each attachment that the pod asks for, in either of Multus' two notations."""
    text = annotations_of(pod).get(NETWORKS, "").strip()
    home = pod["metadata"]["namespace"]
    if text.startswith("["):
        return [(one.get("namespace", home), one["name"]) for one in json.loads(text)]
    names = [one.strip().split("@")[0] for one in text.split(",") if one.strip()]
    return [tuple(one.split("/", 1)) if "/" in one else (home, one) for one in names]  # type: ignore[misc]  # pairs


def attach_pod(process: Process, key: str) -> None:
    """An address, an IP object and annotations for each attachment."""
    pod = process.get("Pod", key)
    if deleting(pod) or pod.get("status", {}).get("phase") in FINISHED:
        return
    for namespace, name in attachments(pod):
        provider = f"{name}.{namespace}.ovn"
        if annotations_of(pod).get(f"{provider}.kubernetes.io/allocated") != "true":
            _attach(process, pod, provider)


def _attach(process: Process, pod: Object, provider: str) -> None:
    meta = pod["metadata"]
    subnet = next((one for one in process.all("Subnet") if spec_of(one).get("provider") == provider), None)
    if subnet is None:
        raise NotYetError(f"provider {provider} is not bound to any Subnet")
    port = f"{meta['name']}.{meta['namespace']}.{provider}"
    wish = annotations_of(pod).get(f"{provider}.kubernetes.io/ip_address")
    address = process.ipam.take(key_of(subnet), port, wish)
    if address is None:
        raise NotYetError(f"Subnet {key_of(subnet)} has no address for pod {key_of(pod)}")
    spec, mac = spec_of(subnet), mac_of(port)
    owner = {"podName": meta["name"], "namespace": meta["namespace"], "nodeName": spec_of(pod).get("nodeName", "")}
    if port not in process.cache["IP"]:
        give_ip(process, port, key_of(subnet), address, mac, owner)
    marks = {
        "allocated": "true",
        "cidr": spec["cidrBlock"],
        "gateway": spec["gateway"],
        "ip_address": address,
        "logical_router": spec.get("vpc", ""),
        "logical_switch": key_of(subnet),
        "mac_address": mac,
    }
    annotations = {f"{provider}.kubernetes.io/{key}": value for key, value in marks.items()}
    process.client.patch("Pod", key_of(pod), {"metadata": {"annotations": annotations}})


def give_ip(process: Process, name: str, subnet: str, address: str, mac: str, owner: dict[str, str]) -> None:
    """The IP object of a port."""
    labels = {
        subnet: "",
        "ovn.kubernetes.io/ip_reserved": "false",
        "ovn.kubernetes.io/node-name": owner["nodeName"],
        "ovn.kubernetes.io/subnet": subnet,
    }
    spec = {
        **{key: [] for key in ("attachIps", "attachMacs", "attachSubnets")},
        **dict.fromkeys(("containerID", "namespace", "podType", "v6IpAddress"), ""),
        **owner,
        "ipAddress": address,
        "macAddress": mac,
        "subnet": subnet,
        "v4IpAddress": address,
    }
    process.client.create("IP", {"metadata": {"name": name, "finalizers": [FINALIZER], "labels": labels}, "spec": spec})


def release_pod(process: Process, key: str) -> None:
    """Release everything that the pod had."""
    namespace, name = key.split("/")
    for one in process.all("IP"):
        if (spec_of(one).get("namespace"), spec_of(one).get("podName")) == (namespace, name):
            take_ip_away(process, key_of(one))


def take_ip_away(process: Process, name: str) -> None:
    """Delete an IP object."""
    process.client.delete("IP", name)


def release_ip(process: Process, name: str) -> None:
    """Address first, finalizer second: in between, the range is free but still counted."""
    ip = process.read("IP", name)
    process.ipam.give_back(spec_of(ip)["subnet"], name)
    recount_later(process, spec_of(ip)["subnet"])
    left = [one for one in ip["metadata"].get("finalizers") or [] if one != FINALIZER]
    process.client.patch("IP", name, {"metadata": {"finalizers": left}})
