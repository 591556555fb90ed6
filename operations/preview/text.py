"""A plan in the terminal: verdict, risks with every name, old and new values, what was not seen, what is left."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from kmetal_network.config.stackfile import Environment
from kmetal_network.counting import counted
from kmetal_network.errors import Severity, UnreachableError
from kmetal_network.plan.model import ObjectChange, Operation, Plan, Verdict
from operations.cluster.view import ClusterView
from operations.console import marked, note, out
from operations.engine.events import Outcome
from operations.engine.plan_table import plan_table
from operations.progress.reporting import unasked
from operations.rerouting import to_be_taken_down

_COLOURS: Final = {Verdict.REFUSED: "red", Verdict.UNKNOWN: "yellow", Verdict.WINDOW: "yellow"}
_VALUE: Final = 100
"""Characters of a value in a line; the JSON form has all of it."""


def summary(plan: Plan) -> None:
    """Print it: changes and the verdict on the output stream, risks and what was not seen on the error stream."""
    for risk in plan.risks:
        if risk.severity is Severity.WARNING or plan.source == "settings":
            marked("[yellow]risk[/]" if risk.severity is Severity.WARNING else "[red]refused[/]", str(risk))
    for finding in plan.news if plan.source == "settings" else ():
        marked("[yellow]new[/]", str(finding))
    for text in plan.unseen:
        marked("[yellow]not seen[/]", text)
    for text in plan.caveats:
        marked("[yellow]no preview sees[/]", text)
    for line in lines(plan):
        out.print(line, highlight=False, markup=False, soft_wrap=True)
    if plan.changes or plan.verdict.exit_code or plan.source == "settings":
        colour = _COLOURS.get(plan.verdict, "green")
        digest = f", plan {plan.digest[:12]}" if plan.changes else ""
        out.print(f"{plan.environment}: [{colour}]{plan.verdict}[/]{digest}", highlight=False)


def lines(plan: Plan) -> Iterator[str]:
    """Old and new values, addresses that move, paths that are no risk, and what is left where a change takes of it."""
    for change in plan.changes:
        yield from _values(change, named=plan.source == "settings")
    for move in plan.moves:
        yield f"{move.who}: {move.what} {move.before} -> {move.after}"
    for path in plan.paths:
        if not path.risk:
            yield f"{path.way} {path.direction}: {path.sentence}"
    for supply in plan.supplies:
        if (supply.size_before, supply.taken_before) != (supply.size_after, supply.taken_after):
            left = "?" if supply.left is None else supply.left
            size = f"{supply.size_before} -> {supply.size_after}" if supply.size_before != supply.size_after else ""
            grows = f"{supply.taken_before} -> {supply.taken_after} taken"
            yield f"{supply.name}: {', '.join(filter(None, (size, grows)))}, {left} left"
    if plan.touched:
        yield f"{counted(len(plan.touched), 'tenant')} touched: {', '.join(plan.touched)}"


def _values(change: ObjectChange, *, named: bool) -> Iterator[str]:
    """A change's values; the object itself where no table has named it."""
    if change.operation in (Operation.CREATE, Operation.DELETE):
        if named:
            yield f"{change.operation} {change.name}"
        return
    why = f" ({change.why})" if change.why else ""
    if named or change.fields:
        yield f"{change.operation} {change.name}{why if named else ''}"
    for field in change.fields:
        if field.kind == "add":
            yield f"  + {field.path}: {_shown(field.after)}"
        elif field.kind == "delete":
            yield f"  - {field.path}: {_shown(field.before)}"
        else:
            yield f"  ~ {field.path}: {_shown(field.before)} -> {_shown(field.after)}"


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return text if len(text) <= _VALUE else f"{text[:_VALUE]}..."


def show(plan: Plan, outcome: Outcome, environment: Environment, view: ClusterView) -> None:
    """What changes, as a table, and what is taken down before the engine's own steps."""
    if outcome.steps:
        out.print(plan_table(outcome, environment.name))
    elif not outcome.failed:
        out.print(f"{environment.name}: nothing to change ({counted(len(outcome.objects), 'object')} as written)")
    if outcome.skipped:
        out.print(f"{environment.name}: {unasked(outcome.skipped)}", highlight=False)
    try:
        names: Sequence[str] = to_be_taken_down(environment, view)
    except UnreachableError as error:
        note(str(error))
        names = ()
    if names:
        text = f"{environment.name}: to be deleted first, then recreated: {', '.join(names)}"
        out.print(text, highlight=False)
    for risk in plan.risks:
        if risk.severity is Severity.ERROR:
            marked("[red]refused[/]", str(risk))
