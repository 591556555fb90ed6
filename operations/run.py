"""Runs a stack by the Automation API: the same program, pack and state as `pulumi` by hand.

The program is handed over inline, so it also runs where the CLI has no Python language host. The policy pack is always
on, in the preview before an `up` too: a stack policy speaks only after everything has been created.

Before each run `operations.state.sync` holds the state to the cluster.
"""

from __future__ import annotations

import runpy
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypedDict

from pulumi import automation as auto
from pulumi.automation.events import EngineEvent

from kmetal_network.errors import Finding, OperatorError
from kmetal_network.finding_codes.codes import STOPPED
from operations.console import note
from operations.engine.events import Outcome, Watch, record
from operations.engine.inline_program import Inline
from operations.engine.interruption import Interruption
from operations.engine.parallelism import steps_in_flight
from operations.engine.stack import is_abandoned, last_words, locked_since, select
from operations.state.run_context import RUN_CONTEXT, RunContext
from operations.state.sync import WRITING, ReadPlan, Verb, reconcile


class _Common(TypedDict):
    """What every verb passes to the engine."""

    on_event: Callable[[EngineEvent], None]
    parallel: int | None
    color: str


def run(
    root: Path,
    stack: str,
    verb: Verb,
    *,
    watch: Watch | None = None,
    refresh: bool = False,
    policies: Path | None = None,
    targets: Sequence[str] | None = None,
    run_context: RunContext | None = None,
) -> Outcome:
    """One run of one stack, to its end.

    Args:
        root: the project.
        stack: name of the stack.
        verb: what to do.
        watch: called with each step.
        refresh: read every object from the cluster first.
        policies: the policy pack; the project's own by default.
        targets: URNs; a `destroy` deletes only these and their dependents. None for the whole stack.
        run_context: what the run and its program should know beforehand; a view only for a verb that writes nothing.

    Raises:
        ValueError: targets without a target, which to the engine is the whole stack; or a view for a verb that writes.
        OperatorError: settings, cluster or lock do not let it run.
    """
    if targets is not None and not targets:
        raise ValueError("no target; to the engine that is the whole stack")
    run_context = run_context or RunContext()
    if run_context.view is not None and verb in WRITING:
        raise ValueError(f"{verb} writes, so it has to look at the cluster by itself")
    outcome = Outcome()
    interruption = Interruption(outcome, run_context.tell or note)

    def listen(event: EngineEvent) -> None:
        interruption.hear(event)
        record(event, outcome, watch)

    inline = _program(root, run_context)
    selected = select(root, stack, inline)
    # The CLI's Python language host joins the pack's `virtualenv` to the path as given, links unread.
    pack = (policies or root / "policies").resolve()
    try:
        try:
            reads = _prepared(selected, verb, root, outcome, run_context, refresh=refresh)
            with interruption.armed():
                _work(selected, verb, pack, listen, reads, run_context, targets=targets)
        except auto.ConcurrentUpdateError as error:
            if not is_abandoned(str(error)):
                raise
            selected.cancel()  # takes the lock of the dead away; the objects that it left are taken over by label
            outcome.advice.append(f"stack {stack}: the last run died and left its lock; it was taken away")
            outcome.errors.clear()
            run_context.died = locked_since(str(error))
            # What the dead run deleted may still stand in the state, and Helm refuses to uninstall what is not there.
            reads = _prepared(selected, verb, root, outcome, run_context, refresh=True)
            with interruption.armed():
                _work(selected, verb, pack, listen, reads, run_context, targets=targets)
    except auto.ConcurrentUpdateError:
        raise OperatorError(
            f"stack {stack}: another run holds its lock; wait for it, or `pulumi cancel -s {stack}` if it is dead"
        ) from None
    except auto.CommandError as error:
        outcome.failed = True
        if not outcome.errors and not outcome.violations:
            outcome.errors.append(f"stack {stack}: {last_words(str(error))}")
    finally:
        inline.end()
    if outcome.interrupted and (outcome.failed or verb.startswith("preview")):
        outcome.failed = True
        outcome.errors[:] = [str(stopped(stack, verb))]
    return outcome


def stopped(stack: str, verb: Verb) -> Finding:
    """What stands after a run that somebody ended, and how to go on."""
    if verb.startswith("preview"):
        problem, remedy = "the preview was stopped; nothing was written", "run it again"
    else:
        problem = f"the {verb} was stopped on the way; the state holds all that was done"
        remedy = "run the same command again: it goes on from there, and nothing has to be cleaned up"
    return Finding(place=f"stack {stack}", problem=problem, remedy=remedy, rule=STOPPED)


def _prepared(
    stack: auto.Stack, verb: Verb, root: Path, outcome: Outcome, run_context: RunContext, *, refresh: bool
) -> ReadPlan:
    """All that comes before the engine, while Ctrl-C still ends this process itself."""
    reads = reconcile(stack, verb, root, outcome, run_context, refresh=refresh)
    if run_context.before:
        run_context.before(stack.name)
    return reads


def _work(
    stack: auto.Stack,
    verb: Verb,
    pack: Path,
    listen: Callable[[EngineEvent], None],
    reads: ReadPlan,
    run_context: RunContext,
    *,
    targets: Sequence[str] | None,
) -> None:
    """Hand the verb to the engine."""
    packs, refresh = [str(pack)], reads.refresh
    common = _Common(on_event=listen, parallel=steps_in_flight(run_context.side_by_side), color="never")
    match verb:
        case "preview":
            through = refresh and reads.with_program
            stack.preview(**common, refresh=refresh, run_program=through, policy_packs=packs)
        case "up":
            stack.up(**common, refresh=refresh, policy_packs=packs)
        case "destroy":
            aim = None if targets is None else list(targets)
            stack.destroy(**common, refresh=refresh, target=aim, target_dependents=aim is not None)
        case "preview-destroy":
            stack.preview_destroy(**common)
        case "renew":
            pass  # `operations.state.sync` has done it


def _program(root: Path, run_context: RunContext) -> Inline:
    file = str(root / "__main__.py")

    def program() -> None:
        RUN_CONTEXT.set(run_context)
        runpy.run_path(file, run_name="__main__")

    return Inline(program)
