"""`kmetal-network up` and `destroy`: the engine's run, with the checks that the engine does not make.

The engine plans and applies. These commands add four checks: is this the cluster that the settings name? Would the
plan cut anybody off? Did a killed run leave orphans? Which routers must be deleted before the plan's own steps?
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

import typer

from kmetal_network.config.stackfile import Environment, load_stack
from kmetal_network.counting import counted
from kmetal_network.errors import Finding, OperatorError
from operations.cluster.live import LiveCluster
from operations.cluster.owned_objects import owned_objects, transfer_field_ownership
from operations.cluster.view import ClusterView
from operations.cluster.writing import WritableCluster
from operations.console import Notes, Output, marked
from operations.engine.events import HALVES, Outcome
from operations.impact.guard import guard
from operations.parts.environment_run import run_environment
from operations.preflight.orphans import left_behind
from operations.preview.previewing import hold_to_review, live_plan, previewed_plan
from operations.progress.pace import Pace
from operations.progress.reporting import Report, both, report_of
from operations.progress.tally import Expected
from operations.progress.watching import watched
from operations.rerouting import reroute, to_be_taken_down
from operations.state.identity import make_sure_of_identity
from operations.state.run_context import RunContext
from operations.state.sync import WRITING, Verb
from operations.verify.readiness import explain_failure

_DONE: Final = {"create": "created", "update": "updated", "delete": "deleted", "replace": "replaced"}

C = TypeVar("C", bound=LiveCluster)


def up(
    root: Path,
    stack: str,
    *,
    yes: bool,
    refresh: bool,
    reviewed: str = "",
    every: bool = False,
    output: Output = Output.TEXT,
) -> None:
    """Show the plan, ask, apply, and wait until every object is ready.

    Args:
        root: the project.
        stack: name of the environment.
        yes: apply without asking.
        refresh: read every object from the cluster first.
        reviewed: digest of the plan that was reviewed; no other plan is applied.
        every: ask the engine about cells, too, that are as applied by their states.
        output: what stdout gets; json streams the steps.

    Raises:
        OperatorError: the settings are wrong; the cluster does not answer, or is another one; the run failed; or the
            plan would cut somebody off, ignores orphans of a killed run, or is not the reviewed one.
    """
    report = report_of(stack, output, yes=yes)
    if reviewed:  # with a read-only client: the code below may write before it has a plan
        hold_to_review(previewed_plan(root, stack, refresh=refresh, every=every), reviewed)
    with visit(root, stack, WritableCluster, report) as (visited, cluster):
        visited.every = every
        # First, because fields that earlier runs own would conflict with the preview.
        transfer_field_ownership(visited.environment, cluster, owned_objects(visited.environment, visited.view))
        if cluster.writes:
            visited.look_anew()
        planned = visited.plan("preview", f"previewing {stack}", refresh=refresh)
        visited.hold(planned)
        if reviewed:  # again: the cluster may have changed meanwhile
            hold_to_review(live_plan(visited.environment, visited.view, planned, warnings=visited.warnings), reviewed)
        if not planned.steps:
            visited.renew(planned, refresh=refresh)
            return
        visited.show_rerouted()
        if not yes:
            typer.confirm(f"Apply to {stack}?", abort=True)
        visited.reroute(planned)
        outcome = visited.run(
            "up",
            f"applying {stack}",
            refresh=refresh,
            expected=Expected.of(planned, Pace.of(planned).seconds),
            skip=(*planned.skipped, *planned.idle),
        )
    done = Counter(step.operation for step in outcome.steps if step.is_object and step.operation not in HALVES)
    said = ", ".join(f"{number} {_DONE.get(operation, operation)}" for operation, number in sorted(done.items()))
    visited.report.end(done, said or "nothing changed")


def destroy(root: Path, stack: str, *, yes: bool, output: Output = Output.TEXT) -> None:
    """Show, ask, and take away in the order that leaves nothing behind.

    Raises:
        OperatorError: as for `up`.
    """
    with visit(root, stack, LiveCluster, report_of(stack, output, yes=yes)) as (visited, _):
        planned = visited.run("preview-destroy", f"previewing the end of {stack}")
        visited.hold(planned, ends=True)
        if not yes:
            typer.confirm(f"Delete the whole network of {stack}?", abort=True)
            visited.look_anew()  # the operator may have taken a while to answer
            visited.hold(planned, ends=True)
        outcome = visited.run("destroy", f"deleting {stack}", expected=Expected.of(planned, Pace.of(planned).seconds))
    gone = [step.is_patch for step in outcome.steps if step.is_object and step.operation == "delete"]
    patches, objects = counted(sum(gone), "patch", "patches"), counted(gone.count(False), "object")
    visited.report.end({"delete": len(gone)}, f"{objects} deleted, {patches} removed from objects of others")


@contextmanager
def visit(root: Path, stack: str, handle: type[C], report: Report) -> Iterator[tuple[Visit, C]]:
    """The stack's settings and a client for their cluster, which may do no more than the command needs."""
    environment, warnings = load_stack(root, stack)
    with handle.of(root, environment.settings.cluster) as cluster:
        view = ClusterView(cluster)
        make_sure_of_identity(environment, view)
        yield Visit(root, environment, warnings, view, report), cluster


@dataclass
class Visit:
    """One command's work on a cluster, and the notes that it has printed."""

    root: Path
    environment: Environment
    warnings: tuple[Finding, ...]
    """Warnings of the laws about the settings."""
    view: ClusterView
    """What has been seen of the cluster in this phase of the command."""
    report: Report
    """What stdout gets."""
    every: bool = False
    """Whether cells are asked, too, that are as applied by their states."""
    notes: Notes = field(default_factory=Notes)

    def look_anew(self) -> None:
        """Begin a phase: what was seen before a write or a question no longer counts."""
        self.view = self.view.anew()

    def run(
        self,
        verb: Verb,
        title: str,
        *,
        refresh: bool = False,
        expected: Expected | None = None,
        skip: Sequence[str] | None = None,
    ) -> Outcome:
        """Run the engine once, for each stack that needs it; explain each failure by the state of its object."""
        with watched(title, expected) as tally:
            watch = both(tally, self.report.steps(verb))
            run_context = RunContext(view=None if verb in WRITING else self.view)
            outcome = run_environment(
                self.root,
                self.environment.name,
                verb,
                watch=watch,
                refresh=refresh,
                run_context=run_context,
                skip=() if self.every and skip is None else skip,
            )
            if verb in WRITING:
                self.look_anew()
            failed = outcome.failed and outcome.failed_objects and not outcome.interrupted
            seen = explain_failure(self.environment, self.view, outcome) if failed else ()
        self.notes.tell(outcome.advice, outcome.remarks)
        for finding in seen:
            marked("[red]seen[/]", str(finding))
        outcome.stop()
        return outcome

    def plan(self, verb: Verb, title: str, *, refresh: bool) -> Outcome:
        """Run a preview and print it."""
        planned = self.run(verb, title, refresh=refresh)
        self.report.plan(planned, Pace.of(planned))
        return planned

    def hold(self, planned: Outcome, *, ends: bool = False) -> None:
        """Stop a plan that would cut somebody off, or that ignores orphans of a killed run."""
        if left := left_behind(self.environment, self.view, planned, ends=ends):
            raise OperatorError(left)
        guard(self.environment, self.view, planned)

    def show_rerouted(self) -> None:
        """Print what an `up` deletes before the plan's own steps; the plan does not show all of it (ADR 7)."""
        if names := to_be_taken_down(self.environment, self.view):
            self.report.say(f"to be deleted first, then recreated: {', '.join(names)}")

    def reroute(self, planned: Outcome) -> None:
        """Delete, in order, what a single run of the engine may delete in the wrong order."""
        with watched("checking the routers") as watch:
            done = reroute(self.root, self.environment, self.view.cluster, planned, watch)
        self.look_anew()
        if done is None:
            return
        self.notes.tell(done.advice)
        if done.taken_over:
            self.report.say(f"taken over first, because the state did not contain it: {', '.join(done.taken_over)}")
        self.report.say(f"deleted in order, to be recreated: {', '.join(done.taken_down)}")

    def renew(self, planned: Outcome, *, refresh: bool) -> None:
        """After a plan without steps: write today's credentials into the state, without asking.

        It touches no object. Otherwise a second engineer's plain `pulumi destroy` or `pulumi refresh` would use the
        first one's expired token.
        """
        settled = (*planned.skipped, *planned.idle)
        if planned.outdated:
            title = f"renewing the credentials in the state of {self.environment.name}"
            self.run("renew", title, refresh=refresh, skip=settled)
            self.report.say("credentials renewed in the state, no object touched")
        cells = self.environment.settings.cells
        if cells and len(settled) <= cells:
            self.run("up", f"writing the states of {self.environment.name}", refresh=refresh, skip=settled)
