"""The admission policies of one environment, as objects that are applied before any pool."""

from __future__ import annotations

from collections.abc import Iterable

from underlay.admission import Literals, admission_policies
from underlay.manifests import Manifest
from underlay.names import STACK_LABEL
from underlay.sections.admission import Admission
from underlay.sections.cni import Network
from underlay.sections.metallb import Management
from underlay.sections.provider import Provider


def literals(provider: Provider, management: Management, network: Network) -> Literals:
    """What the settings say of the provider network, for the expressions."""
    nics = provider.network
    name, vlan = nics.name, provider.vlan.id
    return Literals(
        cidrs=[str(provider.external.cidr_block)],
        interfaces={name: [nics.default_interface, *(entry.interface for entry in nics.custom_interfaces)]},
        vlan_ids={name: vlan} if vlan else {},
        other_interfaces=[management.interface, network.kube_ovn.tunnel_interface],
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
