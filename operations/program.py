"""What the program does before its first resource: load, judge, and make sure of the cluster.

Everything here stops the run with one message and no traceback, before anything is written.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pulumi
from pulumi import automation as auto

from operations.guard import guard
from operations.identity import elsewhere, is_elsewhere
from operations.labels import LOOKED_AT
from operations.live import LiveCluster
from operations.platform import GATEWAY_NODE
from operations.preflight import make_sure
from operations.rerouting import notices
from operations.state import CLUSTER_UID, State
from underlay.errors import Finding, OperatorError
from underlay.stackfile import Environment, load_stack


def environment(root: Path, stack: str) -> Environment:
    """The stack's settings, judged, for a cluster that is really the one they name, and whose uid is exported.

    Raises:
        pulumi.RunError: any finding; ends the program with the findings alone.
    """
    try:
        loaded, warnings = load_stack(root, stack)
        with LiveCluster.of(root, loaded.settings.cluster) as cluster:
            present, found = make_sure(loaded, cluster)
            uid = cluster.uid()
            if not LOOKED_AT.get():
                _refuse_another_clusters_state(root, loaded, cluster, uid)
            if pulumi.runtime.is_dry_run():  # a preview may show what an `up` would be refused
                found += tuple(notices(present, cluster))
            else:
                _refuse_stubs(loaded, present)
                guard(present, cluster)
    except OperatorError as error:
        raise pulumi.RunError(f"nothing was applied\n{error}") from None
    for warning in (*warnings, *found):
        pulumi.log.warn(str(warning))
    pulumi.export(CLUSTER_UID, uid)
    return present


def _refuse_another_clusters_state(root: Path, loaded: Environment, cluster: LiveCluster, uid: str) -> None:
    """Plain Pulumi would find every object "same" in its state, and then call this cluster the state's own.

    Raises:
        OperatorError: it is another cluster's state; where it cannot be read, nothing is known of it.
    """
    with suppress(auto.CommandError, OSError):
        state = State.of(auto.LocalWorkspace(work_dir=str(root)).export_stack(loaded.name))
        if is_elsewhere(state, cluster, uid):
            raise elsewhere(loaded, cluster, uid, state)


def _refuse_stubs(loaded: Environment, present: Environment) -> None:
    """Plain Pulumi would let go of the label of a Node that has left, and so make an empty Node of that name.

    Raises:
        OperatorError: such a Node is named, and nobody has taken its patch out of the state before.
    """
    gone = sorted(set(loaded.settings.provider.gateway_nodes) - set(present.settings.provider.gateway_nodes))
    if gone and not LOOKED_AT.get():
        raise OperatorError(
            [
                Finding(
                    place=loaded.place(("provider", "gatewayNodes")),
                    problem=f"{', '.join(gone)} is not in the cluster, and plain Pulumi would make a stub Node of it",
                    remedy=f"run `underlay up {loaded.name}`; or take it out and run pulumi up --refresh",
                    rule=GATEWAY_NODE,
                )
            ]
        )
