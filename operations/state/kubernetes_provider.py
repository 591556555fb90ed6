"""The one Kubernetes provider, which is how the engine reaches the cluster of the settings.

Its kubeconfig stands in the state, with the credentials of whoever ran the last `up`. A run of the program replaces
them; a `destroy` and a refresh run none and would go on with them, long after they expired, to wherever they lead.
`renew` writes today's into the state before.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes
import yaml
from pulumi import automation as auto

from kmetal_network.config.kubeconfig import context_of
from kmetal_network.config.stackfile import Environment
from operations.engine.inline_program import Inline
from operations.state.stack_state import CLUSTER_UID, CREDENTIALS, State, digest

_REQUESTS_PER_SECOND = 1000
"""The client's own limit of 50 makes a refresh of 500 objects take 23 seconds instead of 8.

Evidence: docs/evidence/provider.md#speed.
"""


_UPSERT: Final[dict[str, Any]] = (
    {"upsert_existing_objects": True}
    if "upsert_existing_objects" in inspect.signature(kubernetes.ProviderArgs).parameters
    else {}
)
"""Take over what a killed run left; `operations.preflight` has seen that it is ours. Up to 4.28 the provider does so by
itself; from 4.29 on this option is needed (pulumi-kubernetes CHANGELOG, 4.29.0)."""


def credentials(root: Path, loaded: Environment) -> str:
    """The kubeconfig of the settings' cluster as the provider gets it: one context, files inlined."""
    return yaml.safe_dump(context_of(root, loaded.settings.cluster))


def identifier(loaded: Environment) -> str:
    """What the provider calls the cluster, in every stack of an environment. In state: renaming replaces everything."""
    return f"{loaded.name}-under-cluster"


def under_cluster(root: Path, loaded: Environment) -> kubernetes.Provider:
    """The provider: the named context alone, secret in state, never replaced when an address or a token changes."""
    return kubernetes.Provider(
        "under-cluster",
        kubeconfig=pulumi.Output.secret(credentials(root, loaded)),
        context=loaded.settings.cluster.context,
        cluster_identifier=identifier(loaded),
        **_UPSERT,
        kube_client_settings=kubernetes.KubeClientSettingsArgs(
            qps=_REQUESTS_PER_SECOND, burst=2 * _REQUESTS_PER_SECOND
        ),
    )


def renew(stack: auto.Stack, state: State, root: Path, loaded: Environment, uid: str) -> None:
    """Write today's credentials into the state, and which cluster it is of; no object is read or written.

    A refresh of the provider alone that runs a program with nothing else in it: the engine looks at what it is told to
    refresh, and keeps the rest of the state as it is (pulumi pkg 3.250, `step_generator.go`).
    """

    def program() -> None:
        under_cluster(root, loaded)
        known = {CLUSTER_UID: uid, CREDENTIALS: digest(credentials(root, loaded))}
        for name, value in {**state.outputs, **known}.items():
            pulumi.export(name, value)

    inline = Inline(program)
    try:
        stack.refresh(target=[state.provider], run_program=True, program=inline, color="never")
    finally:
        inline.end()
