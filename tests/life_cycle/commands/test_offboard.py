"""One tenant of two is offboarded: refused while it is in use, then gone with proof, and then proved again."""

from __future__ import annotations

import pytest

from kmetal_network.errors import OperatorError
from operations.commands.offboard import offboard
from tests.life_cycle.live_project import STACK, Project, wait_until

pytestmark = pytest.mark.sandbox


def _refused(project: Project, tenant: str = "beta", patience: float = 1.0) -> str:
    with pytest.raises(OperatorError) as refused:
        offboard(project.root, STACK, tenant, yes=True, patience=patience)
    return str(refused.value)


@pytest.mark.network_applied("beta")
def test_a_tenant_is_refused_while_in_use_then_deleted_with_proof_and_a_second_time_is_a_proof_alone(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.tenants.append({"name": "gamma"})
    project.save()
    file = project.root / f"Pulumi.{STACK}.yaml"
    alphas = file.read_text().partition("  - name: beta")[0]
    file.write_text(file.read_text().replace("  - name: beta", "  # Beta pays late.\n  - name: beta"))
    project.must("up")
    text = file.read_text()

    project.start_pod("worker-1", "beta", "beta-main-net")
    eip = {"externalSubnet": "external", "type": "nat"}
    labels = {"ovn.kubernetes.io/vpc": "beta-vpc"}
    head = {"apiVersion": "kubeovn.io/v1", "kind": "OvnEip", "metadata": {"name": "lb-1", "labels": labels}}
    project.api.request("POST", "/apis/kubeovn.io/v1/ovn-eips", {**head, "spec": eip})
    command = project.command("offboard", STACK, "beta", "--yes")
    said, _ = command.communicate()
    assert said.endswith(
        "tenant beta: is in use by OvnEip lb-1 (its clusters' load balancers);"
        " delete the LoadBalancer Services inside the tenant's clusters [IN-USE]\n"
        "tenant beta: is in use by Pod beta/worker-1 (addresses in its Subnets);"
        " stop them, and whatever recreates them [IN-USE]\n"
    )
    assert command.returncode == 1
    assert file.read_text() == text

    project.api.request("DELETE", "/apis/kubeovn.io/v1/ovn-eips/lb-1")
    project.end_pod("worker-1", "beta")
    wait_until(lambda: "OvnEip lb-1" not in project.objects("OvnEip"), "the address lb-1 to be free")
    without_gamma = text.partition("  - name: gamma")[0]
    file.write_text(without_gamma)  # as a run that was killed leaves it: out of the file, still in the cluster
    assert {line.partition(";")[0] for line in _refused(project).splitlines()} == {
        f"stack dev: the plan would also delete {name}" for name in ("gamma", "gamma-namespace", "gamma-vpc")
    }
    assert file.read_text() == without_gamma, "put back as it was"
    offboard(project.root, STACK, "gamma", yes=True)
    assert not [key for key in project.objects() if "gamma" in key]

    before = {key: version for key, version in project.versions().items() if "beta" not in key}
    capsys.readouterr()
    offboard(project.root, STACK, "beta", yes=True)

    said = capsys.readouterr().out
    assert "dev: nothing of beta is left" in said
    assert file.read_text() == alphas
    after = project.versions()
    assert not [key for key in after if "beta" in key]
    assert {**after, "Subnet external": ""} == {**before, "Subnet external": ""}

    offboard(project.root, STACK, "beta", yes=True)
    said = capsys.readouterr().out
    assert "dev: no tenant beta in the settings (alpha), nothing to remove" in said
    assert "dev: nothing of beta is left" in said

    owned = {"kmetal-network/stack": STACK, "kmetal-network/tenant": "beta"}
    orphan = {
        "apiVersion": "kubeovn.io/v1",
        "kind": "Vpc",
        "metadata": {"name": "beta-vpc", "labels": owned},
        "spec": {},
    }
    project.api.request("POST", "/apis/kubeovn.io/v1/vpcs", orphan)
    assert _refused(project) == (
        "Vpc beta-vpc: is there and no one deletes it; no state knows it: kubectl delete Vpc beta-vpc [LEFT]"
    )
