"""The `underlay` command: Typer over one file per verb.

Exit code 0: fine. 1: findings, or a run that failed. 2: wrong usage, or a cluster that does not answer.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from operations.adopt import adopt
from operations.applying import destroy, preview, up
from operations.checks import Verdict
from operations.console import Output, counted, err, out
from operations.drift import drift
from operations.explain import explain
from operations.identity import make_sure_of_identity
from operations.lint import lint
from operations.live import LiveCluster
from operations.offboard import offboard
from operations.report import as_json, make_sure_of_page, show, write_html
from operations.verify import verify
from underlay.errors import Finding, OperatorError, Severity
from underlay.stackfile import load_environments, load_stack

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


@app.command("preview")
def preview_command(stack: StackArgument, refresh: RefreshOption = False) -> None:  # noqa: FBT002 (a flag)
    """Show what an `up` would change, with the policy pack on, and what it would be refused for."""
    preview(_ROOT, stack, refresh=refresh)


@app.command("up")
def up_command(stack: StackArgument, yes: YesOption = False, refresh: RefreshOption = False) -> None:  # noqa: FBT002 (flags)
    """Apply an environment until it is really ready; the policy pack judges the preview first."""
    up(_ROOT, stack, yes=yes, refresh=refresh)


@app.command("destroy")
def destroy_command(stack: StackArgument, yes: YesOption = False) -> None:  # noqa: FBT002 (a flag)
    """Take an environment away in the order that leaves nothing behind; the default Vpc keeps its patch."""
    destroy(_ROOT, stack, yes=yes)


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
    law: Annotated[
        str | None, typer.Argument(help="A law or finding code, such as NET-201 or CUT-OFF; lists all without it.")
    ] = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Explain a law or a finding code: why it holds, when it appears, and what to do."""
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
