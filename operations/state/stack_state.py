"""What a stack's state remembers besides its objects: which cluster they are on, and whose credentials reached it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Self

import yaml
from pulumi import automation as auto

from operations.cluster.live import Endpoint, endpoint_of

CLUSTER_UID: Final = "clusterUid"
"""Stack output: UID of the kube-system namespace of the cluster that the objects were applied to."""

CREDENTIALS: Final = "credentialsDigest"
"""Stack output: digest of the provider's kubeconfig. A run compares it with today's and needs no key of the state's
secrets for that: the engine takes 0.2 s to derive one."""

CELLS: Final = "cells"
"""Stack output of an environment's platform: over how many cells the states are split."""

TENANT: Final = "kmetal:network:TenantNetwork"
"""Type of the component that holds a tenant's objects."""

PROVIDER: Final = "pulumi:providers:kubernetes"
STACK: Final = "pulumi:pulumi:Stack"
_NODE_PATCH: Final = "kubernetes:core/v1:NodePatch"


@dataclass(frozen=True, kw_only=True)
class State:
    """One look at it."""

    provider: str = ""
    """URN of the Kubernetes provider; empty before the first `up`."""

    stored_kubeconfig: str | Mapping[str, Any] = ""
    """What the engine works with wherever it does not run the program, as it is stored."""

    reveal: Callable[[], auto.Deployment] | None = field(default=None, compare=False, repr=False)
    """Exports the state again, with its secrets in plain text."""

    outputs: Mapping[str, Any] = field(default_factory=dict)
    patches: Mapping[str, str] = field(default_factory=dict)
    """Patches of Nodes, name to URN."""

    holders: Mapping[str, str] = field(default_factory=dict)
    """The field manager of each of them, by name of the Node."""

    tenants: frozenset[str] = frozenset()
    """Names of the tenants that it holds."""

    written: str = ""
    """When a run last wrote it, in RFC 3339."""

    @classmethod
    def of(cls, deployment: Mapping[str, Any], reveal: Callable[[], auto.Deployment] | None = None) -> Self:
        """From a stack as it was exported.

        Args:
            deployment: the state; its secrets may be as they are stored, if there is a `reveal`.
            reveal: exports it again with its secrets in plain text.
        """
        resources = [one for one in deployment.get("resources") or () if not one.get("delete")]
        provider, stack = _first(resources, PROVIDER), _first(resources, STACK)
        patches = {str(one["id"]): one for one in resources if one["type"] == _NODE_PATCH}
        return cls(
            provider=str(provider.get("urn", "")),
            stored_kubeconfig=(provider.get("inputs") or {}).get("kubeconfig") or "",
            reveal=reveal,
            outputs=stack.get("outputs") or {},
            written=str((deployment.get("manifest") or {}).get("time", "")),
            tenants=frozenset(str(one["urn"]).rpartition("::")[2] for one in resources if one["type"] == TENANT),
            patches={node: str(one["urn"]) for node, one in patches.items()},
            holders={node: str((one.get("outputs") or {}).get("__fieldManager", "")) for node, one in patches.items()},
        )

    @cached_property
    def kubeconfig(self) -> str:
        """What the engine works with wherever it does not run the program."""
        stored = self.stored_kubeconfig
        if isinstance(stored, str):
            return stored
        if "plaintext" in stored or self.reveal is None:
            return str(json.loads(stored["plaintext"]))
        return State.of(self.reveal().deployment or {}).kubeconfig

    def says_it_has(self, credentials: str) -> bool:
        """Whether it holds these: compares the digest, or the credentials themselves in a state without one."""
        recorded = self.outputs.get(CREDENTIALS)
        return recorded == digest(credentials) if recorded else self.kubeconfig == credentials

    @property
    def uid(self) -> str:
        """Of the cluster; empty where no `up` has ended since the state was begun."""
        return str(self.outputs.get(CLUSTER_UID) or "")

    @property
    def cells(self) -> int:
        """Of the environment when it was applied last, as the state of its platform says."""
        return int(self.outputs.get(CELLS) or 0)

    @property
    def endpoint(self) -> Endpoint | None:
        """Of the API server that the provider talks to."""
        return endpoint_of(yaml.safe_load(self.kubeconfig)) if self.kubeconfig else None


def steps_half_done(deployment: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Steps of a killed run that no later run has brought to an end.

    The engine keeps a record that it began to create something, also after a later run has created it
    (only `pulumi refresh --clear-pending-creates` takes it out).
    """
    there = {str(one["urn"]) for one in deployment.get("resources") or ()}
    return [
        one
        for one in deployment.get("pending_operations") or ()
        if one["type"] != "creating" or str(one["resource"]["urn"]) not in there
    ]


def _first(resources: Iterable[Mapping[str, Any]], kind: str) -> Mapping[str, Any]:
    return next((one for one in resources if one["type"] == kind), {})


def digest(credentials: str) -> str:
    """SHA-256 of a kubeconfig, in hex. Tokens and keys are too long to guess them from it."""
    return hashlib.sha256(credentials.encode()).hexdigest()
