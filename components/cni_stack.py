"""The CNI stack: the kMetal chart, which brings Flannel, Kube-OVN, Multus and MetalLB.

Installs it by Pulumi's Helm Release, by Flux, or not at all where others do. Refuses nothing: the settings were judged.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.helm.v3 import Release, ReleaseArgs

from components.objects import KubernetesObject
from underlay.chart import chart_values, flux_manifests
from underlay.names import RELEASE, RELEASE_NAMESPACE
from underlay.sections.cluster import Chart
from underlay.sections.cni import Network
from underlay.sections.metallb import MetalLB


@dataclass(frozen=True, kw_only=True)
class CniStackArgs:
    """What the chart is given."""

    chart: Chart
    network: Network
    metallb: MetalLB
    """Only whether it is installed; pools are objects (`components.metallb`), never values."""
    stack: str
    """Name of the stack, for the ownership label."""


class CniStack(pulumi.ComponentResource):
    """The platform's CNIs and MetalLB, installed."""

    installed_by: str
    """`release`, `flux` or `external`."""

    def __init__(self, name: str, args: CniStackArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("kmetal:network:CniStack", name, {}, opts)
        self.installed_by = args.chart.install
        values = chart_values(args.chart, args.network, args.metallb)
        if args.chart.install == "release":
            self._release(name, args.chart, values)
        elif args.chart.install == "flux":
            self._flux(name, args, values)
        self.register_outputs({"installedBy": self.installed_by, "values": values})

    def _release(self, name: str, chart: Chart, values: dict[str, object]) -> None:
        Release(
            f"{name}-release",
            ReleaseArgs(
                name=RELEASE,  # In state: renaming replaces it.
                namespace=RELEASE_NAMESPACE,
                create_namespace=True,
                chart=chart.reference,
                version=chart.version,
                values=values,
                timeout=chart.timeout_seconds,
            ),
            pulumi.ResourceOptions(parent=self, custom_timeouts=_patience(chart)),
        )

    def _flux(self, name: str, args: CniStackArgs, values: dict[str, object]) -> None:
        source, release = flux_manifests(args.chart, values, args.stack)
        awaited = pulumi.ResourceOptions(parent=self, custom_timeouts=_patience(args.chart))
        pulled = KubernetesObject(f"{name}-{source.role}", source, awaited)
        after = pulumi.ResourceOptions.merge(awaited, pulumi.ResourceOptions(depends_on=[pulled]))
        KubernetesObject(f"{name}-{release.role}", release, after)


def _patience(chart: Chart) -> pulumi.CustomTimeouts:
    """As long as Helm waits, and a minute for its own error to come first; the engine's default is 10 minutes."""
    seconds = f"{chart.timeout_seconds + 60}s"
    return pulumi.CustomTimeouts(create=seconds, update=seconds)
