"""What a `kmetal-network` run passes to its program; unset under plain `pulumi`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from ipaddress import IPv4Address
from typing import Any, TypeAlias

from operations.cluster.view import ClusterView


class Release(Enum):
    """The chart's release, as the state has it."""

    UNKNOWN = "unknown"
    """The state says nothing of one."""

    PENDING = "pending"
    """Its creation was begun, and neither done nor failed: that run died, or lives."""

    KNOWN = "known"
    """It is the stack's."""


Before: TypeAlias = Callable[[str], None]
"""Done just before the engine runs for the stack of that name; several threads may call it."""


@dataclass
class RunContext:
    """One run's: made with it, and completed while the run looks around before its engine starts."""

    egress: Mapping[str, IPv4Address | None] = field(default_factory=dict)
    """Egress addresses in place of the settings', by name of the tenant (`operations.rerouting`)."""

    begun: Mapping[str, Any] | None = None
    """Tenants in place of the settings': those of a first run that died (`operations.state.first_run`)."""

    release: Release = Release.UNKNOWN

    view: ClusterView | None = None
    """What its command has seen of the cluster in this phase, for a run that writes nothing there."""

    before: Before | None = None
    """What is to be done in the cluster before the engine runs, in the command's own process."""

    side_by_side: int = 1
    """How many runs of the same environment are in progress at once."""

    tell: Callable[[str], None] | None = None
    """Says at once that the run stops, where somebody asks for that; by default a note does."""

    died: datetime | None = None
    """When the run began that died and whose lock was taken away."""


RUN_CONTEXT: ContextVar[RunContext | None] = ContextVar("RUN_CONTEXT", default=None)
"""Each run of a program has a context of its own."""
