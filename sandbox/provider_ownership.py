"""Who owns which field of an object, and how that changes hands (pulumi.md 1.1 and 1.3).

Pure functions over `managedFields`. Nothing is taken from a manager that is neither kubectl nor our own creation: that
is a conflict, and the API server's to report.
"""

from __future__ import annotations

from typing import Any, Final

from sandbox.provider_values import Object, Path

OWN_CREATOR: Final = "pulumi-kubernetes"
TAKEN_OVER: Final = (
    ("kubectl", "Apply"),
    ("kubectl", "Update"),
    ("before-first-apply", "Update"),
    (OWN_CREATOR, "Update"),
)


def take_over(entries: list[Object], manager: str) -> list[Object]:
    """Hand the fields of kubectl and of our own creation to `manager`; empty when nobody has to give.

    The next apply then removes what the program does not mention (pulumi.md 1.1: unannounced, as the genuine one does).
    """
    own = next((e for e in entries if (e["manager"], e["operation"]) == (manager, "Apply")), None)
    giving = [e for e in entries if e is not own and _gives(e)]
    if not giving:
        return []
    merged = dict(own or {**giving[0], "manager": manager, "operation": "Apply"})
    for entry in giving:
        merged["fieldsV1"] = _union(merged.get("fieldsV1") or {}, entry.get("fieldsV1") or {})
    return [e for e in entries if e is not own and e not in giving] + [merged]


def _gives(entry: Object) -> bool:
    return not entry.get("subresource") and any(
        entry["manager"].startswith(prefix) and entry["operation"] == operation for prefix, operation in TAKEN_OVER
    )


def _union(first: Object, second: Object) -> Object:
    return {key: _union(first.get(key) or {}, second.get(key) or {}) for key in first.keys() | second.keys()}


def leave_ignored(obj: Object, live: Object, manager: str, ignored: list[Path]) -> None:
    """Keep out of the apply what `ignore_changes` names and others own; send the rest as it is live."""
    entries = live["metadata"].get("managedFields") or []
    for path in ignored:
        owners = {
            e["manager"] for e in entries if _dig(e.get("fieldsV1") or {}, [f"f:{step}" for step in path]) is not None
        }
        parent, current = _dig(obj, path[:-1]), _dig(live, path)
        if not isinstance(parent, dict):
            continue
        if owners - {manager} and manager not in owners:
            parent.pop(path[-1], None)
        elif current is not None:
            parent[path[-1]] = current


def _dig(value: Any, path: Any) -> Any:
    for step in path:
        if not isinstance(value, dict) or step not in value:
            return None
        value = value[step]
    return value
