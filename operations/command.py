"""The `underlay` command: Typer over one file per verb.

Exit code 0: fine. 1: findings, or a run that failed. 2: wrong usage, or a cluster that does not answer.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.markup import escape

from operations.adopt import adopt
from operations.checks import Verdict
from operations.console import Notes, Output, counted, err, out, watched
from operations.drift import drift
from operations.explain import explain
from operations.guard import foretold, guard
from operations.identity import make_sure_of_identity
from operations.leftovers import left_behind
from operations.lint import lint
from operations.live import LiveCluster
from operations.offboard import offboard
from operations.outcome import HALVES, Outcome
from operations.plan import plan_table
from operations.readiness import explain_failure
from operations.report import as_json, make_sure_of_page, show, write_html
from operations.rerouting import reroute, to_be_taken_down
from operations.stacks import run
from operations.standing import standing, succeed
from operations.upkeep import Verb
from operations.verify import verify
from operations.writing import WritableCluster
from underlay.errors import Finding, OperatorError, Severity, UnreachableError
from underlay.stackfile import Environment, load_environments, load_stack

_DONE: Final = {"create": "created", "update": "updated", "delete": "deleted", "replace": "replaced"}

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)

StackArgument = Annotated[str, typer.Argument(help="Name of the environment: Pulumi.<stack>.yaml.")]
OutputOption = Annotated[Output, typer.Option("--output", help="Form of the report.")]
RefreshOption = Annotated[bool, typer.Option("--refresh", help="Read every object from the cluster first.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]

_ROOT = Path()


def _show_findings(findings: tuple[Finding, ...], output: Output) -> None:
    if output is Output.JSON:
        out.print_json(json.dumps([asdict(finding) for finding in findings]))
        return
    for finding in findings:
        colour = "red" if finding.severity is Severity.ERROR else "yellow"
        out.print(f"[{colour}]{finding.severity.value}[/] {escape(str(finding))}", soft_wrap=True, highlight=False)


@app.command()
def check(output: OutputOption = Output.TEXT) -> None:
    """Judge the settings of all environments, without a cluster."""
    environments, findings = load_environments(_ROOT)
    _show_findings(findings, output)
    failed = any(finding.severity is Severity.ERROR for finding in findings)
    if output is Output.TEXT:
        names = ", ".join(environments) or "no environment"
        out.print(f"{names}: {counted(len(findings), 'finding')}" if findings else f"{names}: nothing to say")
    raise typer.Exit(int(failed))


def _run(stack: str, verb: Verb, title: str, notes: Notes, *, refresh: bool = False) -> Outcome:
    with watched(title) as watch:
        outcome = run(_ROOT, stack, verb, watch=watch, refresh=refresh)
        explained = _explained(stack, outcome) if outcome.failed and outcome.broken else ()
    notes.tell(outcome.advice, outcome.remarks)
    for finding in explained:
        err.print(f"[red]seen[/] {escape(str(finding))}", soft_wrap=True, highlight=False)
    outcome.stop()
    return outcome


def _explained(stack: str, outcome: Outcome) -> tuple[Finding, ...]:
    """What the objects of the failed steps look like."""
    environment, _ = load_stack(_ROOT, stack)
    with LiveCluster.of(_ROOT, environment.settings.cluster) as cluster:
        return explain_failure(environment, cluster, outcome)


def _meet(environment: Environment) -> None:
    """Stop before the engine starts where the cluster does not answer, or is another than the settings name."""
    with LiveCluster.of(_ROOT, environment.settings.cluster) as cluster:
        make_sure_of_identity(environment, cluster)


def _succeed(environment: Environment) -> None:
    """Meet the cluster, and end what earlier runs hold of our objects: a preview would conflict with them."""
    with WritableCluster.of(_ROOT, environment.settings.cluster) as cluster:
        make_sure_of_identity(environment, cluster)
        succeed(environment, cluster, standing(environment, cluster))


def _hold(environment: Environment, planned: Outcome, *, ends: bool = False) -> None:
    """Stop before a plan that would cut somebody off, or goes past what a run that died has left."""
    with LiveCluster.of(_ROOT, environment.settings.cluster) as cluster:
        if left := left_behind(environment, cluster, planned, ends=ends):
            raise OperatorError(left)
        guard(environment, cluster, planned)


def _reroute(environment: Environment, planned: Outcome, notes: Notes) -> None:
    """Take down what one run of the engine cannot be relied on to take down in order."""
    with (
        LiveCluster.of(_ROOT, environment.settings.cluster) as cluster,
        watched("looking at the routers") as watch,
    ):
        done = reroute(_ROOT, environment, cluster, planned, watch)
    if done is None:
        return
    notes.tell(done.advice)
    if done.taken_over:
        taken_over = ", ".join(done.taken_over)
        out.print(f"{environment.name}: taken over first, since no state knew it: {taken_over}", highlight=False)
    deleted = ", ".join(done.taken_down)
    out.print(f"{environment.name}: taken down in order, to be made anew: {deleted}", highlight=False)


def _show_rerouted(environment: Environment) -> None:
    """What an `up` takes down before the plan's own steps: not all of it is in the plan (ADR 7)."""
    with LiveCluster.of(_ROOT, environment.settings.cluster) as cluster:
        names = to_be_taken_down(environment, cluster)
    if names:
        out.print(f"{environment.name}: to be taken down first, and made anew: {', '.join(names)}", highlight=False)


def _show_plan(outcome: Outcome, stack: str) -> None:
    """What is to be done."""
    if not outcome.steps:
        out.print(f"{stack}: nothing to change ({counted(len(outcome.objects), 'object')} as written)")
        return
    out.print(plan_table(outcome, stack))


@app.command()
def preview(stack: StackArgument, refresh: RefreshOption = False) -> None:  # noqa: FBT002 (a flag of the command line)
    """Show what an `up` would change, with the policy pack on, and what it would be refused for."""
    environment, _ = load_stack(_ROOT, stack)
    _meet(environment)
    notes = Notes()
    planned = _run(stack, "preview", f"previewing {stack}", notes, refresh=refresh)
    _show_plan(planned, stack)
    try:
        _show_rerouted(environment)
        with LiveCluster.of(_ROOT, environment.settings.cluster) as cluster:
            left = left_behind(environment, cluster, planned, Severity.WARNING)
    except UnreachableError as error:  # an identity that only previews may see less
        left = ()
        notes.tell([str(error)])
    with LiveCluster.of(_ROOT, environment.settings.cluster) as cluster:
        warnings = foretold(environment, cluster, planned)
    for finding in sorted((*warnings, *left)):
        err.print(f"[yellow]warning[/] {escape(str(finding))}", soft_wrap=True, highlight=False)


@app.command()
def up(stack: StackArgument, yes: YesOption = False, refresh: RefreshOption = False) -> None:  # noqa: FBT002 (flags)
    """Apply an environment until it is really ready; the policy pack judges the preview first."""
    environment, _ = load_stack(_ROOT, stack)
    _succeed(environment)
    notes = Notes()
    planned = _run(stack, "preview", f"previewing {stack}", notes, refresh=refresh)
    _show_plan(planned, stack)
    _hold(environment, planned)
    if not planned.steps:
        _renew(stack, planned, notes, refresh=refresh)
        return
    _show_rerouted(environment)
    if not yes:
        typer.confirm(f"Apply to {stack}?", abort=True)
    _reroute(environment, planned, notes)
    outcome = _run(stack, "up", f"applying {stack}", notes, refresh=refresh)
    done = Counter(step.operation for step in outcome.steps if step.is_object and step.operation not in HALVES)
    said = ", ".join(f"{number} {_DONE.get(operation, operation)}" for operation, number in sorted(done.items()))
    out.print(f"{stack}: {said or 'nothing changed'}")


def _renew(stack: str, planned: Outcome, notes: Notes, *, refresh: bool) -> None:
    """After a plan without a step: bring the state up to date, without a question.

    It touches no object. Left alone, the first engineer's expired token would be what a plain `pulumi destroy` or
    `pulumi refresh` of the second one works with.
    """
    if planned.outdated:
        _run(stack, "renew", f"renewing what the state of {stack} holds", notes, refresh=refresh)
        out.print(f"{stack}: credentials renewed in the state, no object touched")


@app.command()
def destroy(stack: StackArgument, yes: YesOption = False) -> None:  # noqa: FBT002 (a flag of the command line)
    """Take an environment away in the order that leaves nothing behind; the default Vpc keeps its patch."""
    environment, _ = load_stack(_ROOT, stack)
    _meet(environment)
    notes = Notes()
    planned = _run(stack, "preview-destroy", f"previewing the end of {stack}", notes)
    _hold(environment, planned, ends=True)
    if not yes:
        typer.confirm(f"Take the whole network of {stack} away?", abort=True)
        _hold(environment, planned, ends=True)  # the answer may have taken a while
    outcome = _run(stack, "destroy", f"taking {stack} away", notes)
    gone = [step.is_patch for step in outcome.steps if step.is_object and step.operation == "delete"]
    patches, objects = counted(sum(gone), "patch", "patches"), counted(gone.count(False), "object")
    out.print(f"{stack}: {objects} deleted, {patches} taken off objects of others", highlight=False)


app.command()(adopt)


@app.command("verify")
def verify_command(
    stack: StackArgument,
    output: OutputOption = Output.TEXT,
    html: Annotated[Path | None, typer.Option(help="Write the report as one HTML file, too.")] = None,
) -> None:
    """Check the live network: the seed's Verifying list, held to fields that prove it, and every law on what stands."""
    environment, _ = load_stack(_ROOT, stack)
    if html is not None:
        make_sure_of_page(html)
    with LiveCluster.of(_ROOT, environment.settings.cluster) as cluster:
        make_sure_of_identity(environment, cluster)
        found = verify(environment, cluster)
    if output is Output.JSON:
        out.print_json(as_json(found))
    else:
        show(out, stack, found)
    if html is not None:
        write_html(html, stack, found)
    raise typer.Exit(int(any(entry.verdict is Verdict.FAIL for entry in found)))


@app.command("drift")
def drift_command(stack: StackArgument, output: OutputOption = Output.TEXT) -> None:
    """Say what the live cluster says otherwise than the stack file, who did it and when; ends with 1 if anything."""
    raise typer.Exit(drift(_ROOT, stack, output))


@app.command("offboard")
def offboard_command(
    stack: StackArgument,
    tenant: Annotated[str, typer.Argument(help="Name of the tenant.")],
    yes: YesOption = False,  # noqa: FBT002 (a flag of the command line)
) -> None:
    """Take one tenant away: out of the stack file, then out of the cluster, with proof; refused while it is in use."""
    offboard(_ROOT, stack, tenant, yes=yes)


@app.command("lint")
def lint_command(
    files: Annotated[list[str], typer.Argument(help="Files or folders of Kubernetes YAML; - reads standard input.")],
    output: OutputOption = Output.TEXT,
) -> None:
    """Judge plain YAML by the same laws; each finding with its file and line."""
    raise typer.Exit(lint(files, output=output.value))


@app.command("explain")
def explain_command(
    law: Annotated[str | None, typer.Argument(help="Id of a law, such as NET-201; all laws without it.")] = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Say why a law holds, how to mend a breach, and where the fact comes from."""
    raise typer.Exit(explain(law, output=output.value))


def main() -> None:
    """Entry point; whatever an operator can mend ends in one message, never in a traceback."""
    try:
        app()
    except OperatorError as error:
        err.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
