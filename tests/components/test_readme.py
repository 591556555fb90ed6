"""The program of `components/README.md`, as short as it says and complete."""

from __future__ import annotations

from tests.components.readme import python_program, shown
from tests.support.recording_engine import record


def test_the_program_of_the_readme_has_fifteen_lines_and_declares_a_provider_network_and_a_tenant() -> None:
    assert len([line for line in shown("python").splitlines() if line]) == 15
    made = record(python_program())
    assert {name: entry.type.rpartition(":")[2] for name, entry in made.items()} == {
        "cluster": "kubernetes",
        "provider-network": "ProviderNetwork",
        "provider-network-nic": "ProviderNetwork",
        "provider-network-vlan": "Vlan",
        "provider-network-external": "Subnet",
        "provider-network-default-vpc": "VpcPatch",
        "provider-network-gateway-w1": "NodePatch",
        "provider-network-gateway-w2": "NodePatch",
        "alpha": "TenantNetwork",
        "alpha-namespace": "Namespace",
        "alpha-vpc": "Vpc",
        "alpha-attachment-dev": "NetworkAttachmentDefinition",
        "alpha-subnet-dev": "Subnet",
        "alpha-snat-dev": "OvnSnatRule",
    }
