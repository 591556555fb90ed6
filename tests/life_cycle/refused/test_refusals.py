"""What stops a run before its first write."""

from __future__ import annotations

import pytest
import yaml

from tests.life_cycle.live_project import STACK, Project, wait_until

pytestmark = pytest.mark.sandbox


def _held_up(project: Project) -> bool:
    """Whether the namespace controller has reported what it cannot delete."""
    conditions = project.look("Namespace", "alpha")["status"].get("conditions", [])
    return any(one["type"] == "NamespaceFinalizersRemaining" and one["status"] == "True" for one in conditions)


def _refusal(project: Project) -> str:
    before = project.versions()
    outcome = project.run("up")
    assert outcome.failed
    assert project.versions() == before, "something was written"
    return "\n".join(outcome.errors)


def test_another_cluster_than_the_settings_name_is_refused_before_a_write(project: Project) -> None:
    project.section("cluster")["uid"] = "5d0c1c0e-6a54-4a3c-9b7e-2f1f3b0c7a11"
    project.save()

    said = _refusal(project)

    assert "the settings name the cluster 5d0c1c0e-6a54-4a3c-9b7e-2f1f3b0c7a11" in said
    assert f"Pulumi.{STACK}.yaml" in said


def test_a_cluster_that_does_not_answer_is_said_so_and_nothing_is_planned(project: Project) -> None:
    config = yaml.safe_load(project.plane.kubeconfig.read_text())
    config["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    (project.root / "dead").write_text(yaml.safe_dump(config))
    project.section("cluster")["kubeconfig"] = "dead"
    project.save()

    outcome = project.run("preview")

    assert outcome.failed
    assert outcome.steps == []
    assert "https://127.0.0.1:1" in "\n".join(outcome.errors)
    assert "no answer" in "\n".join(outcome.errors)


def test_credentials_that_are_not_accepted_are_said_so(project: Project) -> None:
    config = yaml.safe_load(project.plane.kubeconfig.read_text())
    config["users"][0]["user"] = {"token": "expired"}
    (project.root / "expired").write_text(yaml.safe_dump(config))
    project.section("cluster")["kubeconfig"] = "expired"
    project.save()

    assert "credentials are not accepted" in _refusal(project)


def test_what_is_in_the_way_is_named_an_object_of_others_and_an_address_on_its_way_out(project: Project) -> None:
    project.api.create(
        {
            "apiVersion": "kubeovn.io/v1",
            "kind": "Vlan",
            "metadata": {"name": "vlan222"},
            "spec": {"id": 7, "provider": "other"},
        }
    )
    leaving = {"name": "alpha-vpc-external", "finalizers": ["example.com/held"]}
    spec = {"externalSubnet": "elsewhere", "type": "lrp"}
    path = "/apis/kubeovn.io/v1/ovn-eips"
    body = {"apiVersion": "kubeovn.io/v1", "kind": "OvnEip", "metadata": leaving, "spec": spec}
    project.api.request("POST", path, body)
    project.api.request("DELETE", f"{path}/alpha-vpc-external")

    said = _refusal(project)

    assert "OvnEip alpha-vpc-external of the Vpc that went is still being deleted" in said
    assert "held by example.com/held" in said

    assert "Vlan vlan222 is there already and was made by somebody else" in said
    assert "`kmetal-network adopt dev` shows what would change" in said
    assert project.look("Vlan", "vlan222")["spec"]["id"] == 7


@pytest.mark.network_applied
def test_a_terminating_object_of_ours_is_waited_for_and_then_recreated(project: Project) -> None:
    held = {"name": "held", "namespace": "alpha", "finalizers": ["example.com/held"]}
    project.api.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": held})
    project.api.request("DELETE", "/api/v1/namespaces/alpha")
    wait_until(lambda: _held_up(project), "the namespace to be emptied, and to say what holds it")

    said = _refusal(project)

    assert "Namespace alpha is still being deleted (since 20" in said
    assert "held by kubernetes)" in said
    assert "wait until it is gone, then `kmetal-network up dev --refresh`" in said
    path = "/api/v1/namespaces/alpha/configmaps/held"
    project.api.request("PATCH", path, {"metadata": {"finalizers": None}}, "application/merge-patch+json")
    wait_until(lambda: "Namespace alpha" not in project.objects("Namespace"), "the namespace to be gone")
    project.must("up", refresh=True)
    assert "NetworkAttachmentDefinition alpha/alpha-dev-net" in project.objects()
    assert project.must("preview", refresh=True).changes == {}


def test_a_kube_ovn_that_is_too_old_or_set_up_otherwise_is_refused_with_all_that_is_wrong(project: Project) -> None:
    project.run_controller(
        "docker.io/kubeovn/kube-ovn:v1.14.41",
        "--enable-eip-snat=false",
        "--external-gateway-switch=uplink",
        "--non-primary-cni-mode=false",
    )

    said = _refusal(project)

    assert "kube-ovn-controller is v1.14.41, older than 1.15" in said
    assert "kube-ovn-controller runs with --enable-eip-snat=false" in said
    assert "kube-ovn-controller runs with --external-gateway-switch=uplink" in said
