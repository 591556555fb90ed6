"""A tenant, and the whole, go without a trace, and without a touch of what stays."""

from __future__ import annotations

import pytest

from tests.life_cycle.live_project import OWN_KINDS, Project, said

pytestmark = pytest.mark.sandbox

LABEL = "ovn.kubernetes.io/external-gw"


@pytest.mark.network_applied("beta")
def test_one_tenant_of_two_is_deleted_without_a_trace_and_no_other_object_is_touched(project: Project) -> None:
    assert {"Vpc beta-vpc", "OvnEip beta-vpc-external", "OvnSnatRule beta-snat-main"} <= project.objects().keys()
    before = {key: version for key, version in project.versions().items() if "beta" not in key}

    project.tenants.pop()
    project.save()
    outcome = project.must("up")

    parts = ("beta", "beta-namespace", "beta-vpc", "beta-attachment-main", "beta-subnet-main", "beta-snat-main")
    assert said(outcome.steps) == {("delete", part) for part in parts}
    after = project.versions()
    assert not [key for key in after if "beta" in key]
    # The external Subnet counts its addresses, and one has come back: its status is the controller's.
    count = "Subnet external"
    assert {**after, count: ""} == {**before, count: ""}


def test_destroy_leaves_the_cluster_as_it_was_but_for_the_patch_of_the_default_vpc(project: Project) -> None:
    before = project.objects().keys()
    project.must("up")
    assert project.objects().keys() != before

    project.must("destroy")

    assert project.objects(*OWN_KINDS).keys() == before
    assert project.look("Vpc", "ovn-cluster")["spec"]["extraExternalSubnets"] == ["external"]
    for node in ("c1", "w1", "w2"):
        assert LABEL not in project.look("Node", node)["metadata"]["labels"]
