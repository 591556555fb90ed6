"""The fields of the table of kinds: what this project knows of one Kubernetes kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

KUBE_OVN: Final = "kubeovn.io/v1"
METALLB: Final = "metallb.io/v1beta1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind."""

    name: str
    version: str
    """`apiVersion` under which it is read and written."""

    plural: str
    """As in the API server's paths."""

    namespace: str = ""
    """The only namespace that is read; by default all."""

    written: bool = False
    """Whether the program writes whole objects of it, so that the identity that applies needs the right to."""
    only: tuple[str, ...] = ()
    """The only objects that are read, as `namespace/name`, each by its name; by default all, by listing them."""

    declared: bool = False
    """Whether the settings alone decide which objects of it there are, so that any other is undeclared."""

    adopted: bool = False
    """Whether an adoption reads it: a network of ours is made of it, or a tenant's namespace holds it."""

    verified: bool = False
    """Whether `verify` reads it."""

    compared: bool = True
    """Whether `drift` compares it; settings say nothing of traffic and of what controllers report."""

    taken_from: bool = False
    """Whether somebody may lose something when a plan deletes an object of this kind."""

    goes: int | None = None
    """The order of its deletion with a tenant, 0 first; any other order leaves a finalizer behind forever."""

    behind_router: int | None = None
    """The order of its deletion before its Vpc is replaced, 0 first."""

    fixed: Mapping[str, str] = field(default_factory=dict)
    """Fields that controllers do not follow in place, so that a change replaces the object, and why."""

    along: str = ""
    """Why it is replaced together with another object."""

    @property
    def collection(self) -> str:
        """The API server's path of all its objects."""
        scope = f"/namespaces/{self.namespace}" if self.namespace else ""
        return f"{self._root}{scope}/{self.plural}"

    @property
    def paths(self) -> tuple[str, ...]:
        """The API server's path of each object that is read by its name."""
        named = (key.split("/") for key in self.only)
        return tuple(f"{self._root}/namespaces/{namespace}/{self.plural}/{name}" for namespace, name in named)

    @property
    def _root(self) -> str:
        """Path of its version."""
        return f"/apis/{self.version}" if "/" in self.version else f"/api/{self.version}"
