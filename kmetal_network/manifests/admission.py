"""The admission policies of one environment, as objects that are applied before any pool."""

from __future__ import annotations

from collections.abc import Iterable

from kmetal_network.admission.model import Literals
from kmetal_network.admission.policies import admission_policies
from kmetal_network.config.sections.admission import Admission
from kmetal_network.config.sections.cni import Network
from kmetal_network.config.sections.metallb import Management, MetalLB
from kmetal_network.config.sections.provider import Provider
from kmetal_network.laws.platform.chart_values import TUNNEL_HEADERS
from kmetal_network.manifests.objects import Manifest
from kmetal_network.names import STACK_LABEL


def literals(provider: Provider, management: Management, network: Network, metallb: MetalLB) -> Literals:
    """What the settings say of the network, for the expressions."""
    nics, cni = provider.network, network.kube_ovn
    name, vlan = nics.name, provider.vlan.id
    return Literals(
        cidrs=[str(provider.external.cidr_block)],
        interfaces={name: [nics.default_interface, *(entry.interface for entry in nics.custom_interfaces)]},
        vlan_ids={name: vlan} if vlan else {},
        gateway=str(provider.external.gateway),
        other_interfaces=[management.interface, cni.tunnel_interface],
        management=",".join(map(str, management.blocks)) or None,
        vlans=[provider.vlan.name],
        arp_only=not metallb.bgp_advertisements,
        reserved=[entry.canonical() for entry in management.reserved],
        platform=[str(block) for block in (network.flannel.pod_cidr, cni.pod_cidr, cni.svc_cidr, cni.join_cidr)],
        mtu=None if cni.tunnel_mtu is None else cni.tunnel_mtu - TUNNEL_HEADERS[cni.tunnel_type],
    )


def admission_manifests(
    admission: Admission, held_against: Literals, relaxed: Iterable[str], stack: str
) -> tuple[Manifest, ...]:
    """Policies, then bindings; none where the stack leaves them out."""
    if admission.left_out is not None:
        return ()
    return tuple(
        Manifest(
            f"{'binding' if body['kind'].endswith('Binding') else 'policy'}-{body['metadata']['name']}",
            {**body, "metadata": {**body["metadata"], "labels": {STACK_LABEL: stack}}},
        )
        for body in admission_policies(held_against, relaxed)
    )
