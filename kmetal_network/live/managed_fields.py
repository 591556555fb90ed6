"""Reads who wrote a field of a live object, and when, from `metadata.managedFields`.

That names who holds a field now. No one holds a removed field, so there is no record of who removed it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from kmetal_network.names import MANAGER_PREFIX

Object: TypeAlias = Mapping[str, Any]
Steps: TypeAlias = tuple[str, ...]

_OURS: Final = ("pulumi", MANAGER_PREFIX)
"""Managers of the Kubernetes provider: `pulumi-kubernetes-<random>` by itself, and the names that we give it."""

_KUBE_OVN: Final = "kube-ovn"

_WHOLE: Final = 2
"""A list or map that is held as one has at least so many steps: `f:spec: {}` alone says nothing about what is in it."""


@dataclass(frozen=True, slots=True)
class Writer:
    """One entry of managedFields."""

    manager: str
    operation: str
    time: str = ""
    """Missing in some entries."""

    @property
    def ours(self) -> bool:
        """Whether it is the Kubernetes provider."""
        return self.manager.startswith(_OURS)

    @property
    def overruled(self) -> bool:
        """Whether an `up` takes the field back: from ourselves and from kubectl.

        Evidence: docs/evidence/provider.md#server-side-apply.
        """
        return self.manager.startswith((*_OURS, "kubectl"))

    @property
    def controller(self) -> bool:
        """Whether it is one of Kube-OVN's, which rewrites what others made."""
        return self.manager.startswith(_KUBE_OVN)


def writer_of(item: Object, path: Steps) -> Writer | None:
    """Who holds a field: somebody else before ourselves, the latest first."""
    entries = [entry for entry in _entries(item) if _held(entry.get("fieldsV1") or {}, path)]
    writers = sorted(map(_writer, entries), key=lambda writer: (not writer.ours, writer.time))
    return writers[-1] if writers else None


def maker_of(item: Object) -> Writer | None:
    """Who wrote the object first, as far as that entry is still there; controllers write within the same second."""
    made = str((item.get("metadata") or {}).get("creationTimestamp") or "")
    writers = sorted(map(_writer, _entries(item)), key=lambda writer: (writer.time or made, writer.controller))
    return writers[0] if writers else None


def _entries(item: Object) -> list[Object]:
    entries = (item.get("metadata") or {}).get("managedFields") or ()
    return [entry for entry in entries if not entry.get("subresource")]


def _writer(entry: Object) -> Writer:
    return Writer(str(entry.get("manager", "")), str(entry.get("operation", "")), str(entry.get("time") or ""))


def _held(fields: Object, path: Steps) -> bool:
    node: Any = fields
    for depth, step in enumerate(path):
        if depth >= _WHOLE and node == {}:
            return True
        node = node.get(f"f:{step}")
        if node is None:
            return False
    return True
