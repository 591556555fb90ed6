"""What the program does before its first resource: load, judge, and make sure of the cluster.

Everything here stops the run with one message and no traceback, before anything is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pulumi
from pulumi import automation as auto

from kmetal_network.config.begun import as_begun
from kmetal_network.config.stackfile import Environment, load_part
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.finding_codes.codes import CELLS, GATEWAY_NODE
from kmetal_network.grouping import grouped
from operations.cluster.live import LiveCluster
from operations.cluster.owned_objects import held_by_others, transfer_field_ownership
from operations.cluster.view import ClusterView
from operations.cluster.writing import WritableCluster
from operations.engine.events import SEPARATOR
from operations.engine.stack import deployment_of
from operations.impact.guard import expected_losses, guard
from operations.impact.routers import notices
from operations.preflight.obstacles import make_sure
from operations.state.first_run import make_sure_nothing_is_open
from operations.state.helm_release import settle_release
from operations.state.identity import elsewhere, is_elsewhere
from operations.state.kubernetes_provider import credentials
from operations.state.placement import make_sure_of_placement
from operations.state.run_context import RUN_CONTEXT
from operations.state.stack_state import CELLS as CELLS_OUTPUT
from operations.state.stack_state import CLUSTER_UID, CREDENTIALS, State, digest


def environment(root: Path, stack: str) -> Environment:
    """The stack's settings, judged, for a cluster that is really the one they name, and whose uid is exported.

    Raises:
        pulumi.RunError: any finding; ends the program with the findings alone.
    """
    run_context, dry_run = RUN_CONTEXT.get(), pulumi.runtime.is_dry_run()
    try:
        loaded, warnings = load_part(root, stack)
        if run_context is not None:
            loaded = loaded.with_egress(run_context.egress)
            if run_context.begun is not None:
                loaded = as_begun(loaded, run_context.begun)
        with _looking(root, loaded, dry_run=dry_run) as (view, writable):
            present, there, found = make_sure(loaded, view)
            uid = view.uid()
            if run_context is None:
                _refuse_another_state(root, loaded, view.cluster, uid)
            release_findings: tuple[str, ...] = ()
            if loaded.part.has_platform:
                release_findings = settle_release(root, loaded, view.cluster, run_context, dry_run=dry_run)
            elif not dry_run:
                _refuse_missing_platform(loaded, view)
            if writable is not None:
                _refuse_stubs(loaded, present)
                guard(present, view.anew() if release_findings else view)
                transfer_field_ownership(present, writable, there)
            else:  # a preview may show what an `up` would be refused
                # Our own commands hold the engine's plan itself to the guard.
                advance = expected_losses(present, view) if run_context is None else tuple(notices(present, view))
                found = (*found, *advance, *held_by_others(present, there))
    except OperatorError as error:
        raise pulumi.RunError(f"nothing was applied\n{error}") from None
    tell((*warnings, *found), release_findings)
    pulumi.export(CLUSTER_UID, uid)
    pulumi.export(CREDENTIALS, digest(credentials(root, loaded)))
    if present.part.cells and present.part.has_platform:
        pulumi.export(CELLS_OUTPUT, present.part.cells)
    return present


def tell(notes: Sequence[Finding], more: Sequence[str]) -> None:
    """Have the engine say them; our own commands group what repeats, together with what the policy pack says."""
    if RUN_CONTEXT.get() is None:
        for note in (*grouped(notes), *more):
            pulumi.log.warn(str(note))
    elif said := [*map(str, notes), *more]:
        pulumi.log.warn(SEPARATOR.join(said))


@contextmanager
def _looking(root: Path, loaded: Environment, *, dry_run: bool) -> Iterator[tuple[ClusterView, WritableCluster | None]]:
    """A view of the cluster, and for an `up` a client that may write to it; a preview takes the view of its command.

    Raises:
        OperatorError: the kubeconfig does not have the cluster, or no client can be made of it.
    """
    run_context = RUN_CONTEXT.get()
    if not dry_run:
        with WritableCluster.of(root, loaded.settings.cluster) as writable:
            yield ClusterView(writable), writable
    elif run_context is not None and run_context.view is not None:
        yield run_context.view, None
    else:
        with LiveCluster.of(root, loaded.settings.cluster) as cluster:
            yield ClusterView(cluster), None


def _refuse_another_state(root: Path, loaded: Environment, cluster: LiveCluster, uid: str) -> None:
    """Plain Pulumi would find every object "same" in its state, and then call this cluster the state's own.

    Raises:
        OperatorError: it is another cluster's state, holds tenants of another stack, or knows of a first run that died
            and not of what that made; where it cannot be read, nothing is known of it.
    """
    stack = loaded.part.stack
    with suppress(auto.CommandError, OSError):
        found = deployment_of(root, stack)
        state = State.of(found, lambda: auto.LocalWorkspace(work_dir=str(root)).export_stack(stack))
        if not loaded.part.has_platform:
            make_sure_of_placement(loaded, state, _recorded_cells(root, loaded.name))
        elif state.provider:
            make_sure_of_placement(loaded, state)
        if is_elsewhere(state, cluster, uid):
            raise elsewhere(loaded, cluster, uid, state)
        make_sure_nothing_is_open(loaded, found)


def _recorded_cells(root: Path, platform: str) -> int | None:
    """Over how many cells the states are split, as that of the platform says; None before its first `up`."""
    state = State.of(deployment_of(root, platform))
    return state.cells if state.provider else None


def _refuse_missing_platform(loaded: Environment, view: ClusterView) -> None:
    """A tenant's router would wait in vain for the provider network, which another stack makes.

    Raises:
        OperatorError: the provider Subnet is not there.
    """
    external = loaded.settings.provider.external.name
    if external not in view.objects("Subnet"):
        raise OperatorError(
            [
                Finding(
                    place=f"stack {loaded.part.stack}",
                    problem=f"Subnet {external} is not there, which the tenants of a cell leave through",
                    remedy=f"apply the platform first: `kmetal-network up {loaded.name}` does all in order; plain"
                    f" Pulumi: pulumi up -s {loaded.name}",
                    rule=CELLS,
                )
            ]
        )


def _refuse_stubs(loaded: Environment, present: Environment) -> None:
    """Plain Pulumi would let go of the label of a Node that has left, and so make an empty Node of that name.

    Raises:
        OperatorError: such a Node is named, and no one has taken its patch out of the state before.
    """
    gone = sorted(set(loaded.settings.provider.gateway_nodes) - set(present.settings.provider.gateway_nodes))
    if gone and RUN_CONTEXT.get() is None:
        raise OperatorError(
            [
                Finding(
                    place=loaded.place(("provider", "gatewayNodes")),
                    problem=f"{', '.join(gone)} is not in the cluster, and plain Pulumi would make a stub Node of it",
                    remedy=f"run `kmetal-network up {loaded.name}`; or take it out and run"
                    f" pulumi up -s {loaded.name} --refresh",
                    rule=GATEWAY_NODE,
                )
            ]
        )
