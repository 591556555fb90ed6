"""The provider network: NIC, VLAN, Subnet `external`, and the nodes that anchor tenants' routers on it.

Order is what it is about: network, Vlan, Subnet, the default Vpc's patch (without it the next start of the controller
strips the labels), labels, and only then tenants. It never takes the patch away again: removing it fails, and would
strip the labels within a second (docs/evidence/kube-ovn.md#gateway-labels).
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.objects import KubernetesObject
from underlay.managers import stack_manager
from underlay.manifests import default_vpc_patch, external_subnet, gateway_label, provider_nic, provider_vlan
from underlay.names import DEFAULT_VPC
from underlay.replacing import fixed_fields
from underlay.sections.provider import Provider

BRIDGES = pulumi.CustomTimeouts(create="5m", update="5m")
"""Kube-OVN looks at its nodes every 30 seconds (26 s were seen)."""


@dataclass(frozen=True, kw_only=True)
class ProviderNetworkArgs:
    """The provider network as the settings say it."""

    provider: Provider
    stack: str
    """Name of the stack, for the ownership label."""


class ProviderNetwork(pulumi.ComponentResource):
    """The way out that all tenants share."""

    subnet: str
    """Name of the external Subnet."""

    gateway: str
    """The physical router: next hop of every tenant."""

    gateway_nodes: tuple[str, ...]
    """Nodes that anchor tenants' routers."""

    def __init__(self, name: str, args: ProviderNetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("kmetal:network:ProviderNetwork", name, {}, opts)
        provider = args.provider
        nic = KubernetesObject(
            f"{name}-nic",
            provider_nic(provider, args.stack),
            pulumi.ResourceOptions(
                parent=self,
                replace_on_changes=fixed_fields("ProviderNetwork"),
                delete_before_replace=True,
                custom_timeouts=BRIDGES,
            ),
        )
        vlan = KubernetesObject(
            f"{name}-vlan",
            provider_vlan(provider, args.stack),
            pulumi.ResourceOptions(
                parent=self, depends_on=[nic], replace_on_changes=fixed_fields("Vlan"), delete_before_replace=True
            ),
        )
        external = KubernetesObject(
            f"{name}-external",
            external_subnet(provider, args.stack),
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
        for node in provider.gateway_nodes:
            KubernetesObject(
                f"{name}-gateway-{node}",
                gateway_label(node),
                pulumi.ResourceOptions(parent=self, depends_on=[patch]),
                patch=True,
                manager=stack_manager(args.stack),
            )
        self.subnet = provider.external.name
        self.gateway = str(provider.external.gateway)
        self.gateway_nodes = provider.gateway_nodes
        self.register_outputs(
            {
                "subnet": self.subnet,
                "gateway": self.gateway,
                "gatewayNodes": list(self.gateway_nodes),
                "patched": DEFAULT_VPC,
            }
        )
