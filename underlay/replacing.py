"""What is replaced when it changes, and why: said once, for the components that ask for it and the plan that tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

FIXED: Final[Mapping[str, Mapping[str, str]]] = {
    "ProviderNetwork": {"spec.defaultInterface": "a bridge keeps the NIC that it was built on"},
    "Vlan": {"spec.provider": "its Subnets would keep the old provider network's port"},
    "Subnet": {
        "spec.cidrBlock": "Kube-OVN does not follow it in place: SNAT rules go on with the old block, reporting ready",
        "spec.vpc": "Kube-OVN does not follow it in place: its ports stay at the old router",
        "spec.provider": "Kube-OVN does not follow it in place: pods stay on the old network",
        "spec.vlan": "Kube-OVN does not follow it in place: its port keeps the old VLAN's tag",
    },
    "OvnSnatRule": {"spec": "Kube-OVN never changes a rule in place: the old one goes on, reporting ready"},
    "OvnEip": {"spec": "Kube-OVN never changes an address in place"},
}
"""By kind: the fields that Kube-OVN does not follow, and what would happen instead.

Evidence: docs/evidence/kube-ovn.md#replacements.
"""

_OTHERS: Final[Mapping[str, str]] = {
    "metadata.name": "Kubernetes renames nothing",
    "metadata.namespace": "Kubernetes moves nothing between namespaces",
    "roleRef": "Kubernetes never changes the role of a binding",
}

_ALONG: Final[Mapping[str, str]] = {
    "Vpc": "its router port has the pinned address that is replaced",
    "Subnet": "its Vpc is replaced",
    "OvnSnatRule": "its Subnet is replaced, whose old block it would go on translating",
}
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
    told = [f"{path.removeprefix('spec.')}: {why}" for path, why in known.items() if _touches(path, fields)]
    return "; ".join(told) or _ALONG.get(kind, "")


def _touches(path: str, fields: Iterable[str]) -> bool:
    """Whether one of the changed fields is the one at that path, or inside it."""
    return any(field == path or field.startswith((f"{path}.", f"{path}[")) for field in fields)
