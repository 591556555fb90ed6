"""What the engine says with every operation on a resource, and the ways in which one can fail.

Shared by the two handlers of the stand-in provider, objects and Helm releases; it does nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.provider_values import Object

Log = Callable[[str, str, bool], None]


class OperationError(Exception):
    """The operation did not happen; its message is for the operator."""


class PartialError(OperationError):
    """The object is there but not as wanted; the state keeps what is known of it."""

    def __init__(self, message: str, resource_id: str, state: Object) -> None:
        super().__init__(message)
        self.resource_id, self.state = resource_id, state


@dataclass(frozen=True)
class Call:
    """What the engine says with every operation."""

    urn: str
    log: Log = field(repr=False)
    preview: bool = False
    timeout: float = 0.0
    ignore: tuple[str, ...] = ()

    @property
    def type_name(self) -> str:
        """The last part of the URN's type: `VpcPatch` of `kubernetes:kubeovn.io/v1:VpcPatch`."""
        return self.token.rsplit(":", 1)[-1]

    @property
    def token(self) -> str:
        """The resource's own type."""
        return self.urn.split("::")[2].rsplit("$", 1)[-1]

    def patches(self, obj: Object) -> bool:
        """Tell whether the resource is a Patch of somebody's object."""
        return self.type_name == f"{obj.get('kind')}Patch"

    def status(self, message: str) -> None:
        """Show a passing message beside the resource."""
        self.log("INFO", message, True)  # noqa: FBT003 (a callable's parameter has no name)


@dataclass(frozen=True)
class Ways:
    """The provider's settings that change how objects are handled."""

    namespace: str = "default"
    upsert: bool = False
    force: bool = False
