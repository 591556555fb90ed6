"""Tells by its state whether a stack is as its settings want it, so that the engine need not be asked.

The inputs of every object in the state are compared with what would be rendered today, and with the object as the
provider saw it last: a provider may record one as it was before its own write (docs/evidence/provider.md#waits). A
stack of which anything is missing, left over, half done or of another provider is not as applied. What others changed
in the cluster since shows as little as in a plain preview: `kmetal-network drift` and `--refresh` read the cluster.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

from kmetal_network.config.declared import declared
from kmetal_network.config.settings import Settings
from kmetal_network.config.stackfile import Environment
from kmetal_network.live.field_managers import MANAGER
from kmetal_network.manifests.chart import chart_values
from kmetal_network.names import RELEASE, RELEASE_NAMESPACE
from kmetal_network.plan.rendering import rendered
from operations.state.kubernetes_provider import identifier
from operations.state.stack_state import CELLS, CLUSTER_UID, PROVIDER, STACK, steps_half_done

_UNSETTLED: Final = ("delete", "pendingReplacement", "initErrors", "taint")
"""Marks of a resource that a run has not brought to its end."""

_RELEASE: Final = "cni-release"
_HELM: Final = "kubernetes:helm.sh/v3:Release"


def is_as_applied(environment: Environment, deployment: Mapping[str, Any], uid: str = "") -> bool:
    """Whether a preview of one stack would change nothing, as far as settings and state tell.

    Args:
        environment: the environment with what that stack holds.
        deployment: the state of the stack, as the engine exports it.
        uid: of the cluster; empty where it was not looked at.
    """
    resources: list[Mapping[str, Any]] = [*(deployment.get("resources") or ())]
    if steps_half_done(deployment) or any(one.get(mark) for one in resources for mark in _UNSETTLED):
        return False
    if not all(_is_todays(one, environment) for one in resources if one["type"] == PROVIDER):
        return False
    if not all(_says_the_same(one, environment, uid) for one in resources if one["type"] == STACK):
        return False
    registered = [one for one in resources if one["type"].startswith("kubernetes:")]
    if not all(_was_seen(one) for one in registered):
        return False
    objects = {_name(one): _as_rendered(one) for one in registered}
    components = {_name(one) for one in resources if one["type"].startswith("kmetal:")}
    settings, platform = environment.settings, environment.part.has_platform
    layers = {"cni", "admission", "metallb", "provider-network"} if platform else set()
    wanted = {one.state_name: one.body for one in rendered(settings, environment.name, platform=platform)}
    if wanted.pop(_RELEASE, None) and not _is_release(objects.pop(_RELEASE, {}), settings):
        return False
    return objects == wanted and components == {tenant.name for tenant in settings.tenants} | layers


def _is_release(inputs: Mapping[str, Any], settings: Settings) -> bool:
    """Whether it is today's chart; one in a folder may have changed without a trace in the state."""
    chart = settings.chart
    wanted = {
        "name": RELEASE,
        "namespace": RELEASE_NAMESPACE,
        "createNamespace": True,
        "chart": chart.reference,
        "version": chart.version,
        "values": chart_values(chart, settings.network, settings.metallb),
        "timeout": chart.timeout_seconds,
    }
    given = {name: value for name, value in inputs.items() if value or name in wanted}
    return chart.reference.startswith("oci://") and given == wanted


def _is_todays(provider: Mapping[str, Any], environment: Environment) -> bool:
    inputs = provider.get("inputs") or {}
    return (
        inputs.get("version") == version("pulumi_kubernetes")
        and inputs.get("context") == environment.settings.cluster.context
        and inputs.get("clusterIdentifier") == identifier(environment)
    )


def _says_the_same(stack: Mapping[str, Any], environment: Environment, uid: str) -> bool:
    """Whether its outputs say what they would today: to the policy pack, and of cluster and cells."""
    outputs, settings, part = stack.get("outputs") or {}, environment.settings, environment.part
    return bool(
        outputs.get("declared") == declared(settings, platform=part.has_platform)
        and outputs.get("relaxed") == dict(settings.relaxed)
        and int(outputs.get(CELLS) or 0) == (part.cells if part.has_platform else 0)
        and uid in ("", outputs.get(CLUSTER_UID))
    )


def _was_seen(resource: Mapping[str, Any]) -> bool:
    """Whether the object had all that was asked for when the provider looked at it last."""
    if resource["type"] == _HELM:
        return ((resource.get("outputs") or {}).get("status") or {}).get("status") == "deployed"
    return _covers(resource.get("outputs") or {}, _as_asked(resource))


def _covers(seen: Any, asked: Any) -> bool:
    """As the provider compares: only the fields that the program sets count, and lists as a whole."""
    if isinstance(asked, Mapping):
        return isinstance(seen, Mapping) and all(key in seen and _covers(seen[key], asked[key]) for key in asked)
    if isinstance(asked, list):
        same = isinstance(seen, list) and len(seen) == len(asked)
        return same and all(map(_covers, seen, asked))
    return bool(seen == asked)


def _name(resource: Mapping[str, Any]) -> str:
    return str(resource["urn"]).rpartition("::")[2]


def _as_asked(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    """Its inputs; the provider gives a patch of a cluster-scoped object a namespace, which no cluster has."""
    inputs = resource.get("inputs") or {}
    metadata = inputs.get("metadata") or {}
    if not resource["type"].endswith("Patch") or metadata.get("namespace") != "default":
        return dict(inputs)
    return {**inputs, "metadata": {key: value for key, value in metadata.items() if key != "namespace"}}


def _as_rendered(resource: Mapping[str, Any]) -> dict[str, Any]:
    """As the manifest has it: without the annotation that names our field manager to the provider."""
    inputs = _as_asked(resource)
    metadata = dict(inputs.get("metadata") or {})
    annotations = {key: value for key, value in (metadata.pop("annotations", None) or {}).items() if key != MANAGER}
    if annotations:
        metadata["annotations"] = annotations
    return {**inputs, "metadata": metadata} if metadata else dict(inputs)
