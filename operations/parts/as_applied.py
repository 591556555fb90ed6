"""Tells by its state whether a cell is as its settings want it, so that the engine need not be asked.

The inputs of every object in the state are compared with what would be rendered today. A cell of which anything is
missing, left over, half done or of another provider is not as applied. What others changed in the cluster since shows
here as little as in a plain preview: `kmetal-network drift` and `--refresh` read the cluster.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any, Final

from kmetal_network.config.stackfile import Environment
from kmetal_network.manifests.tenant import tenant_manifests
from operations.state.kubernetes_provider import identifier

_MANAGER: Final = "pulumi.com/patchFieldManager"
"""An annotation for the provider, which names our field manager and stands in no manifest."""

_UNSETTLED: Final = ("delete", "pendingReplacement", "initErrors", "taint")
"""Marks of a resource that a run has not brought to its end."""


def is_as_applied(environment: Environment, deployment: Mapping[str, Any]) -> bool:
    """Whether a preview of one cell would change nothing.

    Args:
        environment: the environment with the tenants of that cell.
        deployment: the state of its stack, as the engine exports it.
    """
    resources: Iterable[Mapping[str, Any]] = deployment.get("resources") or ()
    if deployment.get("pending_operations"):
        return False
    objects: dict[str, Any] = {}
    components: set[str] = set()
    for resource in resources:
        kind, name = str(resource["type"]), str(resource["urn"]).rpartition("::")[2]
        if any(resource.get(mark) for mark in _UNSETTLED):
            return False
        if kind == "pulumi:providers:kubernetes":
            if not _is_todays(resource, environment):
                return False
        elif kind.startswith("kubernetes:"):
            objects[name] = _without_manager(resource.get("inputs") or {})
        elif kind.startswith("kmetal:"):
            components.add(name)
    external = environment.settings.provider.external
    wanted = {
        f"{tenant.name}-{manifest.role}": manifest.body
        for tenant in environment.settings.tenants
        for manifest in tenant_manifests(tenant, external, environment.name)
    }
    return objects == wanted and components == {tenant.name for tenant in environment.settings.tenants}


def _is_todays(provider: Mapping[str, Any], environment: Environment) -> bool:
    inputs = provider.get("inputs") or {}
    return (
        inputs.get("version") == version("pulumi_kubernetes")
        and inputs.get("context") == environment.settings.cluster.context
        and inputs.get("clusterIdentifier") == identifier(environment)
    )


def _without_manager(inputs: Mapping[str, Any]) -> dict[str, Any]:
    metadata = dict(inputs.get("metadata") or {})
    annotations = {key: value for key, value in (metadata.pop("annotations", None) or {}).items() if key != _MANAGER}
    if annotations:
        metadata["annotations"] = annotations
    return {**inputs, "metadata": metadata}
