"""Which fields force a replacement, and why: for the components, and for the plan's column `why`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from kmetal_network.kinds.registry import KINDS

FIXED: Final[Mapping[str, Mapping[str, str]]] = {name: kind.fixed for name, kind in KINDS.items() if kind.fixed}
"""By kind: the fields that Kube-OVN does not follow, and what would happen instead."""

_OTHERS: Final[Mapping[str, str]] = {
    "metadata.name": "Kubernetes renames nothing",
    "metadata.namespace": "Kubernetes moves nothing between namespaces",
    "roleRef": "Kubernetes never changes the role of a binding",
}

_ALONG: Final[Mapping[str, str]] = {name: kind.along for name, kind in KINDS.items() if kind.along}
"""What goes along with another object's replacement (`replace_with` in `components.tenant_network`)."""


def fixed_fields(kind: str) -> list[str]:
    """Paths whose change replaces an object of that kind, for `replace_on_changes`."""
    return list(FIXED[kind])


def is_fixed(kind: str, changed: Iterable[str]) -> bool:
    """Whether a change of fields at those paths replaces an object of that kind."""
    fields = tuple(changed)
    return any(_touches(path, fields) for path in FIXED.get(kind, ()))


def why_replaced(kind: str, changed: Iterable[str]) -> str:
    """Why an object of that kind is replaced whose fields at those paths change; empty where nothing is known."""
    fields = tuple(changed)
    known = {**_OTHERS, **FIXED.get(kind, {})}
    reasons = [f"{path.removeprefix('spec.')}: {why}" for path, why in known.items() if _touches(path, fields)]
    return "; ".join(reasons) or _ALONG.get(kind, "")


def _touches(path: str, fields: Iterable[str]) -> bool:
    """Whether one of the changed fields is the one at that path, or inside it."""
    return any(field == path or field.startswith((f"{path}.", f"{path}[")) for field in fields)
