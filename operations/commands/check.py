"""`kmetal-network check`: the settings of all environments, without a cluster."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from kmetal_network.config.stackfile import load_environments
from kmetal_network.counting import counted
from kmetal_network.errors import Finding, OperatorError, printable
from operations.commands.lint import fails
from operations.console import Output, out
from operations.linting.report import MOST, as_json, show_groups

_ROOT = Path()


def _show_findings(findings: tuple[Finding, ...], output: Output) -> None:
    if output is Output.JSON:
        sys.stdout.write(json.dumps(as_json(findings[:MOST]), indent=2) + "\n")
    else:
        show_groups(out, findings)


def check(
    output: Annotated[Output, typer.Option("--output", help="Format of the report.")] = Output.TEXT,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 on warnings, too.")] = False,  # noqa: FBT002 (a flag)
) -> None:
    """Check the settings of all environments, without a cluster. Exits 1 on errors, 2 if there is no environment."""
    environments, findings = load_environments(_ROOT)
    if not (environments or findings):
        raise OperatorError(
            "no Pulumi.<stack>.yaml here, so there is nothing to check; change to the project's folder, or write one"
        )
    _show_findings(findings, output)
    if output is Output.TEXT:
        names = printable(", ".join(environments)) or "no environment that can be read"
        count = counted(len(findings), "finding") if findings else "nothing to say"
        out.print(f"{names}: {count}", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(int(fails(findings, strict=strict)))
