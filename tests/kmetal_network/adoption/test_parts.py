"""Single parts of a network made by hand: access to a namespace, advertisements, chart values."""

from __future__ import annotations

from typing import Any

import pytest

from kmetal_network.adoption.comparison import Fate
from kmetal_network.adoption.reading import Left
from tests.kmetal_network.adoption.by_hand import VALUES, Network, live, page, proposed

RBAC = "rbac.authorization.k8s.io"


def _inside(network: Network, kind: str, name: str, **rest: Any) -> None:
    """An object of that kind in alpha's namespace."""
    metadata = {"name": name, "namespace": "alpha"}
    network[kind][f"alpha/{name}"] = {"apiVersion": "v1", "kind": kind, "metadata": metadata, **rest}


def _binding(*kinds: str, role: str = "ClusterRole") -> dict[str, Any]:
    subjects = [{"apiGroup": RBAC, "kind": kind, "name": f"a-{kind.lower()}"} for kind in kinds]
    return {"roleRef": {"apiGroup": RBAC, "kind": role, "name": "admin"}, "subjects": subjects}


def test_quota_limits_and_bindings_of_a_tenant_are_read() -> None:
    network = live(page())
    _inside(network, "ResourceQuota", "alpha-quota", spec={"hard": {"services.loadbalancers": "1", "pods": "50"}})
    limit = {"type": "Container", "max": {"cpu": "8"}, "defaultRequest": {"cpu": "250m"}}
    _inside(network, "LimitRange", "alpha-limits", spec={"limits": [limit]})
    _inside(network, "RoleBinding", "alpha-admin", **_binding("Group", "User"))

    proposal = proposed(network)

    [tenant] = proposal.environment.settings.tenants
    assert tenant.quota == {"pods": "50"}
    assert tenant.limits is not None
    assert (tenant.limits.max, tenant.limits.default_request) == ({"cpu": "8"}, {"cpu": "250m"})
    [binding] = tenant.role_bindings
    assert (binding.cluster_role, binding.groups, binding.users) == ("admin", ("a-group",), ("a-user",))
    assert {entry.object for entry in proposal.fields(*Fate)} == {
        "L2Advertisement kmetal-metallb/tenant-cp-l2",
        "NetworkAttachmentDefinition alpha/alpha-dev-net",
    }


def test_a_quota_without_a_limit_on_load_balancers_gets_one_and_that_is_reported() -> None:
    network = live(page())
    _inside(network, "ResourceQuota", "alpha-quota", spec={"hard": {"pods": "50"}})

    added = {(entry.object, entry.path, entry.ours) for entry in proposed(network).fields(Fate.ADDED)}

    assert ("ResourceQuota alpha/alpha-quota", "spec.hard.services.loadbalancers", "1") in added


@pytest.mark.parametrize(
    ("kind", "name", "rest", "why"),
    [
        ("ResourceQuota", "compute", {"spec": {"hard": {"pods": "5"}}}, "is no plain quota called alpha-quota"),
        (
            "ResourceQuota",
            "alpha-quota",
            {"spec": {"hard": {"pods": "5"}, "scopes": ["BestEffort"]}},
            "is no plain quota called alpha-quota",
        ),
        (
            "LimitRange",
            "alpha-limits",
            {"spec": {"limits": [{"type": "Pod", "max": {"cpu": "8"}}]}},
            "is no limit of containers called alpha-limits",
        ),
        ("RoleBinding", "admins", _binding("Group"), "is no binding of a ClusterRole called alpha-<role>"),
        (
            "RoleBinding",
            "alpha-admin",
            _binding("Group", role="Role"),
            "is no binding of a ClusterRole called alpha-<role>",
        ),
        (
            "RoleBinding",
            "alpha-admin",
            _binding("ServiceAccount"),
            "it binds a ServiceAccount, and the settings know groups and users",
        ),
    ],
)
def test_what_else_is_in_a_tenants_namespace_is_left_alone_and_the_tenant_is_adopted(
    kind: str, name: str, rest: dict[str, Any], why: str
) -> None:
    network = live(page())
    _inside(network, kind, name, **rest)

    proposal = proposed(network)

    assert proposal.left == (Left(f"{kind} alpha/{name}", why),)
    assert [tenant.name for tenant in proposal.environment.settings.tenants] == ["alpha"]
    assert proposal.findings == ()


def test_the_management_nic_is_the_one_that_every_advertisement_names() -> None:
    network = live(page())
    network["L2Advertisement"]["kmetal-metallb/tenant-cp-l2"]["spec"]["interfaces"] = ["data.204"]

    settings = proposed(network, management_interface=None).environment.settings

    assert settings.management.interface == "data.204"
    assert settings.metallb.l2_advertisements[0].interfaces is None


def test_another_nic_of_an_advertisement_is_kept() -> None:
    network = live(page())
    network["L2Advertisement"]["kmetal-metallb/tenant-cp-l2"]["spec"]["interfaces"] = ["data.209"]

    proposal = proposed(network)

    assert proposal.environment.settings.metallb.l2_advertisements[0].interfaces == ("data.209",)
    assert proposal.fields(Fate.ADDED) == []


def test_chart_values_without_a_word_in_the_settings_stay_with_the_release() -> None:
    kube_ovn = {**VALUES["network"]["kubeOvn"], "enableEipSnat": True}
    values = {"network": {**VALUES["network"], "kubeOvn": kube_ovn}}

    proposal = proposed(live(page()), values=values)

    assert proposal.left == (Left("chart value network.kubeOvn.enableEipSnat", "stays with the release"),)
