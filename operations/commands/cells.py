"""`kmetal-network cells`: moves the states after the number of cells of an environment has changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kmetal_network.config.stackfile import load_environments
from kmetal_network.counting import counted
from kmetal_network.errors import OperatorError, Severity
from kmetal_network.finding_codes.codes import CELLS
from operations.console import err, out
from operations.parts.moving import Moving, carry_out, planned_moves
from operations.progress.watching import watched

_ROOT = Path()


def cells(
    environment: Annotated[str, typer.Argument(help="Name of the environment: Pulumi.<environment>.yaml.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,  # noqa: FBT002 (a flag)
) -> None:
    """Move the states to the number of cells in the settings. No cluster is asked, and no object is touched."""
    move_states(_ROOT, environment, yes=yes)


def move_states(root: Path, environment: str, *, yes: bool) -> None:
    """The command, in a project's folder.

    Raises:
        OperatorError: the settings are wrong, or the engine refuses.
    """
    number = _cells(root, environment)
    with watched(f"reading the states of {environment}"):
        moving = planned_moves(root, environment, number)
    if not moving.is_needed:
        out.print(f"{environment}: nothing to move ({_named(number)})", highlight=False)
        return
    _show(moving)
    if not yes:
        typer.confirm(f"Move the states of {environment}?", abort=True)
    for step in carry_out(root, moving):
        err.print(f"{step} ...", markup=False, highlight=False)
    shows = f"kmetal-network preview {environment}{' --all' if number else ''}"
    out.print(
        f"{environment}: {_named(number)}, no object touched; `{shows}` shows that nothing is to change",
        highlight=False,
        soft_wrap=True,
    )


def _cells(root: Path, environment: str) -> int:
    """The number in the settings; files of cells that are to go are no error here.

    Raises:
        OperatorError: no such environment, or any other error in the settings.
    """
    environments, findings = load_environments(root)
    if wrong := [one for one in findings if one.severity is Severity.ERROR and one.rule != CELLS]:
        raise OperatorError(wrong)
    if environment not in environments:
        known = ", ".join(environments) or "none"
        raise OperatorError(f"there is no Pulumi.{environment}.yaml; environments here: {known}")
    return environments[environment].settings.cells


def _show(moving: Moving) -> None:
    pairs = {(move.source, move.target) for move in moving.moves}
    for source, target in sorted(pairs):
        of_pair = [move for move in moving.moves if (move.source, move.target) == (source, target)]
        objects = counted(sum(move.objects for move in of_pair), "object")
        out.print(f"  {source} to {target}: {counted(len(of_pair), 'tenant')}, {objects}", highlight=False)
    for stack in moving.leaving:
        out.print(f"  {stack} ends", highlight=False)


def _named(cells: int) -> str:
    return counted(cells, "cell") if cells else "one stack, no cells"
