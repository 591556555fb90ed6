"""Real previews as plans: what settings alone say is what the engine says, and only the reviewed plan is applied."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kmetal_network.config.stackfile import load_stack
from kmetal_network.plan.model import Plan, Verdict
from kmetal_network.plan.offline import offline_plan
from operations.preview.store import load
from tests.life_cycle.live_project import STACK, Project
from tests.pipelines.repository import git

pytestmark = pytest.mark.sandbox


def previewed(project: Project, path: Path, *words: str) -> tuple[int, Plan, str]:
    """`kmetal-network preview`: how it ends, the plan that it writes, and what it prints."""
    project.save()
    running = project.command("preview", STACK, "--save", str(path), *words)
    said, _ = running.communicate(timeout=300)
    plan = load(path)
    assert plan is not None, said
    assert plan.verdict.exit_code == running.returncode, said
    return running.returncode, plan, said


def bare(plan: Plan) -> Plan:
    """Without what only an engine or a cluster says."""
    changes = tuple(replace(change, urn="") for change in plan.changes)
    return replace(plan, changes=changes, source="", cluster="", state="", risks=(), unseen=(), news=(), known=())


def tenant(project: Project) -> dict[str, Any]:
    return project.tenants[0]


@pytest.mark.network_applied
def test_settings_alone_give_the_plan_of_a_preview_field_by_field(project: Project, tmp_path: Path) -> None:
    base, _ = load_stack(project.root, STACK)
    before = project.versions()
    cluster = tenant(project)["clusters"][0]
    written = dict(cluster)

    def same(verdict: Verdict) -> None:
        _, live, said = previewed(project, tmp_path / "plan.json")
        head, _ = load_stack(project.root, STACK)
        assert bare(live) == bare(offline_plan(head, base)), said
        assert live.verdict is verdict

    project.add_beta()
    same(Verdict.IN_PLACE)  # the platform is open to it
    project.tenants[-1]["drop"] = ["10.93.0.0/16", "10.16.0.0/16", "10.96.0.0/16", "100.64.0.0/16", "172.21.204.0/24"]
    same(Verdict.ADDS)
    project.tenants.pop()
    tenant(project)["drop"] = ["10.16.0.0/16"]
    same(Verdict.IN_PLACE)
    del tenant(project)["drop"]
    cluster["mtu"] = 1300
    same(Verdict.IN_PLACE)
    del cluster["mtu"]
    cluster.update(cidrBlock="10.100.8.0/24", gateway="10.100.8.1", excludeIps=["10.100.8.1"])
    same(Verdict.WINDOW)
    cluster.update(written)
    network = project.section("provider")["network"]
    network["defaultInterface"] = "data.223"
    same(Verdict.WINDOW)
    network["defaultInterface"] = "data.222"
    assert project.versions() == before, "a preview writes nothing"


@pytest.mark.network_applied
def test_a_preview_that_up_refuses_ends_with_1_and_names_each_pod(project: Project, tmp_path: Path) -> None:
    pods = [f"worker-{number}" for number in range(1, 8)]
    for pod in pods:
        project.start_pod(pod)
    cluster = tenant(project)["clusters"][0]
    cluster.update(cidrBlock="10.100.8.0/24", gateway="10.100.8.1", excludeIps=["10.100.8.1"])
    code, plan, said = previewed(project, tmp_path / "plan.json")
    assert (code, plan.verdict) == (1, Verdict.REFUSED)
    assert plan.cut_off == tuple(f"alpha/{pod}" for pod in pods)
    assert all(f"alpha/{pod}" in said for pod in pods)
    cluster["replaceWhileInUse"] = "the tenant agreed to an outage on Sunday"
    code, plan, said = previewed(project, tmp_path / "plan.json")
    assert (code, plan.verdict) == (0, Verdict.WINDOW)
    assert "the tenant agreed to an outage on Sunday" in said
    assert len(plan.cut_off) == 7


@pytest.mark.network_applied
def test_offline_with_a_snapshot_says_what_a_preview_on_the_cluster_says(project: Project, tmp_path: Path) -> None:
    pods = ("worker-1", "worker-2")
    for pod in pods:
        project.start_pod(pod)
    git(project.root, "init", "--quiet")
    git(project.root, "add", f"Pulumi.{STACK}.yaml")
    git(project.root, "commit", "--quiet", "--message", "settings")
    cluster = tenant(project)["clusters"][0]
    cluster.update(cidrBlock="10.100.8.0/24", gateway="10.100.8.1", excludeIps=["10.100.8.1"])
    _, live, _ = previewed(project, tmp_path / "live.json")
    assert live.cut_off == tuple(f"alpha/{pod}" for pod in pods)

    _, blind, _ = previewed(project, tmp_path / "blind.json", "--offline")
    assert blind.verdict is Verdict.UNKNOWN

    running = project.command("snapshot", STACK)
    said, _ = running.communicate(timeout=300)
    assert running.returncode == 0, said
    written = (project.root / "snapshots" / f"{STACK}.json").read_text()
    assert all(word not in written for word in ("managedFields", "annotations", "secret", "token", "kube-system"))
    git(project.root, "add", "snapshots")
    git(project.root, "commit", "--quiet", "--message", "snapshot")
    _, offline, _ = previewed(project, tmp_path / "offline.json", "--offline")
    assert (offline.verdict, offline.risks, offline.touched) == (live.verdict, live.risks, live.touched)
    assert "which is 0 days old" in offline.caveats[-1]
    assert bare(replace(offline, caveats=())) == bare(replace(live, caveats=()))


@pytest.mark.network_applied
def test_only_the_plan_that_was_reviewed_is_applied(project: Project, tmp_path: Path) -> None:
    tenant(project)["drop"] = ["10.16.0.0/16"]
    _, reviewed, _ = previewed(project, tmp_path / "plan.json")
    before = project.versions()

    tenant(project)["drop"].append("10.93.0.0/16")
    project.save()
    running = project.command("up", STACK, "--yes", "--reviewed", reviewed.digest)
    said, _ = running.communicate(timeout=300)
    assert running.returncode == 1, said
    assert "nothing was written" in " ".join(said.split())
    assert "[REVIEWED]" in said
    assert project.versions() == before

    tenant(project)["drop"].pop()
    project.save()
    running = project.command("up", STACK, "--yes", "--reviewed", reviewed.digest[:12])
    said, _ = running.communicate(timeout=300)
    assert running.returncode == 0, said
    assert project.look("Vpc", "alpha-vpc")["spec"]["policyRoutes"][-1]["match"] == "ip4.dst == 10.16.0.0/16"
