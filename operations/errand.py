"""What a run of ours tells its program; plain `pulumi` sends a program on no errand."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from ipaddress import IPv4Address


@dataclass
class Errand:
    """One run's."""

    egress: Mapping[str, IPv4Address | None] = field(default_factory=dict)
    """Egress addresses in place of the settings', by name of the tenant (`operations.rerouting`)."""


ERRAND: ContextVar[Errand | None] = ContextVar("ERRAND", default=None)
"""Each run of a program has a context of its own."""
