"""Runs a stack by the Automation API: the same program, pack and state as `pulumi` by hand.

The program is handed over inline, so it also runs where the CLI has no Python language host. The policy pack is always
on, in the preview before an `up` too: a stack policy speaks only after everything has been created.
"""

from __future__ import annotations

import os
import re
import runpy
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, Protocol, TypeAlias

from pulumi import automation as auto
from pulumi.automation.events import DiagnosticEvent, EngineEvent, OpType, StepEventMetadata

from operations.inline import Inline
from operations.labels import LOOKED_AT, stale_patches
from operations.records import forget_dead_install
from underlay.errors import OperatorError, RunFailedError
from underlay.replacing import why_replaced
from underlay.settings import PROJECT

Verb: TypeAlias = Literal["preview", "up", "destroy", "refresh", "preview-destroy"]

UNCHANGED: Final = frozenset({"same", "read", "refresh"})
"""Operations after which nothing is different."""

_MARKUP: Final = re.compile(r"<\{%[^%]*%\}>")
_LOCK: Final = re.compile(r"(\S+): created by \S+@(\S+) \(pid (\d+)\)")
"""How the engine names each lock that is in its way (pulumi pkg/backend/diy/lock.go)."""

_NOISE: Final = ("KeyboardInterrupt", "Traceback", "from $PATH at")
"""What the engine says besides: its own interrupt of a failed program, and where it found a plugin."""

_SAID_AGAIN: Final = "an unhandled error occurred: "
"""What a program that refused has said already, once more."""


@dataclass(frozen=True, slots=True)
class Step:
    """One object that a run changes, or would."""

    operation: str
    urn: str
    fields: tuple[str, ...] = ()
    """Paths that differ."""
    object: str = ""
    """What stands in the cluster now: `namespace/name` or `name`; empty for what is only to be made."""

    @property
    def type(self) -> str:
        """The resource's own type."""
        return self.urn.split("::")[2].rpartition("$")[2]

    @property
    def name(self) -> str:
        """Its name in state."""
        return self.urn.rpartition("::")[2]

    @property
    def why(self) -> str:
        """Why it is replaced, where it is."""
        return why_replaced(self.type.rpartition(":")[2], self.fields) if self.operation == "replace" else ""


class Watch(Protocol):
    """Follows a run: told of each step when it begins and when it is done."""

    def __call__(self, step: Step, *, done: bool) -> None:
        """One step begins, or is done."""


@dataclass
class Outcome:
    """What a run did, or would do."""

    steps: list[Step] = field(default_factory=list)
    """Changes only, in the engine's order."""
    violations: list[str] = field(default_factory=list)
    """What the policy pack refuses."""
    advice: list[str] = field(default_factory=list)
    """What it and the program want known."""
    errors: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """Objects whose step failed: `Kind namespace/name` or `Kind name`."""
    counts: dict[str, int] = field(default_factory=dict)
    """Operations by number, unchanged ones included."""
    outputs: Mapping[str, Any] = field(default_factory=dict)
    failed: bool = False

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


def select(root: Path, stack: str, inline: Inline | None = None) -> auto.Stack:
    """The stack of an environment, made where it is not there yet.

    Args:
        root: the project.
        stack: name of the environment.
        inline: its program; only a run needs one.

    Raises:
        OperatorError: no CLI, no backend, or a wrong passphrase.
    """
    program = inline or _program(root)

    def chosen() -> auto.Stack:
        options = auto.LocalWorkspaceOptions(work_dir=str(root))
        return auto.create_or_select_stack(stack_name=stack, project_name=PROJECT, program=program, opts=options)

    try:
        try:
            return chosen()
        except auto.CommandError as error:
            if "failed to load checkpoint: EOF" not in str(error) or not _mend(root, stack):
                raise
            return chosen()
    except auto.CommandError as error:
        raise OperatorError(f"stack {stack}: {_last_words(str(error))}") from None
    except FileNotFoundError:
        raise OperatorError("pulumi is not on PATH; install it, or run `make up`, which brings its own") from None


def _program(root: Path) -> Inline:
    file = str(root / "__main__.py")

    def program() -> None:
        LOOKED_AT.set(True)  # each run of a program has a context of its own
        runpy.run_path(file, run_name="__main__")

    return Inline(program)


def _mend(root: Path, stack: str) -> bool:
    """Remove what a killed run left half written beside its state in files; True when there was something.

    The state itself is renamed into place; its attributes (content type and checksum, which may be missing) are not:
    a kill in between leaves them empty, and the engine reads no further (gocloud.dev/blob/fileblob).
    """
    url = auto.LocalWorkspace(work_dir=str(root)).who_am_i().url or ""
    if not url.startswith("file://"):
        return False
    folder = Path(url.removeprefix("file://").partition("?")[0]).expanduser() / ".pulumi" / "stacks" / PROJECT
    torn = [path for path in folder.glob(f"{stack}.json*.attrs") if not path.stat().st_size]
    for path in torn:
        path.unlink()
    return bool(torn)


def run(
    root: Path,
    stack: str,
    verb: Verb,
    *,
    watch: Watch | None = None,
    refresh: bool = False,
    policies: Path | None = None,
    targets: Sequence[str] = (),
) -> Outcome:
    """One run, to its end.

    Args:
        root: the project.
        stack: name of the environment.
        verb: what to do.
        watch: told of each step.
        refresh: read every object from the cluster first.
        policies: the policy pack; the project's own by default.
        targets: URNs; a `destroy` takes only them away, and what depends on them.
    """
    outcome = Outcome()

    def listen(event: EngineEvent) -> None:
        _hear(event, outcome, watch)

    inline = _program(root)
    selected = select(root, stack, inline)
    pack = policies or root / "policies"
    try:
        try:
            afresh = refresh or _look(selected, verb, root, stack, outcome)
            _work(selected, verb, pack, outcome, listen, refresh=afresh, targets=targets)
        except auto.ConcurrentUpdateError as error:
            if not is_abandoned(str(error)):
                raise
            selected.cancel()  # takes the lock of the dead away; the objects that it left are taken over by label
            outcome.advice.append(f"stack {stack}: the last run died and left its lock; it was taken away")
            outcome.errors.clear()
            if verb == "up" and (told := forget_dead_install(root, stack, selected)):
                outcome.advice.append(told)
            _look(selected, verb, root, stack, outcome)
            # What the dead run deleted may still stand in the state, and Helm refuses to uninstall what is not there.
            _work(selected, verb, pack, outcome, listen, refresh=True, targets=targets)
    except auto.ConcurrentUpdateError:
        raise OperatorError(
            f"stack {stack}: another run holds its lock; wait for it, or `pulumi cancel -s {stack}` if it is dead"
        ) from None
    except auto.CommandError as error:
        outcome.failed = True
        if not outcome.errors and not outcome.violations:
            outcome.errors.append(f"stack {stack}: {_last_words(str(error))}")
    finally:
        inline.end()
    return outcome


def _look(stack: auto.Stack, verb: Verb, root: Path, name: str, outcome: Outcome) -> bool:
    """Bring the state's patches of Nodes up to date before a run; True where a preview has to do it by itself."""
    if verb == "refresh":
        return False
    stale = stale_patches(root, name, stack)
    outcome.advice.extend(patch.why for patch in stale)
    if stale and verb in ("up", "destroy"):
        stack.refresh(target=[patch.urn for patch in stale], color="never")
        return False
    return bool(stale)


def _work(
    stack: auto.Stack,
    verb: Verb,
    pack: Path,
    outcome: Outcome,
    listen: Callable[[EngineEvent], None],
    *,
    refresh: bool,
    targets: Sequence[str],
) -> None:
    """Hand the verb to the engine."""
    packs = [str(pack)]
    match verb:
        case "preview":
            stack.preview(on_event=listen, refresh=refresh, policy_packs=packs, color="never")
        case "up":
            result = stack.up(on_event=listen, refresh=refresh, policy_packs=packs, color="never")
            outcome.outputs = {key: output.value for key, output in result.outputs.items()}
        case "destroy":
            aim = list(targets) or None
            stack.destroy(
                on_event=listen, refresh=refresh, target=aim, target_dependents=aim is not None, color="never"
            )
        case "preview-destroy":
            stack.preview_destroy(on_event=listen, refresh=refresh, color="never")
        case "refresh":
            stack.refresh(on_event=listen, color="never")


def is_abandoned(refusal: str) -> bool:
    """Tell from the engine's refusal whether each lock belongs to a process of this machine that lives no more.

    Only for state in files: any other backend is shared with machines that may be called as this one is. Where it is
    not certain the answer is no, and the operator decides.
    """
    locks = _LOCK.findall(refusal)
    here = socket.gethostname()
    return bool(locks) and all(
        place.startswith("file://") and host == here and not _lives(int(pid)) for place, host, pid in locks
    )


def _lives(pid: int) -> bool:
    """Whether a process runs; one that was killed and that nobody has reaped yet does not."""
    with suppress(OSError):  # no /proc on this system: the signal below tells
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:1] == ["Z"]:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _hear(event: EngineEvent, outcome: Outcome, watch: Watch | None) -> None:
    """Takes one engine event in."""
    if event.resource_pre_event:
        metadata = event.resource_pre_event.metadata
        fields = tuple(sorted(metadata.detailed_diff or metadata.diffs or ()))
        step = Step(_operation(metadata.op), metadata.urn, fields, metadata.old.id if metadata.old else "")
        if step.operation not in UNCHANGED and not step.type.startswith("pulumi:"):
            outcome.steps.append(step)
        if watch:
            watch(step, done=False)
    elif event.res_outputs_event and watch:
        metadata = event.res_outputs_event.metadata
        watch(Step(_operation(metadata.op), metadata.urn), done=True)
    elif event.res_op_failed_event:
        outcome.broken.append(_object(event.res_op_failed_event.metadata))
    elif event.policy_event:
        mandatory = event.policy_event.enforcement_level == "mandatory"
        (outcome.violations if mandatory else outcome.advice).append(_plain(event.policy_event.message))
    elif event.diagnostic_event and not event.diagnostic_event.ephemeral:
        _hear_diagnostic(event.diagnostic_event, outcome)
    elif event.summary_event:
        outcome.counts = {_operation(key): value for key, value in event.summary_event.resource_changes.items()}


def _object(metadata: StepEventMetadata) -> str:
    """Which object of the cluster a step is about."""
    state = metadata.new or metadata.old
    named = ((state.inputs if state else {}) or {}).get("metadata") or {}
    key = "/".join(str(part) for part in (named.get("namespace"), named.get("name")) if part)
    return f"{metadata.type.rpartition(':')[2]} {key}"


def _hear_diagnostic(diagnostic: DiagnosticEvent, outcome: Outcome) -> None:
    text = _plain(diagnostic.message).removeprefix(_SAID_AGAIN)
    if not text or any(noise in text for noise in _NOISE):
        return
    urn = diagnostic.urn or ""
    spoken = text if not urn or "pulumi:pulumi:Stack" in urn else f"{urn.rpartition('::')[2]}: {text}"
    if diagnostic.severity == "error":
        outcome.errors.append(spoken)
    elif diagnostic.severity == "warning":
        outcome.advice.append(spoken)


def _operation(value: OpType | str) -> str:
    return value.value if isinstance(value, OpType) else str(value)


def _plain(text: str) -> str:
    return _MARKUP.sub("", text).strip()


def _last_words(text: str) -> str:
    """The engine's own error out of a CommandError, which carries all of its output."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "error:" in line]
    return (errors or lines or ["no output"])[-1].removeprefix("stderr: ").removeprefix("error: ")
