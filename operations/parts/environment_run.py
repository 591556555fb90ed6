"""One run of the engine for a whole environment, whatever number of stacks it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from pulumi import automation as auto

from kmetal_network.cells import Part, named, stack_in
from kmetal_network.config.stackfile import Environment, load_stack
from kmetal_network.errors import OperatorError
from kmetal_network.live.values import Object
from operations.engine.events import Outcome, Watch
from operations.engine.stack import cli, deployment_of
from operations.parts.as_applied import is_as_applied
from operations.parts.messages import Task
from operations.parts.outcomes import merged, outcomes_of
from operations.parts.workers import Result, Workers
from operations.run import run, stopped
from operations.state.node_patches import stale_patches
from operations.state.run_context import RunContext
from operations.state.stack_state import State
from operations.state.sync import Verb

_ENDS: Final = ("destroy", "preview-destroy")


def run_environment(
    root: Path,
    name: str,
    verb: Verb,
    *,
    watch: Watch | None = None,
    refresh: bool = False,
    targets: Sequence[str] | None = None,
    run_context: RunContext | None = None,
    skip: Sequence[str] | None = None,
) -> Outcome:
    """One run of each stack that the environment needs it for: the platform first, then cells side by side.

    Args:
        root: the project.
        name: of the environment.
        verb: what to do.
        watch: called with each step.
        refresh: read every object from the cluster first.
        targets: URNs; a `destroy` deletes only these and their dependents. None for everything.
        run_context: what the run and its program should know beforehand.
        skip: stacks that need no run; None for those whose states show that they are as the settings want them.

    Returns:
        What all of them did, as one run.

    Raises:
        OperatorError: as for `operations.run.run`; of several stacks, all findings at once.
    """
    environment, _ = load_stack(root, name)
    if not environment.settings.cells:
        return run(root, name, verb, watch=watch, refresh=refresh, targets=targets, run_context=run_context)
    parts = Part.all(name, environment.settings.cells)
    egress = run_context.egress if run_context else {}
    applied: frozenset[str] = frozenset()
    if targets is not None:
        parts = tuple(part for part in parts if any(stack_in(urn) == part.stack for urn in targets))
    elif verb == "preview" or (verb == "up" and skip is None):
        view = run_context.view if run_context else None
        nodes, uid = (view.objects("Node"), view.uid()) if view else ({}, "")
        applied = as_applied(root, environment.with_egress(egress), parts, nodes, uid)
        skip = (() if refresh else _unasked(name, parts, applied)) if skip is None else skip
    skip = skip or ()
    tasks = [
        Task(
            root=root,
            stack=part.stack,
            verb=verb,
            refresh=refresh,
            targets=None if targets is None else tuple(urn for urn in targets if stack_in(urn) == part.stack),
            egress=egress,
        )
        for part in parts
        if part.stack not in skip
    ]
    outcome = run_tasks(name, tasks, verb, watch, run_context)
    outcome.skipped = tuple(skip)
    outcome.idle = tuple(stack for stack in outcome.idle if stack == name or stack in applied)
    return outcome


def run_tasks(
    name: str, tasks: Sequence[Task], verb: Verb, watch: Watch | None, run_context: RunContext | None = None
) -> Outcome:
    """Those runs of an environment's stacks, in the order that the verb asks for.

    Args:
        name: of the environment.
        tasks: one for each stack that is to run.
        verb: what they do.
        watch: called with each step.
        run_context: for the run of a single task, which is in this process; of several, `before` counts.

    Raises:
        OperatorError: no task could run.
    """
    if len(tasks) == 1:  # in this process, which spares the start of another and a second look at the cluster
        [task] = tasks
        alone = run(
            task.root,
            task.stack,
            verb,
            watch=watch,
            refresh=task.refresh,
            targets=task.targets,
            run_context=run_context,
        )
        return merged({task.stack: alone})
    platform = [task for task in tasks if named(task.stack) is None]
    cells = [task for task in tasks if task not in platform]
    waves = [cells, platform] if verb in _ENDS else [platform, cells]
    if verb == "preview":
        waves = [[*tasks]]  # nothing is written, so nothing has to wait
    results: dict[str, Result] = {}
    with Workers.hired(len(tasks)) as workers:
        for wave in waves:
            results |= workers.run(wave, watch, run_context.before if run_context else None)
            if any(isinstance(result, OperatorError) or result.failed for result in results.values()):
                break
        ended = workers.stopped
    outcome = merged(outcomes_of(results))
    outcome.interrupted |= ended
    if missing := [task.stack for task in tasks if task.stack not in results]:
        outcome.failed = True
        if outcome.interrupted:
            outcome.errors[:] = [str(stopped(name, verb))]
        else:
            outcome.errors.append(f"not begun, because another stack failed: {', '.join(missing)}")
    return outcome


def as_applied(
    root: Path, environment: Environment, parts: Sequence[Part], nodes: Mapping[str, Object], uid: str = ""
) -> frozenset[str]:
    """The stacks whose states show that the engine would find nothing to do.

    Args:
        root: the project.
        environment: the whole environment.
        parts: the stacks in question.
        nodes: those of the cluster, by name; none where it was not looked at.
        uid: of the cluster; empty where it was not looked at.
    """
    cli()  # asked for its version once, and not by each thread
    with ThreadPoolExecutor() as threads:
        states = list(threads.map(lambda part: _state(root, part.stack), parts))
    return frozenset(
        part.stack
        for part, state in zip(parts, states, strict=True)
        if state is not None
        and is_as_applied(environment.of_stack(part.cell), state, uid)
        and not _is_stale(state, nodes)
    )


def _state(root: Path, stack: str) -> Mapping[str, Any] | None:
    """None where it cannot be read: the run of that stack then says why."""
    try:
        return deployment_of(root, stack)
    except auto.CommandError:
        return None


def _is_stale(deployment: Mapping[str, Any], nodes: Mapping[str, Object]) -> bool:
    """Whether Kube-OVN has turned a gateway label off, or a gateway node has left, since the state was written."""
    patches = State.of(deployment).patches
    return any(True for _ in stale_patches(patches, nodes))


def _unasked(platform: str, parts: Sequence[Part], applied: frozenset[str]) -> Sequence[str]:
    """What need not be asked. One stack always is: its program looks at the cluster before anything is written."""
    stacks = [part.stack for part in parts]
    return [stack for stack in stacks if stack in applied and (stack != platform or not applied.issuperset(stacks))]
