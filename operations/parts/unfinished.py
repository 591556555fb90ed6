"""Finishes what the first run of a cell began and died in, so that the state knows every object that it made.

Only that lets the engine do the rest where the settings changed since: delete the tenants that have left, and replace
what does not change in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeAlias

from pulumi import automation as auto

from kmetal_network.cells import Part
from kmetal_network.config.begun import only
from kmetal_network.config.stackfile import Environment
from kmetal_network.live.offboarding import GONE_IN_ORDER
from kmetal_network.names import STACK_LABEL, TENANT_LABEL
from operations.cluster.view import ClusterView
from operations.engine.events import Outcome, Watch
from operations.engine.stack import deployment_of
from operations.parts.environment_run import run_tasks
from operations.parts.messages import Task
from operations.state.first_run import begun_in
from operations.state.run_context import RunContext

_KINDS: Final = sorted({*GONE_IN_ORDER} - {"IP", "OvnFip", "OvnDnatRule"})
"""Kinds that carry a tenant's label."""

Records: TypeAlias = Mapping[str, Mapping[str, Any]]
"""Name of a cell's stack to what its first run began."""


def unfinished(root: Path, environment: Environment) -> Records:
    """Cells whose first run has not ended, by their states; one that cannot be read tells nothing.

    Args:
        root: the project.
        environment: the whole of it.
    """
    found: dict[str, Mapping[str, Any]] = {}
    for part in Part.all(environment.name, environment.settings.cells)[1:]:
        with suppress(auto.CommandError):
            if (record := begun_in(deployment_of(root, part.stack))) is not None:
                found[part.stack] = record
    return found


def finish(
    root: Path, environment: Environment, view: ClusterView, records: Records, watch: Watch | None = None
) -> Outcome:
    """Apply, as it was begun, every tenant of which anything is there; the state is written with each step.

    Args:
        root: the project.
        environment: the whole of it.
        view: what is seen of its cluster.
        records: of `unfinished`.
        watch: called with each step.

    Raises:
        OperatorError: no run was possible.
    """
    there = _tenants(environment, view)
    tasks = [
        Task(root=root, stack=stack, verb="up", begun=wanted)
        for stack, record in records.items()
        if (wanted := only(record, there))["tenants"]
    ]
    begun = tasks[0].begun if len(tasks) == 1 else None  # a single task runs in this process
    return run_tasks(environment.name, tasks, "up", watch, RunContext(begun=begun)) if tasks else Outcome()


def _tenants(environment: Environment, view: ClusterView) -> set[str]:
    """Names of the environment's tenants of which the cluster has anything."""
    labels = [item["metadata"].get("labels") or {} for items in view.seen(_KINDS).values() for item in items.values()]
    return {
        str(one[TENANT_LABEL]) for one in labels if TENANT_LABEL in one and one.get(STACK_LABEL) == environment.name
    }
