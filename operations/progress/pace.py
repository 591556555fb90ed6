"""How long a plan will take, before its first write.

Two clocks run at the same time. Kube-OVN's one worker takes a quarter of a second for each new Vpc, a second for each
external port that it makes, and a third of one for each Vpc that goes. A port whose OvnEip is there before its Vpc,
pinned or requested by `up` (`operations.parts.addresses`), costs no second; other OvnEips cost the controller next to
nothing. The engine takes its time for each step and writes the whole state before and after it. What is shorter hides
in what is longer, except for a part: 100 tenants took 143 s on the real controller, where Kube-OVN alone needs 125 s
and the engine alone 60 s.

The engine's figures are of a machine with two cores (docs/benchmarks.md); a faster one needs less.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kmetal_network.cells import named, stack_in
from kmetal_network.controller_pace import connecting_seconds
from kmetal_network.names import EXTERNAL_SUBNET, external_eip
from operations.engine.events import HALVES, Outcome, Step
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
    def of(cls, planned: Outcome, side_by_side: int = 1, requested: Collection[str] = ()) -> Pace:
        """From a preview.

        Args:
            planned: of one stack, or of several that are one environment.
            side_by_side: how many stacks work at once, and do not wait.
            requested: OvnEips that are made before their Vpcs.
        """
        steps = [step for step in planned.steps if step.is_object and step.operation not in HALVES]
        routers = [step for step in steps if step.type.endswith(":Vpc")]
        vpcs = Counter(step.operation for step in routers)
        made = vpcs["create"] + vpcs["replace"]
        gone = vpcs["delete"] + vpcs["replace"]
        pinned = {_name(step) for step in (*planned.steps, *planned.unchanged) if step.type.endswith(":OvnEip")}
        there = pinned.union(requested)
        new = [_new_ports(step) - there for step in routers]
        return cls(
            controller=connecting_seconds(vpcs=made, ports=sum(map(len, new))) + gone * _GONE_SECONDS,
            engine=_engine_seconds(steps, planned.objects, side_by_side),
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


def _engine_seconds(steps: Sequence[Step], objects: Iterable[str], side_by_side: int) -> float:
    """Each stack has a state of its own; the longest one ends last."""
    sizes = Counter(map(stack_in, objects))
    of_stack = Counter(stack_in(step.urn) for step in steps)
    news = Counter(stack_in(step.urn) for step in steps if step.operation == "create")
    alone = [
        count * (_STEP_SECONDS + _WRITES * _STATE_SECONDS * _written(stack, sizes[stack], news[stack]))
        for stack, count in of_stack.items()
    ]
    return max(sum(alone) / side_by_side, max(alone, default=0.0))


def _written(stack: str, size: int, new: int) -> float:
    """Objects in the state on average; the first run of a cell writes it once (`operations.state.first_run`)."""
    return 0.0 if size == new and named(stack) else size - new / 2


def _name(step: Step) -> str:
    """Name of its object in the cluster; its name in state where the plan does not hold it."""
    inputs = step.after or step.before or {}
    metadata = inputs.get("metadata")
    named = metadata.get("name") if isinstance(metadata, Mapping) else None
    return named if isinstance(named, str) else step.name


def _new_ports(step: Step) -> set[str]:
    """OvnEips of the external ports that a step gives to its Vpc; a plan that does not hold its inputs means one."""
    if step.operation == "delete":
        return set()
    wanted = _ports(step.after)
    there = _ports(step.before) if step.operation == "update" else set()
    return {external_eip(_name(step), subnet) for subnet in wanted - there}


def _ports(inputs: Mapping[str, Any] | None) -> set[str]:
    """External Subnets that a Vpc is connected to."""
    spec = (inputs or {}).get("spec")
    if not isinstance(spec, Mapping):
        return {EXTERNAL_SUBNET}
    if spec.get("enableExternal") is not True:
        return set()
    listed = spec.get("extraExternalSubnets")
    if isinstance(listed, Sequence) and not isinstance(listed, str):
        return {str(subnet) for subnet in listed}
    return {EXTERNAL_SUBNET}
