"""The `kmetal-network` command: Typer over one file per verb.

Exit code 0: no errors; there may be warnings. 1: errors, warnings with `--strict`, or a failed run. 2: wrong usage,
nothing to check, unreadable input, a cluster that does not answer, or a bug in the program.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from kmetal_network.errors import OperatorError, printable_lines
from kmetal_network.grouping import grouped
from operations.commands.adopt import adopt
from operations.commands.allocate import allocate
from operations.commands.apply import destroy, up
from operations.commands.cells import cells
from operations.commands.check import check
from operations.commands.drift import drift
from operations.commands.explain import explain
from operations.commands.lint import lint
from operations.commands.offboard import offboard
from operations.commands.reach import (
    Asked,
    base_facts,
    compare,
    files_facts,
    live_facts,
    reach,
    settings_facts,
)
from operations.commands.stacks import stacks
from operations.commands.verify import verify_command
from operations.console import Output, err
from operations.engine.inline_program import collect_rarely
from operations.forges.issues import issue_command
from operations.forges.reviewed import reviewed_command
from operations.pictures.command import picture_command
from operations.preview.command import preview_command
from operations.preview.commenting import comment_command
from operations.reachability.traces import trace
from operations.snapshots.command import snapshot_command
from operations.streams import forget, tolerant_streams
from operations.unforeseen import unforeseen

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)

StackArgument = Annotated[str, typer.Argument(help="Name of the environment: Pulumi.<stack>.yaml.")]
OutputOption = Annotated[Output, typer.Option("--output", help="Format of the report.")]
RefreshOption = Annotated[
    bool, typer.Option("--refresh", help="Read every object from the cluster first, as `pulumi refresh` does.")
]
WholeOption = Annotated[bool, typer.Option("--whole", help="The files are the whole network: report missing objects.")]
StrictOption = Annotated[bool, typer.Option("--strict", help="Exit 1 on warnings, too.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]

StreamOption = Annotated[
    Output, typer.Option("--output", help="json streams one object a line: each step, the plan, the end.")
]

_ROOT = Path()


app.command()(check)
app.command("preview")(preview_command)
app.command("snapshot")(snapshot_command)
app.command("comment")(comment_command)
app.command("picture")(picture_command)
app.command("reviewed")(reviewed_command)
app.command("issue")(issue_command)


@app.command("up")
def up_command(
    stack: StackArgument,
    yes: YesOption = False,  # noqa: FBT002 (a flag of the command line)
    refresh: RefreshOption = False,  # noqa: FBT002 (a flag of the command line)
    reviewed: Annotated[str, typer.Option(help="Digest of the reviewed plan; `up` applies no other plan.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Ask the engine about every cell, also unchanged ones.")] = False,  # noqa: FBT002 (as above)
    output: StreamOption = Output.TEXT,
) -> None:
    """Apply an environment and wait until it is ready. The policy pack checks the preview first."""
    up(_ROOT, stack, yes=yes, refresh=refresh, reviewed=reviewed, every=every, output=output)


@app.command("destroy")
def destroy_command(
    stack: StackArgument,
    yes: YesOption = False,  # noqa: FBT002 (a flag of the command line)
    output: StreamOption = Output.TEXT,
) -> None:
    """Delete an environment in the order that leaves nothing behind. The default Vpc keeps its patch."""
    destroy(_ROOT, stack, yes=yes, output=output)


app.command()(adopt)
app.command()(allocate)
app.command()(cells)
app.command()(stacks)
app.command("verify")(verify_command)


@app.command("drift")
def drift_command(stack: StackArgument, output: OutputOption = Output.TEXT) -> None:
    """Show how the cluster differs from the stack file and who changed it. Exits 1 on drift."""
    raise typer.Exit(drift(_ROOT, stack, output))


@app.command("offboard")
def offboard_command(
    stack: StackArgument,
    tenant: Annotated[str, typer.Argument(help="Name of the tenant.")],
    yes: YesOption = False,  # noqa: FBT002 (a flag of the command line)
) -> None:
    """Remove one tenant from the settings and the cluster, and prove that it is gone. Refused while it is in use."""
    offboard(_ROOT, stack, tenant, yes=yes)


@app.command("lint")
def lint_command(
    files: Annotated[
        list[str], typer.Argument(help="Files or folders with Kubernetes YAML; `-` reads standard input.")
    ],
    output: OutputOption = Output.TEXT,
    strict: StrictOption = False,  # noqa: FBT002 (flags of the command line)
    whole: WholeOption = False,  # noqa: FBT002 (as above)
    against: Annotated[
        str | None, typer.Option(metavar="STACK", help="Check the files against that environment's objects.")
    ] = None,
) -> None:
    """Check plain YAML against the same laws. Each finding names its file and line."""
    raise typer.Exit(lint(files, output=output.value, strict=strict, whole=whole, against=against, root=_ROOT))


@app.command("reach")
def reach_command(
    stack: Annotated[str | None, typer.Argument(help="Name of the environment: Pulumi.<stack>.yaml.")] = None,
    source: Annotated[str | None, typer.Option("--from", help="Source: part of the name of a Subnet or VPC.")] = None,
    target: Annotated[str | None, typer.Option("--to", help="Address, block, or part of a class's name.")] = None,
    live: Annotated[bool, typer.Option("--live", help="Read the live cluster.")] = False,  # noqa: FBT002 (a flag)
    traced: Annotated[bool, typer.Option("--trace", help="With --live: compare with OVN.")] = False,  # noqa: FBT002 (a flag)
    files: Annotated[list[str] | None, typer.Option("--lint", help="Read plain YAML: a file or folder.")] = None,
    base: Annotated[str | None, typer.Option("--base", help="Git revision: show what opens and closes since.")] = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Show who can reach whom, and which object decides it. With --base, exits 1 if isolation opens."""
    if (stack is None) is not bool(files):
        raise typer.BadParameter("name a stack, or files with --lint, and not both")
    if traced and not live:
        raise typer.BadParameter("--trace asks the cluster's own OVN; write --live, too")
    if files:
        facts, unreadable = files_facts(files)
        reach(facts, "these files", Asked(source, target), output)
        raise typer.Exit(unreadable)
    stack = str(stack)
    if traced:
        raise typer.Exit(trace(_ROOT, stack, output))
    facts = live_facts(_ROOT, stack) if live else settings_facts(_ROOT, stack)
    if base is not None:
        raise typer.Exit(compare(base_facts(_ROOT, stack, base), facts, f"{stack} since {base}", output))
    raise typer.Exit(reach(facts, stack, Asked(source, target), output))


@app.command("explain")
def explain_command(
    law: Annotated[
        str | None, typer.Argument(help="A law or finding code, such as NET-201 or CUT-OFF; omit it to list all.")
    ] = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Explain a law or a finding code: why it exists, when it appears, and what to do."""
    raise typer.Exit(explain(law, output=output.value))


def main() -> None:
    """Entry point: every failure ends in one message, never in a traceback."""
    collect_rarely()
    with tolerant_streams():
        try:
            app()
        except OperatorError as error:
            _end(error)
        except BrokenPipeError:
            forget(sys.stdout)
            sys.exit(2)
        except (Exception, RecursionError, MemoryError) as error:  # noqa: BLE001 (the last resort)
            _end(unforeseen(error))


def _end(error: OperatorError) -> None:
    """Print the error to stderr and exit with its code."""
    text = "\n".join(map(str, grouped(error.findings))) if error.findings else printable_lines(str(error))
    err.print(text, style="red", markup=False, highlight=False, soft_wrap=True, emoji=False)
    sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
