"""kMetal's `network` values: Flannel first, Kube-OVN second, Multus between them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kmetal_network.config.sections.base import Section
from kmetal_network.config.types import Address, InterfaceName, IPv4Block, Mtu


class Flannel(Section):
    """The primary CNI: pods of the management plane."""

    enabled: bool = True
    """Flannel is kMetal's primary CNI; switch it off only where another one is installed by hand."""

    pod_cidr: IPv4Block
    """Block of the under cluster's own pods."""

    backend: Literal["host-gw", "vxlan", "wireguard"] = "host-gw"
    """How Flannel carries packets between nodes."""


class KubeOvn(Section):
    """The secondary CNI: tenants' VPCs and Subnets."""

    enabled: bool = True
    """Without Kube-OVN there is no tenant network."""

    pod_cidr: IPv4Block
    """Block of Kube-OVN's default Subnet `ovn-default`."""

    pod_gateway: Address
    """Gateway of that Subnet; inside podCidr."""

    svc_cidr: IPv4Block
    """Service range; must equal the API server's --service-cluster-ip-range."""

    join_cidr: IPv4Block
    """Block that joins nodes to the default VPC."""

    tunnel_interface: InterfaceName = Field(examples=["data.205"])
    """NIC that carries tenants' traffic between nodes, by the same name on every node. The chart has no default."""

    tunnel_type: Literal["geneve", "vxlan", "stt"] = "geneve"
    """Encapsulation between nodes."""

    tunnel_mtu: Mtu | None = None
    """MTU of the tunnel NIC in bytes, where it is known; tenants' MTUs are judged against it. Not a chart value."""


class Multus(Section):
    """The meta plug-in that gives a pod its second interface."""

    enabled: bool = True
    """Required for Kube-OVN as the secondary CNI."""


class Network(Section):
    """kMetal's `network` values, to be pasted as they are."""

    flannel: Flannel
    """The primary CNI."""

    kube_ovn: KubeOvn
    """The secondary CNI."""

    multus: Multus = Multus()
    """What gives a pod its second interface."""
