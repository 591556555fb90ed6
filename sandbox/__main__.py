"""`python -m sandbox`: the control plane on this machine, from a shell.

It starts, stops and shows the control plane; `kmetal-network` and `pulumi` apply the network to it.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from kmetal_network.errors import OperatorError
from sandbox.control_plane.api import ApiError
from sandbox.control_plane.control_plane import API_SERVER, ComponentStatus
from sandbox.environment import DEFAULT_DIRECTORY, environment
from sandbox.progress import say
from sandbox.session import Sandbox
from sandbox.tools import toolchain
from sandbox.tools.releases import pins

app = typer.Typer(
    help="A Kubernetes control plane on this machine: real API server, real CRDs, no root, no Docker.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Directory = Annotated[Path, typer.Option("--directory", help="Folder of the sandbox.", file_okay=False)]

NOT_RUNNING = 1


class Output(StrEnum):
    """The format of the output."""

    TEXT = "text"
    JSON = "json"


@contextmanager
def _sandbox(directory: Path) -> Iterator[Sandbox]:
    """The sandbox; errors of its API server or of this machine become one sentence."""
    sandbox = Sandbox(directory)
    try:
        yield sandbox
    except (ApiError, OSError) as error:
        said = f"the API server refuses ({error})" if isinstance(error, ApiError) else error
        [log] = [component.log for component in sandbox.status() if component.name == API_SERVER]
        raise OperatorError(f"sandbox {sandbox.directory}: {said}; see {log}, and run it again") from error


@app.command()
def build() -> None:
    """Download or build missing tools, and print their paths; start nothing."""
    for name, path in toolchain.provide().items():
        typer.echo(f"{name} {path}")


@app.command()
def pin() -> None:
    """Write the checksums that the releases publish into toolchain/downloads.yaml. Exits 1 if one differs."""
    if not pins.pin(say):
        raise typer.Exit(1)


@app.command()
def up(directory: Directory = DEFAULT_DIRECTORY) -> None:
    """Start the control plane, then apply and verify the network of kMetal's guide."""
    with _sandbox(directory) as sandbox:
        sandbox.up()


@app.command()
def down(directory: Directory = DEFAULT_DIRECTORY) -> None:
    """Delete the network, then stop the control plane."""
    with _sandbox(directory) as sandbox:
        sandbox.down()


@app.command()
def start(directory: Directory = DEFAULT_DIRECTORY) -> None:
    """Start the control plane; servers that run already keep running."""
    with _sandbox(directory) as sandbox:
        if not sandbox.start():
            say(f"sandbox: already running on {sandbox.control_plane.api.address}")


@app.command()
def stop(directory: Directory = DEFAULT_DIRECTORY) -> None:
    """Stop what `start` started, and keep the data."""
    with _sandbox(directory) as sandbox:
        say("sandbox: stopped" if sandbox.stop() else "sandbox: was not running")


@app.command()
def status(directory: Directory = DEFAULT_DIRECTORY, output: Output = Output.TEXT) -> None:
    """Show each server and its log. Exits 1 when a server does not run."""
    with _sandbox(directory) as sandbox:
        components, ready = sandbox.status(), sandbox.ready()
    if output is Output.JSON:
        rows = [{"name": c.name, "pid": c.pid, "port": c.port, "log": str(c.log)} for c in components]
        typer.echo(json.dumps({"ready": ready, "components": rows}, indent=2))
    else:
        Console().print(_table(components, directory.resolve()))
        say(f"sandbox: {'ready' if ready else 'not ready'}")
    if not ready:
        raise typer.Exit(NOT_RUNNING)


@app.command()
def env(directory: Directory = DEFAULT_DIRECTORY) -> None:
    """Print the environment variables for a shell: `eval "$(python -m sandbox env)"`."""
    for name, value in environment(directory).items():
        typer.echo(f"export {name}={shlex.quote(value)}")


def _table(components: tuple[ComponentStatus, ...], directory: Path) -> Table:
    table = Table("component", "state", "pid", "address", f"log in {directory.name}")
    for component in components:
        table.add_row(
            component.name,
            "running" if component.running else "stopped",
            str(component.pid or "-"),
            f"127.0.0.1:{component.port}" if component.port else "-",
            str(component.log.relative_to(directory)),
        )
    return table


def main() -> None:
    """Run; an operator's error is one message without a traceback."""
    try:
        app()
    except (OperatorError, OSError) as error:
        say(str(error))
        sys.exit(2)


if __name__ == "__main__":
    main()
