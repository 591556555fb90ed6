"""The provider network: the VLAN through which tenants leave, and which has their external addresses."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from kmetal_network.config.sections.base import Section
from kmetal_network.config.types import (
    Address,
    AddressRange,
    DnsLabel,
    InterfaceName,
    IPv4Block,
    NodeName,
    ProviderName,
    VlanId,
)


class CustomInterface(Section):
    """Nodes whose provider NIC has another name."""

    interface: InterfaceName
    """NIC on those nodes."""

    nodes: Annotated[tuple[NodeName, ...], Field(min_length=1)]
    """The nodes."""


class ProviderNic(Section):
    """Kube-OVN's ProviderNetwork."""

    name: ProviderName
    """Name of the ProviderNetwork; its bridge is `br-<name>`."""

    default_interface: InterfaceName = Field(examples=["data.222"])
    """NIC on every worker that carries the provider VLAN; Kube-OVN moves it, and any address on it, to its bridge."""

    custom_interfaces: tuple[CustomInterface, ...] = ()
    """Nodes on which that NIC has another name."""

    exclude_nodes: tuple[NodeName, ...] = ()
    """Nodes without a provider NIC, such as control-plane nodes."""

    def named_nodes(self) -> tuple[tuple[str, str], ...]:
        """Each named node, by the key that names it."""
        excluded = (("excludeNodes", node) for node in self.exclude_nodes)
        own = (("customInterfaces", node) for entry in self.custom_interfaces for node in entry.nodes)
        return (*excluded, *own)


class ProviderVlan(Section):
    """Kube-OVN's Vlan."""

    name: DnsLabel
    """Name of the Vlan."""

    id: VlanId
    """0 on a kernel VLAN sub-interface (`data.222`), where the host tags already; else the real VLAN id."""


class ExternalSubnet(Section):
    """The Subnet `external` of the default VPC: the block that tenants' egress addresses come from."""

    name: Literal["external"] = "external"
    """Kube-OVN's controller looks for exactly this name."""

    cidr_block: IPv4Block
    """The publicly routable (or 1:1 translated) block."""

    gateway: Address
    """The physical router's address in it: next hop of every tenant."""

    gateway_type: Literal["distributed", "centralized"] = "distributed"
    """As in kMetal's guide; it has no effect on an underlay Subnet (kube-ovn pkg/controller/subnet.go)."""

    exclude_ips: tuple[AddressRange, ...] = ()
    """Addresses that Kube-OVN must not assign (`a` or `a..b`); the program adds the gateway."""


class Provider(Section):
    """The provider network of one environment."""

    network: ProviderNic
    """The ProviderNetwork: which NIC on which node."""

    vlan: ProviderVlan
    """The Vlan on it."""

    external: ExternalSubnet
    """The Subnet on that."""

    gateway_nodes: Annotated[tuple[NodeName, ...], Field(min_length=1)]
    """Nodes that anchor tenants' router ports (label `ovn.kubernetes.io/external-gw=true`). Without one, tenants' SNAT
    breaks and everything but the Vpc's status reports ready."""

    @model_validator(mode="after")
    def _gateway_nodes_have_the_nic(self) -> Provider:
        for node in self.gateway_nodes:
            if node in self.network.exclude_nodes:
                message = (
                    f"gateway node {node!r} is in network.excludeNodes, so it has no provider NIC to anchor routers on;"
                    " take it from one of the two lists"
                )
                raise ValueError(message)
        if len(set(self.gateway_nodes)) != len(self.gateway_nodes):
            message = f"gatewayNodes names a node twice ({', '.join(self.gateway_nodes)}); name each once"
            raise ValueError(message)
        return self
