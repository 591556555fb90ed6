"""What a run of the engine did, or would do, out of the events that it reports."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from pulumi.automation.events import DiagnosticEvent, EngineEvent, OpType, PolicyEvent, StepEventMetadata

from kmetal_network.errors import RunFailedError
from kmetal_network.manifests.replacement import why_replaced

UNCHANGED: Final = frozenset({"same", "read", "refresh"})
"""Operations after which nothing is different."""

HALVES: Final = frozenset({"create-replacement", "delete-replaced"})
"""What a `replace` consists of."""

_MARKUP: Final = re.compile(r"<\{%[^%]*%\}>")

_NOISE: Final = ("KeyboardInterrupt", "Traceback", "from $PATH at")
"""What the engine says besides: its own interrupt of a failed program, and where it found a plugin."""

_SAID_AGAIN: Final = "an unhandled error occurred: "
"""What a program that refused has said already, once more."""

SEPARATOR: Final = "\x1e"
"""Between the notes of one message: the engine answers each, and 900 notes of 450 tenants took 0.4 s of each run."""

_STACK: Final = "pulumi:pulumi:Stack"

_KUBERNETES: Final = "kubernetes:"
"""How the types of what stands in the cluster begin; stack, provider and components stand in the state alone."""


@dataclass(frozen=True, slots=True)
class Step:
    """One object that a run changes, or would."""

    operation: str
    urn: str
    fields: tuple[str, ...] = ()
    """Paths that differ."""
    object: str = ""
    """What stands in the cluster by the state: `namespace/name` or `name`; empty for what is only to be made."""
    about: str = ""
    """The object that it is to be, or was: `Kind namespace/name` or `Kind name`."""
    before: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)
    """Inputs that the state holds, whole; None for what is to be made."""
    after: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)
    """Inputs that the program asks for, whole; None for what goes."""
    forced: tuple[str, ...] = field(default=(), compare=False, repr=False)
    """Paths of which the engine says that they force a replacement."""
    failed: bool = field(default=False, compare=False)
    """Whether it is done because it failed."""

    @property
    def type(self) -> str:
        """The resource's own type."""
        return self.urn.split("::")[2].rpartition("$")[2]

    @property
    def name(self) -> str:
        """Its name in state."""
        return self.urn.rpartition("::")[2]

    @property
    def is_object(self) -> bool:
        """Whether it stands in the cluster, unlike a component, which only groups objects."""
        return self.type.startswith(_KUBERNETES)

    @property
    def is_patch(self) -> bool:
        """Whether it is some fields on an object of somebody else, which outlives it."""
        return self.is_object and self.type.endswith("Patch")

    @property
    def why(self) -> str:
        """Why it is replaced, where it is."""
        return why_replaced(self.type.rpartition(":")[2], self.fields) if self.operation == "replace" else ""


class Watch(Protocol):
    """Follows a run: called when each step begins and when it is done."""

    def __call__(self, step: Step, *, done: bool) -> None:
        """One step begins, or is done."""


@dataclass
class Outcome:
    """What a run did, or would do."""

    steps: list[Step] = field(default_factory=list)
    """Changes only, in the engine's order."""
    unchanged: list[Step] = field(default_factory=list)
    """Objects of the cluster that stay as they are."""
    policies: list[tuple[str, str, str]] = field(default_factory=list)
    """What policies found: level, URN of the resource, and the sentence; several lines where it has several."""
    violations: list[str] = field(default_factory=list)
    """What the policy pack refuses."""
    remarks: list[str] = field(default_factory=list)
    """What it tells and does not refuse."""
    advice: list[str] = field(default_factory=list)
    """What the program wants known."""
    errors: list[str] = field(default_factory=list)
    failed_objects: dict[str, str] = field(default_factory=dict)
    """Objects whose step failed, `Kind namespace/name` or `Kind name`, to their URN."""
    errors_by_urn: dict[str, str] = field(default_factory=dict)
    """URN to what the engine said of its failure."""
    counts: dict[str, int] = field(default_factory=dict)
    """Operations by number, unchanged ones, components, provider and stack included."""
    objects: set[str] = field(default_factory=set)
    """URNs of the objects of the cluster that the run was about, unchanged ones included."""
    outputs: Mapping[str, Any] = field(default_factory=dict)
    """What the program exports, after an `up`."""
    outdated: bool = False
    """Whether the state holds other credentials than today's, or not the cluster that it is of; no object differs."""
    failed: bool = False
    state: str = ""
    """When the state was last written, in RFC 3339: its version. Empty before the first `up`."""
    interrupted: bool = False
    """Whether somebody ended the run."""
    skipped: tuple[str, ...] = ()
    """Stacks of an environment that were not asked, because their states are as the settings want them."""
    idle: tuple[str, ...] = ()
    """Stacks that were asked, and of which not even the state has to be written."""

    @property
    def changes(self) -> dict[str, int]:
        """Operations that change something, by number."""
        return {operation: count for operation, count in self.counts.items() if operation not in UNCHANGED and count}

    def stop(self) -> None:
        """End with everything that went wrong.

        Raises:
            RunFailedError: the run failed.
        """
        if self.failed:
            said = list(dict.fromkeys(self.violations + self.errors)) or ["the engine failed and said nothing"]
            raise RunFailedError("\n".join(said))


def record(event: EngineEvent, outcome: Outcome, watch: Watch | None) -> None:
    """Takes one engine event in."""
    if event.resource_pre_event:
        _hear_planned(event.resource_pre_event.metadata, outcome, watch)
    elif event.res_outputs_event:
        _record_done(event.res_outputs_event.metadata, outcome, watch)
    elif event.res_op_failed_event:
        metadata = event.res_op_failed_event.metadata
        outcome.failed_objects[_object(metadata)] = metadata.urn
        _tell_done(metadata, watch, failed=True)
    elif event.policy_event:
        _record_policy(event.policy_event, outcome)
    elif event.diagnostic_event and not event.diagnostic_event.ephemeral:
        _record_diagnostic(event.diagnostic_event, outcome)
    elif event.summary_event:
        outcome.counts = {_operation(key): value for key, value in event.summary_event.resource_changes.items()}


def _hear_planned(metadata: StepEventMetadata, outcome: Outcome, watch: Watch | None) -> None:
    fields = tuple(sorted(metadata.detailed_diff or metadata.diffs or ()))
    stands = metadata.old.id if metadata.old else ""
    kind = _operation(metadata.op)
    step = Step(kind, metadata.urn, fields, stands, _object(metadata), *_inputs(metadata), _forced(metadata))
    if step.is_object:
        outcome.objects.add(step.urn)
        if step.operation in UNCHANGED:
            outcome.unchanged.append(step)
    if step.operation not in UNCHANGED and not step.type.startswith("pulumi:"):
        outcome.steps.append(step)
    if watch:
        watch(step, done=False)


def _inputs(metadata: StepEventMetadata) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    """Inputs before and after, as the event has them; a deletion asks for none."""
    before, after = (None if state is None else state.inputs or {} for state in (metadata.old, metadata.new))
    operation = _operation(metadata.op)
    if operation in ("delete", "delete-replaced"):
        return before or after, None
    return (None if operation in ("create", "create-replacement") else before), after


def _forced(metadata: StepEventMetadata) -> tuple[str, ...]:
    """Paths that the engine would replace for: `update-replace` and its kin, and the provider's own list."""
    detailed = (metadata.detailed_diff or {}).items()
    forced = {path for path, diff in detailed if str(getattr(diff.diff_kind, "value", "")).endswith("-replace")}
    return tuple(sorted(forced | set(metadata.keys or ())))


def _record_policy(event: PolicyEvent, outcome: Outcome) -> None:
    text = _plain(event.message)
    said = text.partition("\n")[2] or text  # the SDK puts the policy's description above
    outcome.policies.append((event.enforcement_level, event.resource_urn or "", said))
    if event.enforcement_level == "mandatory":
        outcome.violations.append(text)
        return
    outcome.remarks.append(said)


def _record_done(metadata: StepEventMetadata, outcome: Outcome, watch: Watch | None) -> None:
    if metadata.type == _STACK and metadata.new:
        outcome.outputs = metadata.new.outputs or {}
    _tell_done(metadata, watch)


def _tell_done(metadata: StepEventMetadata, watch: Watch | None, *, failed: bool = False) -> None:
    if watch:
        before, after = _inputs(metadata)
        about = _object(metadata)
        step = Step(_operation(metadata.op), metadata.urn, about=about, before=before, after=after, failed=failed)
        watch(step, done=True)


def _object(metadata: StepEventMetadata) -> str:
    """Which object of the cluster a step is about."""
    state = metadata.new or metadata.old
    named = ((state.inputs if state else {}) or {}).get("metadata") or {}
    key = "/".join(str(part) for part in (named.get("namespace"), named.get("name")) if part)
    return f"{metadata.type.rpartition(':')[2]} {key}"


def _record_diagnostic(diagnostic: DiagnosticEvent, outcome: Outcome) -> None:
    text = _plain(diagnostic.message).removeprefix(_SAID_AGAIN)
    if not text or any(noise in text for noise in _NOISE):
        return
    urn = diagnostic.urn or ""
    spoken = text if not urn or _STACK in urn else f"{urn.rpartition('::')[2]}: {text}"
    if diagnostic.severity == "error":
        outcome.errors.append(spoken)
        outcome.errors_by_urn[urn] = "\n".join(filter(None, (outcome.errors_by_urn.get(urn), text)))
    elif diagnostic.severity == "warning":
        outcome.advice += spoken.split(SEPARATOR)


def _operation(value: OpType | str) -> str:
    return value.value if isinstance(value, OpType) else str(value)


def _plain(text: str) -> str:
    return _MARKUP.sub("", text).strip()
