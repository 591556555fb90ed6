"""How long a plan will take, before its first write.

Two clocks run at the same time. Kube-OVN's one worker takes a second and a quarter for each new Vpc, and a third of
one for each that goes. The engine takes its time for each step and writes the whole state before and after it. What is
shorter hides in what is longer, except for a part: 100 tenants took 143 s on the real controller, where Kube-OVN alone
needs 125 s and the engine alone 60 s.

The engine's figures are of a machine with two cores (docs/benchmarks.md); a faster one needs less.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from operations.engine.events import HALVES, Outcome
from operations.engine.parallelism import VPC_SECONDS
from operations.progress.tally import duration

_GONE_SECONDS: Final = 0.31
"""For each Vpc that goes: 450 of them were gone after 141 s."""

_STEP_SECONDS: Final = 0.044
_STATE_SECONDS: Final = 0.00013
"""For each write of the state, times the objects in it; both from first runs of 82 and 282 objects."""

_WRITES: Final = 2
"""Of the state for each step."""

_SHOWS: Final = 0.3
"""Part of the shorter of the two that is not hidden."""

_WORTH_SAYING: Final = 30.0
"""Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds that a plan takes."""

    controller: float
    engine: float

    @classmethod
    def of(cls, planned: Outcome) -> Pace:
        """From a preview."""
        steps = [step for step in planned.steps if step.is_object and step.operation not in HALVES]
        vpcs = Counter(step.operation for step in steps if step.type.endswith(":Vpc"))
        made = vpcs["create"] + vpcs["replace"]
        gone = vpcs["delete"] + vpcs["replace"]
        news = sum(step.operation == "create" for step in steps)
        in_state = len(planned.objects) - news / 2
        return cls(
            controller=made * VPC_SECONDS + gone * _GONE_SECONDS,
            engine=len(steps) * (_STEP_SECONDS + _WRITES * _STATE_SECONDS * in_state),
        )

    @property
    def seconds(self) -> float:
        """All in all."""
        shorter, longer = sorted((self.controller, self.engine))
        return longer + _SHOWS * shorter

    def __str__(self) -> str:
        """For an operator; empty where it is over before it is read."""
        if self.seconds < _WORTH_SAYING:
            return ""
        whose = f", of which {duration(self.controller)} are Kube-OVN's: it takes one Vpc after the other"
        return f"about {duration(self.seconds)}{whose if self.controller >= _WORTH_SAYING else ''}"
