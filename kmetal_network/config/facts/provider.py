"""What the settings say of the provider network."""

from __future__ import annotations

from kmetal_network.config.places import Place
from kmetal_network.config.sections.provider import Provider
from kmetal_network.facts.kube_ovn import (
    ProviderNetwork,
    Subnet,
    Vlan,
    Vpc,
)
from kmetal_network.facts.model import Facts
from kmetal_network.facts.platform import Node
from kmetal_network.names import (
    DEFAULT_VPC,
)


def provider_facts(provider: Provider, place: Place) -> Facts:
    """The provider network: NICs, VLAN, external Subnet and gateway nodes."""
    network, vlan, external = provider.network, provider.vlan, provider.external
    return Facts(
        provider_networks=(
            ProviderNetwork(
                place=place(("provider", "network")),
                name=network.name,
                default_interface=network.default_interface,
                custom_interfaces=tuple((entry.interface, entry.nodes) for entry in network.custom_interfaces),
                exclude_nodes=network.exclude_nodes,
            ),
        ),
        vlans=(Vlan(place=place(("provider", "vlan")), name=vlan.name, id=vlan.id, provider=network.name),),
        subnets=(
            Subnet(
                place=place(("provider", "external")),
                name=external.name,
                cidr=str(external.cidr_block),
                gateway=str(external.gateway),
                exclude=tuple(map(str, external.exclude_ips)),
                vpc=DEFAULT_VPC,
                vlan=vlan.name,
                gateway_type=external.gateway_type,
                protocol="IPv4",
            ),
        ),
        vpcs=(
            Vpc(
                place=place(("provider", "external")),
                name=DEFAULT_VPC,
                extra_external=(external.name,),
            ),
        ),
        nodes=tuple(
            Node(place=place(("provider", "gatewayNodes", index)), name=node, external_gateway="true")
            for index, node in enumerate(provider.gateway_nodes)
        ),
    )
