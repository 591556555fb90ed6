"""The first run of a cell writes its state once, at the end, and says beforehand what it is going to make.

The engine writes the whole state before and after each object, which is a third of all work of a first `up`. A cell
holds tenants alone, and a later run takes a tenant's objects over by their label, so it can do without their state. It
cannot where the settings changed after a run that died: no label tells with which values an object was made. So before
the first object the state gets one record: what this run is about to make. The next `kmetal-network up` finishes that
first, if it has to (docs/adr/0019-the-first-run-of-a-cell.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pulumi import automation as auto

from kmetal_network.cells import named
from kmetal_network.config.begun import record_of
from kmetal_network.config.settings import PROJECT
from kmetal_network.config.stackfile import Environment, load_part
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.finding_codes.codes import CELLS
from operations.state.run_context import RunContext
from operations.state.stack_state import STACK

BEGUN: Final = "begun"
"""Stack output of a cell: what its first run is making; the program's own outputs replace it at the end."""

_AT_THE_END: Final = {"PULUMI_SKIP_CHECKPOINTS": "true"}
"""To the engine: write the state once (pulumi pkg/backend/snapshot.go)."""


def begin(stack: auto.Stack, root: Path, deployment: Mapping[str, Any], run_context: RunContext) -> None:
    """Before the first `up` of a cell: record what it makes, and have the engine write its state at the end.

    Nothing is done for a stack with a platform, whose chart a label does not prove to be ours, or where the state holds
    anything but the same record: then each step is written down as it happens.

    Args:
        stack: the stack that is about to run.
        root: the project.
        deployment: the stack's state.
        run_context: of that run.

    Raises:
        CommandError: the backend does not take it.
    """
    begun = begun_in(deployment)
    if named(stack.name) is None or (deployment.get("resources") and begun is None):
        return
    try:
        loaded, _ = load_part(root, stack.name)
    except OperatorError:
        return  # the program says it
    record = record_of(loaded.with_egress(run_context.egress).settings)
    if begun is not None and begun != record:
        return
    urn = f"urn:pulumi:{stack.name}::{PROJECT}::{STACK}::{PROJECT}-{stack.name}"
    told = {"urn": urn, "custom": False, "type": STACK, "outputs": {BEGUN: record}}
    if begun is None:
        stack.import_stack(auto.Deployment(3, {**deployment, "resources": [told]}))
    stack.workspace.env_vars = {**stack.workspace.env_vars, **_AT_THE_END}


def begun_in(deployment: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What the first run of a cell began and did not end, as its state says; None where nothing is open."""
    stacks = (one for one in deployment.get("resources") or () if one["type"] == STACK)
    found = next(((one.get("outputs") or {}).get(BEGUN) for one in stacks), None)
    return found if isinstance(found, Mapping) else None


def make_sure_nothing_is_open(environment: Environment, deployment: Mapping[str, Any]) -> None:
    """Before plain Pulumi runs, which would forget at its end what the first run of a cell began.

    Raises:
        OperatorError: that run died, and the settings are others now.
    """
    record = begun_in(deployment)
    if record is None or record == record_of(environment.settings):
        return
    name = environment.part.environment
    raise OperatorError(
        [
            Finding(
                place=f"stack {environment.part.stack}",
                problem="its first run died, its tenants were changed since, and no state knows what that run made",
                remedy=f"run `kmetal-network up {name}`, which finishes that first",
                rule=CELLS,
            )
        ]
    )
