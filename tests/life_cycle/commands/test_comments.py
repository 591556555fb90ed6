"""The golden comments, from real previews: the engine, its provider, an API server with pods, Services and addresses.

The golden files are written from the same changes without an engine (`tests.kmetal_network.comment.stories`), since that
takes a second. Here each is held to a preview on the sandbox. Only digests differ: they hold what the engine's states hold.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from kmetal_network.comment.compose import compose
from kmetal_network.plan.model import Plan
from operations.preview.store import load
from sandbox.control_plane.control_plane import ControlPlane
from sandbox.control_plane.initial_objects import node
from sandbox.controllers.kube_ovn import KubeOvnSimulator
from tests.kmetal_network.comment.stories import CONTEXT, GOLDEN, WINDOW
from tests.kmetal_network.plan.as_engine import STATE
from tests.kmetal_network.plan.cases import (
    FEWER_DROPS,
    LARGER_POOL,
    MOVED_EGRESS,
    NEW_TENANT,
    OTHER_MTU,
    OTHER_NIC,
    SECOND_CLUSTER,
    SMALLER_POOL,
    planned,
)
from tests.life_cycle.changes.test_environments import NODES, flux
from tests.life_cycle.conftest import SPEED
from tests.life_cycle.live_project import Project, wait_until
from tests.pipelines.repository import git
from tests.support.stack_project import ROOT
from tests.support.vault import SECRETS

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(1200)]

UID: Final = "0e9bb2f4-93a6-4a4e-8a4b-6f3f0d6b9c52"
"""Of the cluster in the golden files."""

Edits = tuple[tuple[str, str], ...]

IN_PROD: Final[dict[str, Edits]] = {
    "01-new-tenant": (NEW_TENANT,),
    "02-second-cluster": (SECOND_CLUSTER,),
    "04-pool-grows": (LARGER_POOL,),
    "05-pool-shrinks-under-an-api-server": (SMALLER_POOL,),
    "06-provider-nic-renamed": (OTHER_NIC,),
    "08-egress-address-moved": (MOVED_EGRESS, *WINDOW),
    "09-drop-taken-away": (FEWER_DROPS,),
    "10-mtu-changed": (OTHER_MTU,),
}
"""Changes of one network, which a preview leaves as it is."""

KAMAJI: Final[dict[str, Any]] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "tenantcontrolplanes.kamaji.clastix.io"},
    "spec": {
        "group": "kamaji.clastix.io",
        "scope": "Namespaced",
        "names": {"plural": "tenantcontrolplanes", "singular": "tenantcontrolplane", "kind": "TenantControlPlane"},
        "versions": [
            {
                "name": "v1alpha1",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
            }
        ],
    },
}
"""Kamaji's kind, without the rest of its schema."""


def write(project: Project, *edits: tuple[str, str]) -> None:
    """The repository's own stack file with edits, line by line as it is: findings name lines."""
    text = (ROOT / f"Pulumi.{project.stack}.yaml").read_text()
    uid = project.api.request("GET", "/api/v1/namespaces/kube-system")["metadata"]["uid"]
    text = re.sub(r"context: kmetal-\w+", "context: kmetal-sandbox", text, count=1)
    text = re.sub(r"uid: [0-9a-f-]{36}", f"uid: {uid}", text, count=1)
    if project.stack == "staging":
        chart = ROOT / "sandbox" / "chart"
        text = text.replace("version: 1.0.0 # the version that you run", f"reference: {chart}")
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    secrets = "".join(f"{key}: {value}\n" for key, value in SECRETS.items())
    (project.root / f"Pulumi.{project.stack}.yaml").write_text(text + secrets)


def stands(project: Project, *edits: tuple[str, str]) -> None:
    """Apply settings, and commit them as what stands."""
    write(project, *edits)
    project.must("up")
    git(project.root, "add", f"Pulumi.{project.stack}.yaml")
    git(project.root, "commit", "--quiet", "--message", "what stands")


def comment(project: Project, *edits: tuple[str, str]) -> str:
    """The comment of a change, from `kmetal-network preview`; in the other environments nothing changes."""
    write(project, *edits)
    path = project.root / "plan.json"
    path.unlink(missing_ok=True)
    running = project.command("preview", project.stack, "--base", "HEAD", "--save", str(path))
    said, _ = running.communicate(timeout=300)
    plan = load(path)
    assert plan is not None, said
    assert plan.cluster, said
    assert plan.state.startswith("20"), said
    others: list[Plan] = [planned(name=name) for name in ("dev", "staging", "prod") if name != project.stack]
    [text] = compose([replace(plan, cluster=UID, state=STATE), *others], CONTEXT)
    return text


def difference(text: str, story: str) -> str:
    """Lines in which a comment is not the golden one, digests aside; empty where there are none."""
    kept, found = (
        re.sub(r"\b(?:[0-9a-f]{64}|[0-9a-f]{12})\b", "digest", one).splitlines()
        for one in ((GOLDEN / f"{story}.md").read_text(), text)
    )
    return "\n".join(difflib.unified_diff(kept, found, f"golden {story}", "real preview", n=0, lineterm=""))


@pytest.fixture
def begin(
    cluster: ControlPlane, engine_environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Project]]:
    """One environment's project on a cluster with its nodes."""
    for name in ("c1", "w1", "w2"):
        cluster.api.request("DELETE", f"/api/v1/nodes/{name}")

    with KubeOvnSimulator(cluster.kubeconfig, speed=SPEED) as simulator:

        def made(stack: str) -> Project:
            for name, address in NODES[stack].items():
                cluster.api.create(node(name, address))
            assert simulator.settle()
            project = Project(tmp_path, cluster, engine_environment, simulator, stack)
            for name, value in {**project.environment(), "KUBECONFIG": str(cluster.kubeconfig)}.items():
                monkeypatch.setenv(name, value)
            git(project.root, "init", "--quiet")
            return project

        yield made


def serve(project: Project, namespace: str, name: str, address: str) -> None:
    """A tenant's API server: a Service that MetalLB gives an address."""
    project.api.create(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {
                "name": name,
                "namespace": namespace,
                "annotations": {"metallb.io/loadBalancerIPs": address},
            },
            "spec": {"type": "LoadBalancer", "ports": [{"port": 6443}], "allocateLoadBalancerNodePorts": False},
        }
    )
    at = f"/api/v1/namespaces/{namespace}/services/{name}"

    def given() -> bool:
        status = project.api.request("GET", at)["status"]
        return bool(status.get("loadBalancer", {}).get("ingress") == [{"ip": address, "ipMode": "VIP"}])

    wait_until(given, f"Service {namespace}/{name} to get {address}")


@pytest.mark.sweep
def test_the_comments_of_changes_in_prod_are_those_of_real_previews(begin: Callable[[str], Project]) -> None:
    project = begin("prod")
    with flux(project):
        stands(project)
        for number in range(1, 5):
            project.start_pod(f"worker-{number}", "tenant-initech", "initech-prod-net")
        for number in range(1, 3):
            project.start_pod(f"batch-{number}", "tenant-initech", "initech-batch-net")
        for number in range(1, 4):
            project.start_pod(f"main-{number}", "tenant-umbrella", "umbrella-main-net")
        serve(project, "tenant-umbrella", "main", "172.21.213.2")
        serve(project, "tenant-initech", "prod", "172.21.213.10")
        project.api.create(KAMAJI)
        wait_until(lambda: _served(project), "Kamaji's kind to be served")
        project.api.create(
            {
                "apiVersion": "kamaji.clastix.io/v1alpha1",
                "kind": "TenantControlPlane",
                "metadata": {"name": "main", "namespace": "tenant-umbrella"},
                "spec": {"networkProfile": {"address": "172.21.213.2"}},
            }
        )
        before = project.versions()
        differences = [difference(comment(project, *edits), story) for story, edits in IN_PROD.items()]
        assert project.versions() == before, "a preview writes nothing"
        assert not any(differences), "\n".join(differences)

        stands(project, NEW_TENANT)
        project.start_pod("main-1", "tenant-beta", "beta-main-net")
        assert difference(comment(project), "03-tenant-removed") == ""


def _served(project: Project) -> bool:
    definition = project.api.request(
        "GET", f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{KAMAJI['metadata']['name']}"
    )
    conditions = {one["type"]: one["status"] for one in (definition.get("status") or {}).get("conditions") or ()}
    return conditions.get("Established") == "True"


def test_the_comment_of_another_vlan_id_is_that_of_a_real_preview(begin: Callable[[str], Project]) -> None:
    project = begin("staging")
    stands(project)
    assert difference(comment(project, ("      id: 322", "      id: 323")), "07-vlan-id-changed") == ""
