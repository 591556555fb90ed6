"""What the program does before its first resource: load, judge, and make sure of the cluster.

Everything here stops the run with one message and no traceback, before anything is written.
"""

from __future__ import annotations

from pathlib import Path

import pulumi
import pulumi_kubernetes as kubernetes
import yaml

from operations.errand import ERRAND
from operations.guard import foretold, guard
from operations.platform import GATEWAY_NODE
from operations.preflight import make_sure
from operations.records import settle_release
from operations.routers import notices
from operations.standing import held_by_others, succeed
from operations.writing import WritableCluster
from underlay.errors import Finding, OperatorError
from underlay.kubeconfig import context_of
from underlay.stackfile import Environment, load_stack

_REQUESTS_PER_SECOND = 1000
"""The client's own limit of 50 makes a refresh of 500 objects take 23 seconds instead of 8 (reference/pulumi.md 7)."""


def environment(root: Path, stack: str) -> Environment:
    """The stack's settings, judged, for a cluster that is really the one they name.

    Raises:
        pulumi.RunError: any finding; ends the program with the findings alone.
    """
    errand, dry_run = ERRAND.get(), pulumi.runtime.is_dry_run()
    try:
        loaded, warnings = load_stack(root, stack)
        if errand is not None:
            loaded = loaded.with_egress(errand.egress)
        with WritableCluster.of(root, loaded.settings.cluster) as cluster:
            present, there, found = make_sure(loaded, cluster)
            told = settle_release(root, loaded, cluster, errand, dry_run=dry_run)
            if not dry_run:
                _refuse_stubs(loaded, present)
                guard(present, cluster)
                succeed(present, cluster, there)
            else:  # a preview may show what an `up` would be refused
                # Our own commands hold the engine's plan itself to the guard.
                advance = foretold(present, cluster) if errand is None else tuple(notices(present, cluster))
                found = (*found, *advance, *held_by_others(present, there))
    except OperatorError as error:
        raise pulumi.RunError(f"nothing was applied\n{error}") from None
    for warning in (*warnings, *found, *told):
        pulumi.log.warn(str(warning))
    return present


def _refuse_stubs(loaded: Environment, present: Environment) -> None:
    """Plain Pulumi would let go of the label of a Node that has left, and so make an empty Node of that name.

    Raises:
        OperatorError: such a Node is named, and nobody has taken its patch out of the state before.
    """
    gone = sorted(set(loaded.settings.provider.gateway_nodes) - set(present.settings.provider.gateway_nodes))
    if gone and ERRAND.get() is None:
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


def under_cluster(root: Path, loaded: Environment) -> kubernetes.Provider:
    """The one Kubernetes provider: the named context alone, secret in state, never replaced when an address changes."""
    return kubernetes.Provider(
        "under-cluster",
        kubeconfig=pulumi.Output.secret(yaml.safe_dump(context_of(root, loaded.settings.cluster))),
        context=loaded.settings.cluster.context,
        cluster_identifier=f"{loaded.name}-under-cluster",  # In state: renaming replaces everything.
        upsert_existing_objects=True,  # what a killed run left; `operations.preflight` has seen that it is ours
        kube_client_settings=kubernetes.KubeClientSettingsArgs(
            qps=_REQUESTS_PER_SECOND, burst=2 * _REQUESTS_PER_SECOND
        ),
    )
