"""`kmetal-network up` and `destroy`: the engine's run, with the checks that the engine does not make.

The engine plans and applies. These commands add four checks: is this the cluster that the settings name? Would the
plan cut anybody off? Did a killed run leave orphans? Which routers must be deleted before the plan's own steps?
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path
from typing import Final

import typer

from kmetal_network.counting import counted
from operations.cluster.owned_objects import owned_objects, transfer_field_ownership
from operations.cluster.writing import WritableCluster
from operations.console import Output
from operations.engine.events import HALVES
from operations.parts.addresses import Requests, withdraw
from operations.preview.previewing import hold_to_review, live_plan, previewed_plan
from operations.progress.reporting import report_of
from operations.progress.tally import Expected
from operations.visit import visit

_DONE: Final = {"create": "created", "update": "updated", "delete": "deleted", "replace": "replaced"}


def up(
    root: Path,
    stack: str,
    *,
    yes: bool,
    refresh: bool,
    reviewed: str = "",
    every: bool = False,
    output: Output = Output.TEXT,
) -> None:
    """Show the plan, ask, apply, and wait until every object is ready.

    Args:
        root: the project.
        stack: name of the environment.
        yes: apply without asking.
        refresh: read every object from the cluster first.
        reviewed: digest of the plan that was reviewed; no other plan is applied.
        every: ask the engine about cells, too, that are as applied by their states.
        output: what stdout gets; json streams the steps.

    Raises:
        OperatorError: the settings are wrong; the cluster does not answer, or is another one; the run failed; or the
            plan would cut somebody off, ignores orphans of a killed run, or is not the reviewed one.
    """
    report = report_of(stack, output, yes=yes)
    if reviewed:  # with a read-only client: the code below may write before it has a plan
        hold_to_review(previewed_plan(root, stack, refresh=refresh, every=every), reviewed)
    with visit(root, stack, WritableCluster, report) as (visited, cluster):
        visited.every = every
        # First, because fields that earlier runs own would conflict with the preview.
        there = owned_objects(visited.environment, visited.view)
        withdraw(visited.environment, visited.view, cluster)
        transfer_field_ownership(visited.environment, cluster, there)
        if cluster.writes:
            visited.look_anew()
        make = partial(visited.plan, "preview", f"previewing {stack}", refresh=refresh)
        planned = visited.held(make(), make, yes=yes)
        if reviewed:  # again: the cluster may have changed meanwhile
            plan = live_plan(visited.environment, visited.view, planned, warnings=visited.warnings, root=root)
            hold_to_review(plan, reviewed)
        if not planned.steps:
            visited.renew(planned, refresh=refresh)
            return
        visited.show_rerouted()
        if not yes:
            typer.confirm(f"Apply to {stack}?", abort=True)
        visited.reroute(planned)
        requests = Requests.of(visited.environment, planned)
        outcome = visited.run(
            "up",
            f"applying {stack}",
            refresh=refresh,
            expected=Expected.of(planned, visited.pace(planned).seconds),
            skip=(*planned.skipped, *planned.idle),
            before=partial(requests.make, cluster),
        )
        if requests.refusal:
            visited.notes.tell([f"Kube-OVN chose each new router's address itself, a second each: {requests.refusal}"])
    done = Counter(step.operation for step in outcome.steps if step.is_object and step.operation not in HALVES)
    said = ", ".join(f"{number} {_DONE.get(operation, operation)}" for operation, number in sorted(done.items()))
    visited.report.end(done, said or "nothing changed")


def destroy(root: Path, stack: str, *, yes: bool, output: Output = Output.TEXT) -> None:
    """Show, ask, and take away in the order that leaves nothing behind.

    Raises:
        OperatorError: as for `up`.
    """
    with visit(root, stack, WritableCluster, report_of(stack, output, yes=yes)) as (visited, cluster):
        withdraw(visited.environment, visited.view, cluster)
        if cluster.writes:
            visited.look_anew()
        make = partial(visited.run, "preview-destroy", f"previewing the end of {stack}")
        planned = visited.held(make(), make, yes=yes, ends=True)
        if not yes:
            typer.confirm(f"Delete the whole network of {stack}?", abort=True)
            visited.look_anew()  # the operator may have taken a while to answer
            visited.hold(planned, ends=True)
        outcome = visited.run(
            "destroy", f"deleting {stack}", expected=Expected.of(planned, visited.pace(planned).seconds)
        )
    gone = [step.is_patch for step in outcome.steps if step.is_object and step.operation == "delete"]
    patches, objects = counted(sum(gone), "patch", "patches"), counted(gone.count(False), "object")
    visited.report.end({"delete": len(gone)}, f"{objects} deleted, {patches} removed from objects of others")
