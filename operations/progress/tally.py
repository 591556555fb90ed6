"""Where a run stands: layer, objects, tenants, and what is waited for.

An event costs a few look-ups, whatever the run's size; sentences are made only when somebody looks.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from kmetal_network.names import TENANT_LABEL
from operations.engine.events import HALVES, Outcome, Step

LAYERS: Final[Mapping[str, str]] = {
    "CniStack": "chart",
    "AdmissionWall": "admission policies",
    "MetalLB": "pools",
    "ProviderNetwork": "provider network",
    "TenantNetwork": "tenants",
}
"""Class in a component's type token to the layer's name, in the order of the layers."""

_COMPONENT: Final = "kmetal:network:"

_LISTED: Final = 3
"""Objects that a line names."""

_WAIT: Final = 2.0
"""Seconds after which an object counts as waited for."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a plan says that a run will do."""

    objects: int = 0
    """Objects of the cluster, unchanged ones included."""

    tenants: Mapping[str, int] = field(default_factory=dict)
    """Name of the tenant to the number of its objects."""

    seconds: float = 0.0
    """How long it will take; 0 where no one knows."""

    @classmethod
    def of(cls, planned: Outcome, seconds: float = 0.0) -> Expected:
        """From a preview."""
        steps = {step.urn: step for step in (*planned.unchanged, *planned.steps) if step.is_object}
        tenants = Counter(tenant for step in steps.values() if (tenant := tenant_of(step)))
        return cls(len(steps), tenants, seconds)


class Tally:
    """Counts a run's steps; the engine's events come in another thread than the looks."""

    def __init__(self, expected: Expected | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._expected, self._clock = expected or Expected(), clock
        self._begun = clock()
        self._running: dict[str, tuple[Step, float]] = {}
        self._done: set[str] = set()
        self._tenants: Counter[str] = Counter()
        self._lock = Lock()

    def __call__(self, step: Step, *, done: bool) -> None:
        """One step begins, or is done."""
        with self._lock:
            if not done:
                self._running[step.urn] = (step, self._clock())
                return
            self._running.pop(step.urn, None)
            # The halves of a replacement end before it does.
            if step.is_object and not step.failed and step.operation not in HALVES and step.urn not in self._done:
                self._done.add(step.urn)
                if tenant := tenant_of(step):
                    self._tenants[tenant] += 1

    def line(self) -> str:
        """All of it in one line, without the run's title."""
        with self._lock:
            running, tenants, done = list(self._running.values()), dict(self._tenants), len(self._done)
        wanted = self._expected
        parts = [
            _layer(running),
            f"{done} of {wanted.objects} objects" if wanted.objects else f"{done} objects",
            _whole(tenants, wanted.tenants),
            self._waited_for(running),
            self._time(),
        ]
        return ", ".join(filter(None, parts))

    def _waited_for(self, running: list[tuple[Step, float]]) -> str:
        now = self._clock()
        waits = sorted((since, step.about or step.name) for step, since in running if step.is_object)
        named = [f"{about} ({now - since:.0f} s)" for since, about in waits if now - since >= _WAIT]
        more = f" and {len(named) - _LISTED} more" if len(named) > _LISTED else ""
        return f"waits for {', '.join(named[:_LISTED])}{more}" if named else ""

    def _time(self) -> str:
        passed = duration(self._clock() - self._begun)
        return f"{passed} of about {duration(self._expected.seconds)}" if self._expected.seconds else passed


def tenant_of(step: Step) -> str:
    """Name of the tenant by the label of its object; empty for an object of the platform, and where none is known."""
    labels = ((step.after or step.before or {}).get("metadata") or {}).get("labels") or {}
    return str(labels.get(TENANT_LABEL) or "")


def duration(seconds: float) -> str:
    """For people: `42 s`, `9 min`."""
    return f"{seconds:.0f} s" if seconds < 2 * 60 else f"{seconds / 60:.0f} min"


def _layer(running: list[tuple[Step, float]]) -> str:
    """The first layer that is not done, as far as something of it is in flight."""
    found = {layer for step, _ in running for name, layer in LAYERS.items() if f"{_COMPONENT}{name}$" in step.urn}
    return next((layer for layer in LAYERS.values() if layer in found), "")


def _whole(tenants: Mapping[str, int], wanted: Mapping[str, int]) -> str:
    if not wanted:
        return ""
    whole = sum(tenants.get(name, 0) >= number for name, number in wanted.items())
    return f"{whole} of {len(wanted)} tenants"
