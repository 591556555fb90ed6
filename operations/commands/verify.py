"""`kmetal-network verify`: checks the live network, and prints the report."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from kmetal_network.config.stackfile import load_stack
from operations.cluster.live import LiveCluster
from operations.cluster.view import ClusterView
from operations.commands.reach import facts_in
from operations.console import Output, out
from operations.pictures.command import drawings
from operations.snapshots.other_nodes import other_nodes
from operations.state.identity import make_sure_of_identity
from operations.verify.checks import Verdict
from operations.verify.report import as_json, make_sure_of_page, show, write_html
from operations.verify.verification import verify

_ROOT = Path()


def verify_command(
    stack: Annotated[str, typer.Argument(help="Name of the environment: Pulumi.<stack>.yaml.")],
    output: Annotated[Output, typer.Option("--output", help="Format of the report.")] = Output.TEXT,
    html: Annotated[Path | None, typer.Option(help="Also write the report to this HTML file.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 on warnings, too.")] = False,  # noqa: FBT002 (a flag)
) -> None:
    """Check the live network: the guide's Verifying list and every law, by status fields that prove the state."""
    environment, _ = load_stack(_ROOT, stack)
    others = other_nodes(_ROOT, stack, datetime.now(UTC))
    if html is not None:
        make_sure_of_page(html)
    with LiveCluster.of(_ROOT, environment.settings.cluster) as cluster:
        view = ClusterView(cluster)
        make_sure_of_identity(environment, view)
        found = verify(environment, view, others)
        drawn = {} if html is None else drawings(environment, facts_in(environment, view))
    if output is Output.JSON:
        sys.stdout.write(as_json(found) + "\n")
    else:
        show(out, stack, found)
    if html is not None:
        write_html(html, stack, found, drawn)
    failing = {Verdict.FAIL, Verdict.WARN} if strict else {Verdict.FAIL}
    raise typer.Exit(int(any(entry.verdict in failing for entry in found)))
