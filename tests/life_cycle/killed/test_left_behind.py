"""What a killed run leaves, by chance unrecorded: it is held by the stack, it follows later changes, and it is not lost."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from components import kubernetes_object
from kmetal_network.config.stackfile import load_stack
from kmetal_network.live.field_managers import manager_of
from kmetal_network.manifests.inventory import owned_manifests
from operations.cluster.live import COLLECTIONS
from operations.run import run
from sandbox.controllers.kube_ovn import KubeOvnSimulator
from tests.life_cycle.live_project import STACK, Project, wait_until

pytestmark = pytest.mark.sandbox

LABEL = "ovn.kubernetes.io/external-gw"
OURS = "kmetal-network-dev"
POOL = "/apis/metallb.io/v1beta1/namespaces/kmetal-metallb/ipaddresspools/tenant-cp-pool"
WRONG, RIGHT = "10.101.0.0/24", "10.102.0.0/24"


def killed_before_ready(project: Project, simulator: KubeOvnSimulator, name: str) -> None:
    """An `up` that is killed while it waits for an object, which no controller makes ready, and which no state knows."""
    simulator.stop()
    running = project.command("up", STACK, "--yes")
    wait_until(lambda: name in project.objects(name.partition(" ")[0]), f"{name} to be created", 120)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    simulator.start()
    assert simulator.settle()


def appliers(item: dict[str, Any]) -> list[str]:
    """Who applies fields of an object."""
    return [entry["manager"] for entry in item["metadata"]["managedFields"] if entry["operation"] == "Apply"]


def done(project: Project, *words: str) -> str:
    running = project.command(*words)
    reported, _ = running.communicate(timeout=300)
    assert running.returncode == 0, reported
    return " ".join(reported.split())


def refused(project: Project, *words: str) -> str:
    before = project.versions()
    running = project.command(*words)
    reported, _ = running.communicate(timeout=300)
    assert running.returncode == 1, reported
    assert project.versions() == before, "something was written"
    return " ".join(reported.split())


def apply_label(project: Project, node: str, manager: str, annotations: dict[str, str]) -> None:
    """A patch of a Node as the provider writes it."""
    metadata = {"name": node, "labels": {LABEL: "true"}, "annotations": annotations}
    path = f"/api/v1/nodes/{node}?fieldManager={manager}&force=true"
    body = {"apiVersion": "v1", "kind": "Node", "metadata": metadata}
    project.api.request("PATCH", path, body, "application/apply-patch+yaml")


def apply_subnet(project: Project, body: Mapping[str, Any]) -> None:
    """A Subnet as a run makes it that is killed before the state knows."""
    manager = manager_of(body, STACK)
    annotations = {**body["metadata"]["annotations"], "pulumi.com/patchFieldManager": manager}
    held = {**body, "metadata": {**body["metadata"], "annotations": annotations}}
    path = f"{COLLECTIONS['Subnet']}/{body['metadata']['name']}?fieldManager={manager}"
    project.api.request("PATCH", path, held, "application/apply-patch+yaml")


def test_what_a_killed_run_made_is_taken_over_follows_later_changes_and_is_deleted_with_the_rest(
    project: Project, simulator: KubeOvnSimulator
) -> None:
    forced = {"pulumi.com/patchForce": "true"}
    apply_label(project, "w1", "pulumi-kubernetes-1a2b3c4d", forced)  # killed by an earlier version
    apply_label(project, "w2", OURS, {**forced, "pulumi.com/patchFieldManager": OURS})
    project.must("up")
    project.add_beta()
    killed_before_ready(project, simulator, "Vpc beta-vpc")

    project.must("up")
    assert appliers(project.look("Vpc", "beta-vpc")) == [OURS]
    project.tenants[1]["drop"] = ["10.16.0.0/16"]
    project.save()
    project.must("up")

    drops = [route["match"] for route in project.look("Vpc", "beta-vpc")["spec"]["policyRoutes"]]
    assert drops == ["ip4.dst == 77.220.68.96/27", "ip4.dst == 10.16.0.0/16"]
    assert {name: appliers(project.look("Node", name)) for name in ("w1", "w2")} == {"w1": [OURS], "w2": [OURS]}
    assert project.must("preview", refresh=True).changes == {}
    project.must("destroy")
    for node in ("w1", "w2"):
        metadata = project.look("Node", node)["metadata"]
        assert (LABEL in metadata["labels"], "pulumi.com/patchFieldManager" in metadata["annotations"]) == (
            False,
            False,
        )


@pytest.mark.sweep
@pytest.mark.network_applied
def test_orphans_of_a_tenant_that_no_file_names_are_reported_and_once_put_back_deleted_in_order(
    project: Project, simulator: KubeOvnSimulator
) -> None:
    before = project.objects().keys()
    project.add_beta()
    killed_before_ready(project, simulator, "Vpc beta-vpc")
    beta = project.tenants.pop()
    project.save()

    said = refused(project, "up", STACK, "--yes")
    assert "tenant beta: neither the settings nor the state know" in said
    assert "kmetal-network offboard dev beta`; or, in this order: " in said
    assert "kubectl delete Vpc beta-vpc" in said
    assert "[ORPHAN]" in said
    said = refused(project, "preview", STACK)
    assert "refused tenant beta: neither the settings nor the state know" in said

    project.tenants.append(beta)
    project.save()
    reported = done(project, "up", STACK, "--yes")
    assert {law: reported.count(f"[{law}]") for law in ("NET-215", "NET-418")} == dict.fromkeys(
        ("NET-215", "NET-418"), 2
    ), "each tenant's once, in a preview and an up, by the program and by the pack"
    assert "dev: nothing of beta is left" in done(project, "offboard", STACK, "beta", "--yes")
    assert project.objects().keys() == before


@pytest.mark.sweep
@pytest.mark.network_applied
def test_what_kube_ovn_does_not_follow_is_never_changed_in_an_object_that_a_killed_run_made(
    project: Project, simulator: KubeOvnSimulator
) -> None:
    project.tenants[0]["clusters"].append({"name": "two", "cidrBlock": WRONG})
    project.save()
    stack = load_stack(project.root, STACK)[0]
    made = next(one.body for one in owned_manifests(stack.settings, STACK) if one.role == "subnet-two")
    two = project.tenants[0]["clusters"].pop()
    project.save()
    apply_subnet(project, made)
    assert simulator.settle()
    two["cidrBlock"] = RIGHT
    project.tenants[0]["clusters"].append(two)
    project.save()

    said = refused(project, "up", STACK, "--yes")
    assert f'Subnet alpha-two-subnet: it stands with spec.cidrBlock "{WRONG}", made by a run that died' in said
    outcome = run(project.root, STACK, "up")  # what a plain `pulumi up` comes to: the API server refuses it
    assert 'conflicts with "kmetal-network-dev-' in "\n".join(outcome.errors_by_urn.values())
    assert project.look("Subnet", "alpha-two-subnet")["spec"]["cidrBlock"] == WRONG

    for block in (WRONG, RIGHT):
        two["cidrBlock"] = block
        project.save()
        project.must("up")
        assert project.look("OvnSnatRule", "alpha-snat-two")["status"]["v4IpCidr"] == block
    assert project.must("preview", refresh=True).changes == {}


@pytest.mark.sweep
def test_a_stack_of_an_earlier_version_goes_over_to_the_stacks_own_manager_while_it_changes(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    unchanged: Callable[..., Any] = lambda body, _: body  # noqa: E731 (instead of a function)
    with monkeypatch.context() as earlier:
        earlier.setattr(kubernetes_object, "_held", unchanged)
        project.must("up")
    vpc = project.look("Vpc", "alpha-vpc")
    body = {key: vpc[key] for key in ("apiVersion", "kind", "spec")}
    body["metadata"] = {key: vpc["metadata"][key] for key in ("name", "labels", "annotations")}
    path = "/apis/kubeovn.io/v1/vpcs/alpha-vpc?fieldManager=pulumi-kubernetes-1a2b3c4d&force=true"
    project.api.request("PATCH", path, body, "application/apply-patch+yaml")  # one of its runs was killed
    assert len(appliers(project.look("Vpc", "alpha-vpc"))) == 2

    project.tenants[0]["drop"] = ["10.16.0.0/16"]
    project.section("metallb")["pools"][0]["addresses"] = ["172.21.204.200-172.21.204.251"]
    project.save()
    advice = project.run("preview").advice
    assert [text for text in advice if "of its objects are held by runs of an earlier version" in text]
    done(project, "up", STACK, "--yes")

    assert appliers(project.look("Vpc", "alpha-vpc")) == [OURS]
    pool = project.api.request("GET", POOL)
    assert (appliers(pool), pool["spec"]["addresses"]) == ([OURS], ["172.21.204.200-172.21.204.251"])
    project.tenants[0].pop("drop")
    project.save()
    project.must("up")
    [drop] = project.look("Vpc", "alpha-vpc")["spec"]["policyRoutes"]
    assert drop["match"] == "ip4.dst == 77.220.68.96/27"
