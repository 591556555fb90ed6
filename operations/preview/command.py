"""The command line of `kmetal-network preview`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from operations.console import Output
from operations.preview.previewing import preview

_ROOT = Path()


def preview_command(
    stack: Annotated[str, typer.Argument(help="Name of the environment: Pulumi.<stack>.yaml.")],
    refresh: Annotated[bool, typer.Option("--refresh", help="Read every object from the cluster first.")] = False,  # noqa: FBT002 (a flag)
    every: Annotated[  # noqa: FBT002 (a flag)
        bool, typer.Option("--all", help="Ask the engine about every cell, also unchanged ones.")
    ] = False,
    offline: Annotated[  # noqa: FBT002 (a flag)
        bool, typer.Option("--offline", help="From the settings of two revisions alone: no cluster, no credentials.")
    ] = False,
    base: Annotated[str, typer.Option(help="Revision that stands; with --offline HEAD by default.")] = "",
    output: Annotated[Output, typer.Option("--output", help="Form of the plan.")] = Output.TEXT,
    save: Annotated[
        Path | None, typer.Option(help="Write the plan as JSON, too, for `kmetal-network comment`.")
    ] = None,
) -> None:
    """Show what an `up` would change and whom it would harm; ends with 1 if `up` refuses it, with 2 if not known."""
    code = preview(_ROOT, stack, refresh=refresh, every=every, offline=offline, base=base, output=output, path=save)
    raise typer.Exit(code)
