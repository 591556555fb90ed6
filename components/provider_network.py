"""The provider network: NIC, VLAN, Subnet `external`, and the nodes that anchor tenants' routers on it.

The order matters: ProviderNetwork, Vlan, Subnet, the patch of the default Vpc, node labels, and only then tenants.
Without the patch, Kube-OVN's controller strips the labels when it starts (pkg/controller/external_gw.go, 1.15). The
patch is never taken away: its removal fails, and would strip the labels as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.arguments import Arguments
from components.external_args import ExternalNetworkArgs
from components.kubernetes_object import KubernetesObject
from kmetal_network.config.sections.provider import Provider
from kmetal_network.live.field_managers import stack_manager
from kmetal_network.manifests.provider import (
    default_vpc_patch,
    external_subnet,
    gateway_label,
    provider_nic,
    provider_vlan,
)
from kmetal_network.manifests.replacement import fixed_fields
from kmetal_network.names import DEFAULT_VPC

BRIDGES = pulumi.CustomTimeouts(create="5m", update="5m")
"""Kube-OVN looks at its nodes every 30 seconds (26 s were seen)."""


@dataclass(frozen=True, kw_only=True)
class CustomInterfaceArgs:
    """Nodes whose provider NIC has another name."""

    interface: str
    """NIC on those nodes."""

    nodes: Sequence[str]
    """The nodes."""


@dataclass(frozen=True, kw_only=True)
class ProviderNicArgs:
    """Kube-OVN's ProviderNetwork."""

    name: str
    """Name of the ProviderNetwork; its bridge is `br-<name>`."""

    default_interface: str
    """NIC on every worker that carries the provider VLAN."""

    custom_interfaces: Sequence[CustomInterfaceArgs] | None = None
    """Nodes on which that NIC has another name."""

    exclude_nodes: Sequence[str] | None = None
    """Nodes without a provider NIC, such as control-plane nodes."""


@dataclass(frozen=True, kw_only=True)
class ProviderVlanArgs:
    """Kube-OVN's Vlan."""

    name: str
    """Name of the Vlan."""

    id: int
    """0 on a kernel VLAN sub-interface such as `data.222`, where the host tags already; else the VLAN id."""


@dataclass(frozen=True, kw_only=True)
class ExternalSubnetArgs:
    """The Subnet `external` of the default VPC: the block that tenants' egress addresses come from."""

    cidr_block: str
    """The publicly routable (or 1:1 translated) block."""

    gateway: str
    """The physical router's address in it: next hop of every tenant."""

    gateway_type: str | None = None
    """`distributed` (the default) or `centralized`; without effect on an underlay Subnet."""

    exclude_ips: Sequence[str] | None = None
    """Addresses that Kube-OVN must not assign (`a` or `a..b`); the gateway is added by itself."""


@dataclass(frozen=True, kw_only=True)
class ProviderNetworkArgs:
    """The provider network of one under cluster."""

    stack: str
    """Name of the stack, for the ownership label `kmetal-network/stack`."""

    network: ProviderNicArgs
    """The ProviderNetwork: which NIC on which node."""

    vlan: ProviderVlanArgs
    """The Vlan on it."""

    external: ExternalSubnetArgs
    """The Subnet on that."""

    gateway_nodes: Sequence[str]
    """Nodes that anchor tenants' router ports (label `ovn.kubernetes.io/external-gw=true`); at least one."""


class ProviderNetwork(pulumi.ComponentResource):
    """The way out that all tenants share.

    What uses its outputs waits until the gateway nodes are labelled.
    """

    subnet: pulumi.Output[str]
    """Name of the external Subnet."""

    cidr_block: pulumi.Output[str]
    """Block of the external Subnet, for a tenant's `external`."""

    gateway: pulumi.Output[str]
    """The physical router, for a tenant's `external`."""

    gateway_nodes: pulumi.Output[Sequence[str]]
    """Nodes that anchor tenants' routers."""

    def __init__(self, name: str, args: ProviderNetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("kmetal:network:ProviderNetwork", name, {}, opts)
        given = Arguments(args, f"ProviderNetwork {name}")
        stack, provider = given.stack(), given.section(Provider)
        nic = KubernetesObject(
            f"{name}-nic",
            provider_nic(provider, stack),
            pulumi.ResourceOptions(
                parent=self,
                replace_on_changes=fixed_fields("ProviderNetwork"),
                delete_before_replace=True,
                custom_timeouts=BRIDGES,
            ),
        )
        vlan = KubernetesObject(
            f"{name}-vlan",
            provider_vlan(provider, stack),
            pulumi.ResourceOptions(
                parent=self, depends_on=[nic], replace_on_changes=fixed_fields("Vlan"), delete_before_replace=True
            ),
        )
        external = KubernetesObject(
            f"{name}-external",
            external_subnet(provider, stack),
            pulumi.ResourceOptions(
                parent=self,
                depends_on=[vlan],
                replace_on_changes=fixed_fields("Subnet"),
                delete_before_replace=True,
            ),
        )
        patch = KubernetesObject(
            f"{name}-default-vpc",
            default_vpc_patch(provider.external),
            pulumi.ResourceOptions(parent=self, depends_on=[external], retain_on_delete=True),
            patch=True,
        )
        labels = [
            KubernetesObject(
                f"{name}-gateway-{node}",
                gateway_label(node),
                pulumi.ResourceOptions(parent=self, depends_on=[patch]),
                patch=True,
                manager=stack_manager(stack),
            )
            for node in provider.gateway_nodes
        ]
        ready = pulumi.Output.all(*(label.urn for label in labels))
        subnet, gateway = provider.external.name, str(provider.external.gateway)
        self.subnet = ready.apply(lambda _: subnet)
        self.cidr_block = ready.apply(lambda _: str(provider.external.cidr_block))
        self.gateway = ready.apply(lambda _: gateway)
        self.gateway_nodes = ready.apply(lambda _: list(provider.gateway_nodes))
        self.register_outputs(
            {
                "subnet": subnet,
                "gateway": gateway,
                "gatewayNodes": list(provider.gateway_nodes),
                "patched": DEFAULT_VPC,
            }
        )

    @property
    def external(self) -> ExternalNetworkArgs:
        """What a TenantNetwork needs of this network, for its argument `external`."""
        return ExternalNetworkArgs(cidr_block=self.cidr_block, gateway=self.gateway)
