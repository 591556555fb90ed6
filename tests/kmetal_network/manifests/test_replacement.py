"""Why something is replaced: by the field that changed, or by what it goes along with."""

from __future__ import annotations

import pytest

from kmetal_network.manifests.replacement import fixed_fields, is_fixed, why_replaced


@pytest.mark.parametrize(
    ("kind", "changed", "said"),
    [
        (
            "Subnet",
            ("spec.cidrBlock", "spec.excludeIps[0]"),
            "cidrBlock: Kube-OVN does not follow it in place: SNAT rules go on with the old block, reporting ready",
        ),
        ("OvnEip", ("spec.v4Ip",), "spec: Kube-OVN never changes an address in place"),
        ("Subnet", (), "its Vpc is replaced"),
        ("Namespace", ("metadata.name",), "metadata.name: Kubernetes renames nothing"),
        ("RoleBinding", ("roleRef.name",), "roleRef: Kubernetes never changes the role of a binding"),
        ("IPAddressPool", ("spec.addresses[0]",), ""),
    ],
)
def test_a_replacement_has_a_reason(kind: str, changed: tuple[str, ...], said: str) -> None:
    assert why_replaced(kind, changed) == said


def test_only_the_field_itself_or_what_is_in_it_replaces() -> None:
    assert is_fixed("Subnet", ["spec.vlan"])
    assert is_fixed("OvnSnatRule", ["spec.vpcSubnet"])
    assert not is_fixed("Subnet", ["spec.vlanned", "spec.excludeIps"])
    assert not is_fixed("Vpc", ["spec.policyRoutes"])


def test_the_components_are_given_the_fields_of_the_same_table() -> None:
    assert fixed_fields("Subnet") == ["spec.cidrBlock", "spec.vpc", "spec.provider", "spec.vlan"]
