"""One line of a drift report: what differs, who changed it, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from kmetal_network.live.managed_fields import Writer
from kmetal_network.live.values import same


class DriftKind(StrEnum):
    """The way in which a cluster differs."""

    CHANGED = "changed"
    """A field of ours has another value."""

    MISSING = "missing"
    """An object of ours is not there."""

    GOING = "going"
    """An object of ours is being deleted."""

    ORPHAN = "orphan"
    """It has our stack's label and is in no settings."""

    UNDECLARED = "undeclared"
    """No one declared it."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where an object is declared."""

    stack: str
    file: str
    """The settings file: the stack's, or the tenant's own."""

    @property
    def refresh(self) -> str:
        """The command that brings the object back to what is declared."""
        return f"kmetal-network up {self.stack} --refresh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One line of the report."""

    way: DriftKind
    object: str
    """`Kind namespace/name`."""
    field: str = ""
    wanted: Any = None
    live: Any = None
    by: Writer | None = None
    """Who wrote what is there now."""
    note: str = ""
    remedy: str = ""

    def as_data(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)

    @property
    def seen(self) -> str:
        """What differs, as text."""
        if self.way is not DriftKind.CHANGED:
            return self.note or self.way.value
        return f"{self.field}: {_difference(self.wanted, self.live)}{f' ({self.note})' if self.note else ''}"

    @property
    def who(self) -> str:
        """Who did it and when, if recorded."""
        if self.by is None:
            return "" if self.way is DriftKind.MISSING else "not on record"
        return f"{self.by.manager} ({self.by.operation}) {self.by.time}".rstrip()


def kubectl(verb: str, name: str) -> str:
    """A command on one object, `Kind namespace/name`."""
    kind, _, key = name.partition(" ")
    namespace, _, own = key.rpartition("/")
    return f"kubectl {verb} {kind}{f' -n {namespace}' if namespace else ''} {own}"


def _difference(wanted: Any, live: Any) -> str:
    if live is None:
        return f"{_shown(wanted)} is gone"
    if isinstance(wanted, list) and isinstance(live, list):
        added = [_shown(entry) for entry in live if not any(same(one, entry) for one in wanted)]
        lost = [_shown(entry) for entry in wanted if not any(same(entry, one) for one in live)]
        parts = [f"{', '.join(entries)} {word}" for entries, word in ((added, "added"), (lost, "lost")) if entries]
        return "; ".join(parts) or "another order, or repeated"
    return f"{_shown(live)} instead of {_shown(wanted)}"


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return (
            "{" + ", ".join(f"{key}: {_shown(entry)}" for key, entry in value.items() if entry not in ("", None)) + "}"
        )
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)
