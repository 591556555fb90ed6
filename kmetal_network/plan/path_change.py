"""A path of packets that a change opens or closes, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class PathChange:
    """One kind of path that opens, or that closes, for all sources of which the same is true."""

    way: Literal["opens", "closes"]
    direction: str
    """`between tenants`, `towards the platform`, `inwards` or `outwards`."""
    sources: tuple[str, ...]
    """Tenants, `tenant/cluster` where not all clusters of a tenant are meant, or a class such as `internet`."""
    tenants: tuple[str, ...]
    """The tenants among them."""
    to: Mapping[str, tuple[str, ...]]
    """Classes of destinations (docs/reach.md), each with its addresses; those of the internet are left out."""
    before: str
    """The verdict; empty where source or destination was not there."""
    before_by: str
    """The object and the field that decided it."""
    after: str
    """The verdict; empty where source or destination is no longer there."""
    after_by: str
    """The object and the field that decides it now."""
    comes: bool = False
    """Whether the sources are new."""
    risk: bool = False
    """Whether a reviewer decides on it."""

    @property
    def destination(self) -> str:
        """Every class with its addresses."""
        return "; ".join(f"{name} {', '.join(addresses)}".rstrip() for name, addresses in self.to.items())

    @property
    def sentence(self) -> str:
        """Sources, destination, what it was and what it becomes."""
        return f"{', '.join(self.sources)} to {self.destination}: {self.step}"

    @property
    def problem(self) -> str:
        """The sentence of the risk."""
        return f"a path {self.way} {self.direction}: {self.sentence}"

    @property
    def step(self) -> str:
        """What it was, what it becomes, and what decides."""
        was = f"{self.before} by {self.before_by}" if self.before else "not there"
        now = f"{self.after} by {self.after_by}" if self.after else "not there"
        return f"before {was}; now {now}"
