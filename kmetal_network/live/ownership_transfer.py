"""Transfers fields in `managedFields` from earlier names of ours to today's (`kmetal_network.live.field_managers`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kmetal_network.live.field_managers import MADE_UP, MANAGER, is_ours, manager_of
from kmetal_network.live.managed_fields import Object
from kmetal_network.live.values import differences
from kmetal_network.manifests.objects import FORCE
from kmetal_network.manifests.replacement import is_fixed
from kmetal_network.names import EXTERNAL_GATEWAY_LABEL, STACK_LABEL

_LABEL: Final = ("metadata", "labels", STACK_LABEL)
_PATCHED: Final = {
    "f:labels": {f"f:{EXTERNAL_GATEWAY_LABEL}"},
    "f:annotations": {f"f:{MANAGER}", f"f:{FORCE}"},
}
"""All that our patch of a Node holds."""


def differing_fixed_fields(body: Object, live: Object) -> dict[str, Any]:
    """Fields that only a replacement may change and whose live value differs from a body's: path to live value."""
    kind, spec = str(body["kind"]), {"spec": body.get("spec") or {}}
    found = {".".join(path): value for path, _, value in differences(spec, live)}
    return {path: value for path, value in found.items() if is_fixed(kind, (path,))}


def ownership_transfer(body: Object, live: Object, stack: str) -> list[dict[str, Any]]:
    """The JSON patch that moves fields from our earlier field managers to today's; empty if none has any.

    Today's manager takes over all their fields, so that a field which the program no longer writes is still removed.
    An entry is ours if it holds the stack's label: somebody's patch of our object, by the same provider, does not.
    The patch is also empty if a fixed field differs: that object has to be replaced, never changed.
    """
    manager = manager_of(body, stack)
    entries = _entries(live)
    earlier = [entry for entry in entries if _is_earlier(entry, manager)]
    if not earlier or differing_fixed_fields(body, live):
        return []
    own = [entry for entry in entries if _applied(entry) and entry["manager"] == manager]
    merged = {**(own or earlier)[0], "manager": manager}
    for entry in (*own, *earlier):
        merged["fieldsV1"] = _union(merged.get("fieldsV1") or {}, entry.get("fieldsV1") or {})
    kept = [entry for entry in entries if entry not in own and entry not in earlier]
    return _rewritten(live, [*kept, merged])


def node_released(node: Object, holder: str) -> list[dict[str, Any]]:
    """The JSON patch that takes a Node's label from field managers that the provider named in killed runs.

    With two owners the label would outlive a `destroy`. Such an entry holds exactly what our patch holds.
    """
    entries = _entries(node)
    kept = [
        entry
        for entry in entries
        if not (
            _applied(entry)
            and entry["manager"] != holder
            and MADE_UP.fullmatch(str(entry["manager"]))
            and _is_our_patch(entry.get("fieldsV1") or {})
        )
    ]
    return _rewritten(node, kept) if len(kept) != len(entries) else []


def _entries(live: Object) -> list[Mapping[str, Any]]:
    return list((live.get("metadata") or {}).get("managedFields") or ())


def _applied(entry: Object) -> bool:
    return entry.get("operation") == "Apply" and not entry.get("subresource")


def _is_earlier(entry: Object, manager: str) -> bool:
    fields: Any = entry.get("fieldsV1") or {}
    for step in _LABEL:
        fields = fields.get(f"f:{step}")
        if fields is None:
            return False
    return _applied(entry) and entry["manager"] != manager and is_ours(str(entry["manager"]))


def _is_our_patch(fields: Object) -> bool:
    metadata = fields.get("f:metadata") or {}
    held = {part: set(below) - {"."} for part, below in metadata.items()}
    known = all(names <= _PATCHED.get(part, set()) for part, names in held.items())
    return fields.keys() == {"f:metadata"} and known and bool(held.get("f:labels"))


def _rewritten(live: Object, entries: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The API server refuses the patch if the object has changed since it was read."""
    return [
        {"op": "test", "path": "/metadata/resourceVersion", "value": live["metadata"]["resourceVersion"]},
        {"op": "replace", "path": "/metadata/managedFields", "value": entries},
    ]


def _union(first: Object, second: Object) -> dict[str, Any]:
    return {key: _union(first.get(key) or {}, second.get(key) or {}) for key in dict.fromkeys((*first, *second))}
