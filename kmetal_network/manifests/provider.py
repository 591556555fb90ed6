"""The provider network's section of the settings as the objects that are applied."""

from __future__ import annotations

from kmetal_network.config.sections.provider import ExternalSubnet, Provider
from kmetal_network.manifests.objects import FORCE, KUBE_OVN, Manifest, exclude_ips, kubernetes_object, written_section
from kmetal_network.names import DEFAULT_VPC, EXTERNAL_GATEWAY_LABEL


def provider_nic(provider: Provider, stack: str) -> Manifest:
    """The ProviderNetwork, ready once each gateway node has its bridge.

    Forced: Kube-OVN takes the name of a node that leaves out of both lists and owns them from then on (node.go), so
    that the next change would conflict for ever. `operations.preflight.checks.added_nodes` finds what it has put in.
    """
    network = provider.network
    wait = ["jsonpath={.status.ready}=true"]
    wait += [f"jsonpath={{.status.readyNodes[?@=='{node}']}}={node}" for node in provider.gateway_nodes]
    spec = {
        "defaultInterface": network.default_interface,
        "customInterfaces": [written_section(entry) for entry in network.custom_interfaces],
        "excludeNodes": list(network.exclude_nodes),
    }
    body = kubernetes_object(KUBE_OVN, "ProviderNetwork", network.name, stack, spec, wait=wait)
    body["metadata"]["annotations"][FORCE] = "true"
    return Manifest("nic", body)


def provider_vlan(provider: Provider, stack: str) -> Manifest:
    """The Vlan."""
    spec = {"id": provider.vlan.id, "provider": provider.network.name}
    return Manifest("vlan", kubernetes_object(KUBE_OVN, "Vlan", provider.vlan.name, stack, spec))


def external_subnet(provider: Provider, stack: str) -> Manifest:
    """The Subnet `external` of the default VPC."""
    external = provider.external
    spec = {
        "vpc": DEFAULT_VPC,
        "vlan": provider.vlan.name,
        "protocol": "IPv4",
        "cidrBlock": str(external.cidr_block),
        "gateway": str(external.gateway),
        "gatewayType": external.gateway_type,
        "excludeIps": exclude_ips(external.gateway, external.exclude_ips),
    }
    return Manifest(
        "external", kubernetes_object(KUBE_OVN, "Subnet", external.name, stack, spec, wait=["condition=Ready"])
    )


def default_vpc_patch(external: ExternalSubnet) -> Manifest:
    """The one field of the default Vpc that holds off the label stripper. Nothing else of that object is ours."""
    body = {
        "apiVersion": KUBE_OVN,
        "kind": "Vpc",
        "metadata": {"name": DEFAULT_VPC},
        "spec": {"extraExternalSubnets": [external.name]},
    }
    return Manifest("default-vpc", body)


def gateway_label(node: str) -> Manifest:
    """A node's gateway label; forced, since Kube-OVN itself may have turned it to "false" and owns it then."""
    metadata = {"name": node, "labels": {EXTERNAL_GATEWAY_LABEL: "true"}, "annotations": {FORCE: "true"}}
    return Manifest(f"gateway-{node}", {"apiVersion": "v1", "kind": "Node", "metadata": metadata})
