"""What of a live cluster may be written to a file: what tells whom a plan harms, and the addresses of its nodes.

A list of what stays, not of what goes: an annotation, a variable of a pod or a new field of a kind never gets in. Names
stay, since a comment names each pod and Service that loses something. No kind of the list holds secrets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from kmetal_network.live.diff import Seen
from kmetal_network.live.offboarding import runs
from kmetal_network.live.values import Object
from kmetal_network.names import STACK_LABEL, TENANT_LABEL

READ: Final[Mapping[str, tuple[str, ...]]] = {
    "ProviderNetwork": (),
    "Vlan": (),
    "Subnet": ("spec.vpc", "spec.excludeIps"),
    "Vpc": (),
    "OvnEip": ("spec.externalSubnet", "spec.v4Ip", "status.v4Ip"),
    "IPAddressPool": ("spec.addresses",),
    "Namespace": (),
    "IP": ("spec.subnet", "spec.namespace", "spec.podName"),
    "Pod": ("status.phase",),
    "Service": ("status.loadBalancer.ingress[].ip",),
    "TenantControlPlane": ("spec.networkProfile.address",),
    "Node": ("status.addresses[].type", "status.addresses[].address"),
}
"""Kinds that `operations.impact` reads, and the fields that it reads of them with name, namespace and our labels.

Nodes are for `verify` of another environment, which has to have nodes of its own.
"""

_LABELS: Final = (STACK_LABEL, TENANT_LABEL)


def redacted(seen: Seen) -> dict[str, list[dict[str, Any]]]:
    """The objects of each kind by name, with the fields of `READ` alone.

    Left out: namespaces of no stack with their pods, ended pods, IPs without a pod, Services without an address.
    """
    namespaces = {key for key, item in seen.get("Namespace", {}).items() if _labels(item)}
    return {
        kind: [_reduced(item, READ[kind]) for _, item in sorted(items.items()) if _counts(kind, item, namespaces)]
        for kind, items in sorted(seen.items())
        if kind in READ
    }


def _counts(kind: str, item: Object, namespaces: Iterable[str]) -> bool:
    if kind == "Namespace":
        return bool(_labels(item))
    if kind == "IP":
        return bool((item.get("spec") or {}).get("podName"))
    if kind == "Pod":
        return runs(item) and item["metadata"].get("namespace") in namespaces
    if kind == "Service":
        return bool(((item.get("status") or {}).get("loadBalancer") or {}).get("ingress"))
    return True


def _reduced(item: Object, fields: Iterable[str]) -> dict[str, Any]:
    metadata = {name: item["metadata"][name] for name in ("name", "namespace") if name in item["metadata"]}
    if labels := _labels(item):
        metadata["labels"] = labels
    found: dict[str, Any] = {"metadata": metadata}
    for path in fields:
        _copy(item, found, path.split("."))
    return found


def _labels(item: Object) -> dict[str, Any]:
    labels = item["metadata"].get("labels") or {}
    return {name: labels[name] for name in _LABELS if name in labels}


def _copy(source: Mapping[str, Any], target: dict[str, Any], path: list[str]) -> None:
    """One field, where it is there; `name[]` is a list of objects of which the rest of the path is kept."""
    name, rest = path[0].removesuffix("[]"), path[1:]
    value = source.get(name)
    if value is None:
        return
    if not rest:
        target[name] = value
    elif path[0].endswith("[]"):
        entries = target.setdefault(name, [{} for _ in value])
        for entry, kept in zip(value, entries, strict=True):
            _copy(entry, kept, rest)
    else:
        _copy(value, target.setdefault(name, {}), rest)
