"""One command's work on a cluster: what it has seen, what it has said, and its runs of the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import typer

from kmetal_network.config.stackfile import Environment, load_stack
from kmetal_network.errors import Finding, OperatorError
from operations.cluster.live import LiveCluster
from operations.cluster.view import ClusterView
from operations.console import Notes, marked
from operations.engine.events import Outcome
from operations.impact.guard import guard
from operations.parts.addresses import Requests
from operations.parts.environment_run import run_environment
from operations.parts.unfinished import finish, unfinished
from operations.parts.workers import at_work
from operations.preflight.orphans import left_behind
from operations.progress.pace import Pace
from operations.progress.reporting import Report, both
from operations.progress.tally import Expected
from operations.progress.watching import watched
from operations.rerouting import reroute, to_be_taken_down
from operations.state.identity import make_sure_of_identity
from operations.state.run_context import Before, RunContext
from operations.state.sync import WRITING, Verb
from operations.verify.readiness import explain_failure

C = TypeVar("C", bound=LiveCluster)


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
        before: Before | None = None,
    ) -> Outcome:
        """Run the engine once, for each stack that needs it; explain each failure by the state of its object."""
        with watched(title, expected) as tally:
            watch = both(tally, self.report.steps(verb))
            run_context = RunContext(view=None if verb in WRITING else self.view, before=before)
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
        self.report.plan(planned, self.pace(planned))
        return planned

    def pace(self, planned: Outcome) -> Pace:
        """How long it takes to carry a plan out."""
        return Pace.of(planned, at_work(), Requests.of(self.environment, planned).eips)

    def held(self, planned: Outcome, again: Callable[[], Outcome], *, yes: bool, ends: bool = False) -> Outcome:
        """Hold a plan, as `hold` does, after the first runs of cells that died and are in its way were finished.

        Args:
            planned: a preview.
            again: makes it anew.
            yes: do not ask.
            ends: whether it is a preview of a `destroy`.

        Returns:
            The plan that holds.

        Raises:
            OperatorError: it would cut somebody off, or ignores orphans of a killed run.
        """
        left = left_behind(self.environment, self.view, planned, ends=ends)
        if left and self._has_finished_first_runs(yes=yes):
            planned = again()
            left = left_behind(self.environment, self.view, planned, ends=ends)
        self._hold(planned, left)
        return planned

    def hold(self, planned: Outcome, *, ends: bool = False) -> None:
        """Stop a plan that would cut somebody off, or that ignores orphans of a killed run."""
        self._hold(planned, left_behind(self.environment, self.view, planned, ends=ends))

    def _hold(self, planned: Outcome, left: Sequence[Finding]) -> None:
        if left:
            raise OperatorError(left)
        guard(self.environment, self.view, planned)

    def _has_finished_first_runs(self, *, yes: bool) -> bool:
        """Have the states know what first runs of cells made that died; whether there was any."""
        if not (records := unfinished(self.root, self.environment)):
            return False
        names = ", ".join(records)
        self.report.say(f"the first run of {names} died: what it made is finished as it was begun, and then changed")
        if not yes:
            typer.confirm(f"Finish the first run of {names}?", abort=True)
        with watched(f"finishing the first run of {names}") as watch:
            done = finish(self.root, self.environment, self.view, records, watch)
        self.notes.tell(done.advice, done.errors)  # a run that failed has told the state what it made, too
        self.look_anew()
        return True

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
