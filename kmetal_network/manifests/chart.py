"""The kMetal chart: its values, and the Flux objects that install it where Flux does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kmetal_network.config.plain_values import copied
from kmetal_network.config.sections.cluster import Chart
from kmetal_network.config.sections.cni import Network
from kmetal_network.config.sections.metallb import MetalLB
from kmetal_network.manifests.objects import Manifest, pruned
from kmetal_network.names import RELEASE, RELEASE_NAMESPACE, STACK_LABEL

_INTERVAL: Final = "10m"


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Two value trees as Helm merges them: maps key by key, all else by the upper one."""
    result = dict(under)
    for key, value in over.items():
        below = result.get(key)
        result[key] = merged(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return result


def chart_values(chart: Chart, network: Network, metallb: MetalLB) -> dict[str, Any]:
    """The values of the release: the operator's overlay under what the settings say.

    `metallb` is at once a component key of kMetal and the sub-chart's block, so an overlay may be under it; pools
    never do (one owner).
    """
    own = {
        "network": network.model_dump(
            mode="json", by_alias=True, exclude_none=True, exclude={"kube_ovn": {"tunnel_mtu"}}
        ),
        "metallb": {"enabled": metallb.enabled},
    }
    return merged(copied(chart.values), own)


def flux_manifests(chart: Chart, values: Mapping[str, Any], stack: str) -> tuple[Manifest, Manifest]:
    """OCIRepository and HelmRelease for a Flux that is already there."""
    metadata = {"name": RELEASE, "namespace": RELEASE_NAMESPACE, "labels": {STACK_LABEL: stack}}
    ready = {"annotations": {"pulumi.com/waitFor": "condition=Ready"}}
    source = {
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "kind": "OCIRepository",
        "metadata": {**metadata, **ready},
        "spec": {"interval": _INTERVAL, "url": chart.reference, "ref": {"tag": chart.version}},
    }
    release = {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": {**metadata, **ready},
        "spec": {
            "interval": _INTERVAL,
            "timeout": f"{chart.timeout_seconds}s",
            "releaseName": RELEASE,
            "chartRef": {"kind": "OCIRepository", "name": RELEASE},
            "values": values,
        },
    }
    return Manifest("source", pruned(source)), Manifest("release", release)
