"""The guide's own YAML, applied by kubectl, becomes a stack's without a change of behaviour."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.life_cycle.by_kubectl import apply_page
from tests.life_cycle.live_project import OWN_KINDS, STACK, Project, said

pytestmark = pytest.mark.sandbox

LABEL = "ovn.kubernetes.io/external-gw"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
POOL = "/apis/metallb.io/v1beta1/namespaces/kmetal-metallb/ipaddresspools/tenant-cp-pool"
CARRIES_TRAFFIC = ("Vpc", "Subnet", "OvnEip", "OvnSnatRule", "ProviderNetwork", "Vlan")


def _adopt(project: Project, *words: str, answer: str = "") -> tuple[int, str]:
    """`kmetal-network adopt`, with what a person answers; exit code and all that it said, lines joined."""
    process = project.command("adopt", STACK, *words)
    said_by_it, _ = process.communicate(answer, timeout=120)
    return process.returncode, " ".join(said_by_it.split())


def _specs(project: Project) -> dict[str, Any]:
    return {key: item["spec"] for key, item in project.objects(*CARRIES_TRAFFIC).items()}


def _uids(project: Project) -> dict[str, str]:
    return {key: item["metadata"]["uid"] for key, item in project.objects().items()}


def test_the_page_applied_by_kubectl_is_adopted_whole_changes_like_any_stack_and_goes_without_a_trace(
    project: Project,
) -> None:
    before = project.objects().keys()
    apply_page(project)
    edit = {"spec": {"serviceAllocation": {"priority": 5}}}  # on no page, and without a word in the settings
    project.api.request("PATCH", f"{POOL}?fieldManager=kubectl-edit", edit, "application/merge-patch+json")
    versions, uids, specs = project.versions(), _uids(project), _specs(project)

    project.section("chart")["install"] = "external"
    project.section("provider")["external"]["excludeIps"].append("77.220.68.120")
    project.save()
    code, reported = _adopt(project, "--yes")
    assert code == 1, reported
    assert "Subnet external spec.excludeIps: " in reported
    assert "would give way" in reported

    stack_file = project.root / f"Pulumi.{STACK}.yaml"
    stack_file.unlink()
    cluster = ("--context", "kmetal-sandbox", "--kubeconfig", str(project.plane.kubeconfig))
    options = (*cluster, "--management-interface", "data.204")
    code, reported = _adopt(project, *options, answer="n\n")
    assert code == 1, reported
    assert 'tenant-cp-l2 spec.interfaces: ["data.204"] is added' in reported
    assert "alpha-dev-net spec.config: is rewritten, with the same meaning" in reported
    assert "tenant-cp-pool spec.serviceAllocation.priority: 5" in reported
    assert "none is lost, 1 stay unmanaged, 2 fields change" in reported
    assert not stack_file.exists()
    assert project.versions() == versions, "something was written before the answer"

    code, reported = _adopt(project, *options, "--yes")
    assert code == 0, reported
    assert "13 objects adopted, none replaced; nothing to change, also with --refresh" in reported
    assert project.must("preview", refresh=True).changes == {}
    assert _uids(project) == uids
    assert _specs(project) == specs
    for item in project.objects("Vpc", "Subnet", "IPAddressPool", "Namespace").values():
        assert LAST_APPLIED not in item["metadata"].get("annotations", {})

    code, reported = _adopt(project, answer="n\n")
    assert "none is lost, 1 stay unmanaged, 0 fields change" in reported, reported

    project.document = yaml.safe_load(stack_file.read_text())
    assert project.section("chart") == {"install": "external", "version": "0.1.0"}
    alpha = project.root / "tenants" / STACK / "alpha.yaml"
    alpha.write_text(yaml.safe_dump({**yaml.safe_load(alpha.read_text()), "drop": ["10.16.0.0/16"]}))
    project.section("metallb")["pools"][0]["addresses"] = ["172.21.204.200-172.21.204.251"]
    project.save()
    outcome = project.must("up")
    assert said(outcome.steps) == {("update", "alpha-vpc"), ("update", "metallb-pool-tenant-cp-pool")}
    pool = project.api.request("GET", POOL)["spec"]
    assert pool["addresses"] == ["172.21.204.200-172.21.204.251"]
    assert pool["serviceAllocation"] == {"priority": 5}
    assert project.must("preview", refresh=True).changes == {}
    assert _uids(project) == uids

    project.must("destroy")
    assert project.objects(*OWN_KINDS).keys() == before
    for node in ("w1", "w2"):
        assert LABEL not in project.look("Node", node)["metadata"]["labels"]


def test_a_platform_or_a_neighbours_file_that_would_refuse_the_up_refuses_before_an_object_is_touched(
    project: Project,
) -> None:
    apply_page(project)
    stack_file = project.root / f"Pulumi.{STACK}.yaml"
    (project.root / "Pulumi.edge.yaml").write_text(stack_file.read_text().replace("tunnelInterface", "tunelInterface"))
    stack_file.unlink()
    project.run_controller("docker.io/kubeovn/kube-ovn:v1.14.41", "--enable-eip-snat=false", "--non-primary-cni-mode")
    versions = project.versions()

    options = ("--context", "kmetal-sandbox", "--kubeconfig", str(project.plane.kubeconfig))
    code, reported = _adopt(project, *options, "--management-interface", "data.204", "--yes")

    assert code == 1, reported
    assert "kube-ovn-controller is v1.14.41, older than 1.15" in reported
    assert "kube-ovn-controller runs with --enable-eip-snat=false" in reported
    assert "Pulumi.edge.yaml:" in reported
    assert "unknown key 'tunelInterface'; did you mean 'tunnelInterface'?" in reported
    assert project.versions() == versions, "something was written"
    assert not stack_file.exists()
