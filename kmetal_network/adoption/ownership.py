"""Reads who owns which field of a live object (`managedFields`), and removes kubectl's ownership.

At its first update the provider takes over all of kubectl's fields, and then removes those that the program does not
mention (docs/evidence/provider.md#server-side-apply). Until then its preview conflicts with kubectl. So an adoption
removes kubectl's ownership first: every later apply keeps a field without an owner, and conflicts with none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from kmetal_network.names import EXTERNAL_GATEWAY_LABEL, MANAGER_PREFIX, STACK_LABEL

MANAGER: Final = "underlay-adopt"
"""Field manager of the hand-over's own write: it stays with the label, so that anybody sees who adopted and when."""

LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
"""What a client-side `kubectl apply` compares with; gone, so that the next one warns instead of undoing ours."""

_HANDS: Final = ("kubectl", "before-first-apply")
_CONTROLLERS: Final = frozenset(
    {"kube-ovn-controller", "kube-ovn-daemon", "metallb-controller", "kube-controller-manager", "kubelet"}
)
_OURS: Final = ("pulumi-kubernetes", MANAGER_PREFIX, MANAGER)

Entries = Sequence[Mapping[str, Any]]


def _entries(live: Mapping[str, Any]) -> Entries:
    return live["metadata"].get("managedFields") or ()


def _has(fields: Any, path: Sequence[str]) -> bool:
    for step in path:
        if not isinstance(fields, Mapping) or f"f:{step}" not in fields:
            return False
        fields = fields[f"f:{step}"]
    return True


def _owners(live: Mapping[str, Any], path: Sequence[str]) -> Iterator[str]:
    for entry in _entries(live):
        if entry.get("subresource") != "status" and _has(entry.get("fieldsV1"), path):
            yield str(entry.get("manager"))


def controllers_own(live: Mapping[str, Any], path: Sequence[str]) -> bool:
    """Whether a field is the controllers' alone; one that no one owns is not."""
    owners = set(_owners(live, path))
    return bool(owners) and owners <= _CONTROLLERS


def a_controller_owns(live: Mapping[str, Any], path: Sequence[str]) -> bool:
    """Whether a controller is among a field's owners: another value than its own is refused with a conflict."""
    return not _CONTROLLERS.isdisjoint(_owners(live, path))


def other_owners(live: Mapping[str, Any]) -> list[str]:
    """Managers of the object's spec that are neither a controller, nor kubectl, nor we: GitOps, another tool."""
    owners = {owner for part in ("spec", "subjects", "data") for owner in _owners(live, (part,))}
    return sorted(owner for owner in owners if owner not in _CONTROLLERS and not owner.startswith((*_HANDS, *_OURS)))


def released(live: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Entries without those of kubectl, and never none at all.

    An object without entries gives all of its fields to a manager `before-first-apply` at the next apply, and the apply
    conflicts with that (seen on kube-apiserver 1.37); so our own label is entered where no one else is left.
    """
    kept = [entry for entry in _entries(live) if entry.get("subresource") or not _by_hand(entry)]
    own = {
        "manager": MANAGER,
        "operation": "Update",
        "apiVersion": live["apiVersion"],
        "fieldsType": "FieldsV1",
        "fieldsV1": {"f:metadata": {"f:labels": {f"f:{STACK_LABEL}": {}}}},
    }
    return kept if any(not entry.get("subresource") for entry in kept) else [*kept, own]


def label_released(entries: Entries) -> list[Mapping[str, Any]]:
    """Entries of a Node in which kubectl no longer owns the gateway label; its other labels stay whose they are.

    Left co-owned, the label would outlive a `destroy`.
    """
    path = ("metadata", "labels", EXTERNAL_GATEWAY_LABEL)
    changed = (_without(entry, path) if _by_hand(entry) else entry for entry in entries)
    return [entry for entry in changed if entry.get("fieldsV1")]


def _by_hand(entry: Mapping[str, Any]) -> bool:
    return str(entry.get("manager", "")).startswith(_HANDS)


def _without(entry: Mapping[str, Any], path: Iterable[str]) -> Mapping[str, Any]:
    def cut(fields: Mapping[str, Any], steps: list[str]) -> dict[str, Any]:
        head, *rest = steps
        kept = dict(fields)
        if f"f:{head}" in kept:
            under = kept.pop(f"f:{head}")
            below = cut(under, rest) if rest else {}
            if below.keys() - {"."}:
                kept[f"f:{head}"] = below
        return kept

    return {**entry, "fieldsV1": cut(entry.get("fieldsV1") or {}, list(path))}


def takeover_patch(live: Mapping[str, Any], stack: str) -> list[dict[str, Any]]:
    """The JSON patch that makes a hand-made object the stack's; empty where nothing is left to do.

    It names the resourceVersion that was judged: an object that has changed since is refused by the API server.
    """
    metadata = live["metadata"]
    entries = _entries(live)
    if live["kind"] == "Node":
        kept = label_released(entries)
        wanted: list[dict[str, Any]] = []
    else:
        kept = released(live)
        wanted = _labelled(metadata, stack)
    if kept != list(entries):
        wanted.append({"op": "replace", "path": "/metadata/managedFields", "value": kept})
    if not wanted:
        return []
    return [{"op": "test", "path": "/metadata/resourceVersion", "value": metadata["resourceVersion"]}, *wanted]


def _labelled(metadata: Mapping[str, Any], stack: str) -> list[dict[str, Any]]:
    patch: list[dict[str, Any]] = []
    if LAST_APPLIED in (metadata.get("annotations") or {}):
        patch.append({"op": "remove", "path": f"/metadata/annotations/{_pointer(LAST_APPLIED)}"})
    if (metadata.get("labels") or {}).get(STACK_LABEL) != stack:
        if not metadata.get("labels"):
            patch.append({"op": "add", "path": "/metadata/labels", "value": {}})
        patch.append({"op": "add", "path": f"/metadata/labels/{_pointer(STACK_LABEL)}", "value": stack})
    return patch


def _pointer(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
