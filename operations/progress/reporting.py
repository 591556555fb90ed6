"""What `up` and `destroy` write to stdout: sentences and a table for people, a stream of JSON objects for machines.

Notes, findings and progress go to stderr in both forms.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import typer

from kmetal_network.cells import named
from kmetal_network.counting import counted
from operations.console import Output, out
from operations.engine.events import Outcome, Step, Watch
from operations.engine.plan_table import plan_table
from operations.progress.pace import Pace
from operations.progress.tally import tenant_of


class Report(Protocol):
    """One command's words on stdout."""

    def steps(self, verb: str) -> Watch:
        """Who follows the steps of a run of the engine, as well as the progress."""

    def plan(self, planned: Outcome, pace: Pace) -> None:
        """What is to be done, and how long it takes."""

    def say(self, text: str) -> None:
        """One thing that the command did or will do."""

    def end(self, changes: Mapping[str, int], text: str) -> None:
        """The run is over and all went well: operations by number, and the sentence."""


@dataclass(frozen=True, slots=True)
class TextReport:
    """For people."""

    stack: str

    def steps(self, verb: str) -> Watch:
        """No one; the progress shows them."""
        del verb
        return _nobody

    def plan(self, planned: Outcome, pace: Pace) -> None:
        """A table, and how long it takes where that is worth a sentence."""
        if planned.steps:
            out.print(plan_table(planned, self.stack))
        else:
            objects = counted(len(planned.objects), "object")
            out.print(f"{self.stack}: nothing to change ({objects} as written)")
        if planned.skipped:
            self.say(unasked(planned.skipped))
        if estimate := str(pace):
            self.say(estimate)

    def say(self, text: str) -> None:
        """A line."""
        out.print(f"{self.stack}: {text}", highlight=False)

    def end(self, changes: Mapping[str, int], text: str) -> None:
        """The sentence."""
        del changes
        self.say(text)


@dataclass(frozen=True, slots=True)
class JsonReport:
    """For machines: one object a line, each with its `event`."""

    stack: str
    write: Callable[[str], object] = sys.stdout.write

    def steps(self, verb: str) -> Watch:
        """Whoever reads gets each step twice: when it begins and when it is done."""

        def watch(step: Step, *, done: bool) -> None:
            if step.is_object:
                self._put(
                    "step",
                    run=verb,
                    phase="failed" if step.failed else "done" if done else "begins",
                    operation=step.operation,
                    object=step.about,
                    tenant=tenant_of(step),
                    urn=step.urn,
                )

        return watch

    def plan(self, planned: Outcome, pace: Pace) -> None:
        """Operations by number, without the table."""
        self._put("plan", changes=planned.changes, objects=len(planned.objects), expectedSeconds=round(pace.seconds))

    def say(self, text: str) -> None:
        """As it is said to people."""
        self._put("said", text=text)

    def end(self, changes: Mapping[str, int], text: str) -> None:
        """Last of all; where it is missing, the run failed and stderr says why."""
        self._put("end", changes=dict(changes), text=text)

    def _put(self, event: str, **content: Any) -> None:
        self.write(json.dumps({"event": event, "stack": self.stack, **content}) + "\n")
        sys.stdout.flush()


def report_of(stack: str, output: Output, *, yes: bool) -> Report:
    """The report in the form that was asked for.

    Raises:
        typer.BadParameter: a machine reads the stream, and no one has agreed; it answers no question.
    """
    if output is Output.TEXT:
        return TextReport(stack)
    if not yes:
        raise typer.BadParameter("--output json asks no question; write --yes, too")
    return JsonReport(stack)


def unasked(skipped: Sequence[str]) -> str:
    """What a plan says of stacks that the engine was not asked about."""
    cells = sum(named(stack) is not None for stack in skipped)
    what = counted(cells, "cell") if cells == len(skipped) else f"the platform and {counted(cells, 'cell')}"
    return f"{what} not asked, as applied by their states (--all asks them)"


def both(first: Watch, second: Watch) -> Watch:
    """One watch for two."""

    def watch(step: Step, *, done: bool) -> None:
        first(step, done=done)
        second(step, done=done)

    return watch


def _nobody(step: Step, *, done: bool) -> None:
    del step, done
