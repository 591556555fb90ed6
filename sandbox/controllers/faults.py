"""Faults that a test can request: slowness, conflicts, restarts, nodes that never get ready.

A fault uses real answers of the API server: a conflict is a write with a version that no longer exists.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Faults:
    """None by default."""

    slow: float = 0.0
    """Seconds of unscaled delay before each piece of work."""
    conflicts: float = 0.0
    """Share of whole-object updates, 0 to 1, that lose a race and are retried; merge patches never do."""
    restarts: float = 0.0
    """Seconds after which the process loses its memory and restarts; 0 for never."""
    stale: float = 0.0
    """Share of OvnEips of others, 0 to 1, whose chosen address never gets into their status
    (docs/evidence/kube-ovn.md#addresses-and-snat)."""
    broken_nodes: Mapping[str, str] = field(default_factory=dict)
    """Nodes whose bridge cannot be built, each with the message that its daemon would write."""
    seed: int = 1
    """Seed of the random numbers, so that a failing run can be repeated."""
    dice: random.Random = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "dice", random.Random(self.seed))  # noqa: S311  random races, not secrets

    def forgets(self) -> bool:
        """Whether the controller's cache has not heard of its own write yet."""
        return self._happens(self.stale)

    def spoil(self, body: dict[str, Any]) -> dict[str, Any]:
        """The body unchanged or, when the race is lost, with a resourceVersion that the server rejects."""
        if self._happens(self.conflicts):
            return {**body, "metadata": {**body.get("metadata", {}), "resourceVersion": "1"}}
        return body

    def _happens(self, share: float) -> bool:
        return share > 0 and self.dice.random() < share
