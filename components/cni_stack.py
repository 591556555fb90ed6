"""The CNI stack: the kMetal chart, which brings Flannel, Kube-OVN, Multus and MetalLB.

Pulumi's Helm Release or Flux installs it; with `external`, others install it and nothing is applied.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.helm.v3 import Release, ReleaseArgs

from components.arguments import Arguments
from components.kubernetes_object import KubernetesObject
from kmetal_network.config.sections.cluster import Chart
from kmetal_network.config.sections.cni import Network
from kmetal_network.config.sections.metallb import MetalLB
from kmetal_network.manifests.chart import chart_values, flux_manifests
from kmetal_network.names import RELEASE, RELEASE_NAMESPACE


@dataclass(frozen=True, kw_only=True)
class ChartArgs:
    """The kMetal chart."""

    install: str | None = None
    """`release` (the default): Pulumi's Helm Release. `flux`: objects for a Flux that is there. `external`: nothing."""

    reference: str | None = None
    """`oci://...`, kMetal's own by default, or the path of a chart's folder."""

    version: str | None = None
    """Exact version of the chart; required with `oci://`."""

    values: Mapping[str, Any] | None = None
    """Further values, merged under what the other arguments set."""

    timeout_seconds: int | None = None
    """How long Helm waits, in seconds: 30 to 7200, by default 900."""


@dataclass(frozen=True, kw_only=True)
class FlannelArgs:
    """The primary CNI: pods of the management plane."""

    pod_cidr: str
    """Block of the under cluster's own pods."""

    enabled: bool | None = None
    """Whether the chart installs Flannel; true by default."""

    backend: str | None = None
    """`host-gw` (the default), `vxlan` or `wireguard`."""


@dataclass(frozen=True, kw_only=True)
class KubeOvnArgs:
    """The secondary CNI: the tenants' VPCs and Subnets."""

    pod_cidr: str
    """Block of Kube-OVN's default Subnet."""

    pod_gateway: str
    """Gateway of that Subnet."""

    svc_cidr: str
    """Service range; equals the API server's `--service-cluster-ip-range`."""

    join_cidr: str
    """Block that joins nodes to the default VPC."""

    tunnel_interface: str
    """NIC that carries the tenants' traffic between nodes, with the same name on every node."""

    enabled: bool | None = None
    """Whether the chart installs Kube-OVN; true by default."""

    tunnel_type: str | None = None
    """`geneve` (the default), `vxlan` or `stt`."""

    tunnel_mtu: int | None = None
    """MTU of the tunnel NIC in bytes; not a value of the chart."""


@dataclass(frozen=True, kw_only=True)
class MultusArgs:
    """The meta plug-in that gives a pod its second interface."""

    enabled: bool | None = None
    """Whether the chart installs Multus; true by default."""


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """The chart's `network` values."""

    flannel: FlannelArgs
    """The primary CNI."""

    kube_ovn: KubeOvnArgs
    """The secondary CNI."""

    multus: MultusArgs | None = None
    """What gives a pod its second interface."""


@dataclass(frozen=True, kw_only=True)
class CniStackArgs:
    """What the chart is given."""

    stack: str
    """Name of the stack, for the ownership label `kmetal-network/stack`."""

    chart: ChartArgs
    """Which chart, and how it is installed."""

    network: NetworkArgs
    """The chart's `network` values."""

    metallb_enabled: bool | None = None
    """Whether the chart installs MetalLB; true by default. Pools are the component MetalLB's."""


class CniStack(pulumi.ComponentResource):
    """The platform's CNIs and MetalLB, installed by the kMetal chart."""

    installed_by: pulumi.Output[str]
    """`release`, `flux` or `external`."""

    def __init__(self, name: str, args: CniStackArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("kmetal:network:CniStack", name, {}, opts)
        given = Arguments(args, f"CniStack {name}")
        stack = given.stack()
        chart = given.section(Chart, "chart")
        network = given.section(Network, "network")
        metallb = given.parsed(MetalLB, {"enabled": given.get("metallb_enabled")}, ("metallb",))
        values = chart_values(chart, network, metallb)
        if chart.install == "release":
            self._release(name, chart, values)
        elif chart.install == "flux":
            self._flux(name, chart, values, stack)
        self.installed_by = pulumi.Output.from_input(chart.install)
        self.register_outputs({"installedBy": chart.install, "values": values})

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

    def _flux(self, name: str, chart: Chart, values: dict[str, object], stack: str) -> None:
        source, release = flux_manifests(chart, values, stack)
        awaited = pulumi.ResourceOptions(parent=self, custom_timeouts=_patience(chart))
        pulled = KubernetesObject(f"{name}-{source.role}", source, awaited)
        after = pulumi.ResourceOptions.merge(awaited, pulumi.ResourceOptions(depends_on=[pulled]))
        KubernetesObject(f"{name}-{release.role}", release, after)


def _patience(chart: Chart) -> pulumi.CustomTimeouts:
    """As long as Helm waits, plus a minute in which Helm's own error arrives; the engine's default is 10 minutes."""
    seconds = f"{chart.timeout_seconds + 60}s"
    return pulumi.CustomTimeouts(create=seconds, update=seconds)
