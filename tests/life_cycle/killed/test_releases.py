"""Helm's records of the chart: those of a killed run are deleted, anybody else's stop the run and stay."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from operations.engine.stack import select
from operations.state.helm_release import release_in
from operations.state.run_context import Release
from sandbox.control_plane.api import Api
from sandbox.storage import CHECKOUT
from tests.life_cycle.by_kubectl import install_chart
from tests.life_cycle.changes.test_rerouting import apply
from tests.life_cycle.live_project import STACK, Project, wait_until

pytestmark = pytest.mark.sandbox

PATH = "/api/v1/namespaces/kmetal-flux/secrets?labelSelector=owner%3Dhelm,name%3Dkmetal"
HOOK = """
apiVersion: v1
kind: Pod
metadata:
  name: kmetal-hook
  namespace: kmetal-flux
  annotations: {helm.sh/hook: post-install, helm.sh/hook-delete-policy: before-hook-creation}
spec:
  containers: [{name: hook, image: hook}]
"""
"""A chart whose installation is made and never done: no sandbox runs pods, and Helm waits for its hooks."""


def _records(api: Api) -> dict[str, str]:
    """Revision to UID."""
    if not api.find("/api/v1/namespaces/kmetal-flux"):
        return {}
    items: list[dict[str, Any]] = api.request("GET", PATH)["items"]
    return {item["metadata"]["labels"]["version"]: item["metadata"]["uid"] for item in items}


def test_a_release_that_somebody_else_installed_stops_every_run_and_stays(project: Project) -> None:
    install_chart(project)
    before = _records(project.api)

    for verb in ("preview", "up"):
        outcome = project.run("up" if verb == "up" else "preview")
        assert outcome.failed
        assert "Helm has a release kmetal-flux/kmetal (revision 1, deployed, " in "\n".join(outcome.errors)
        assert "write `chart.install: external`" in "\n".join(outcome.errors)
    assert _records(project.api) == before

    project.section("chart")["install"] = "external"
    project.save()
    project.must("up")
    assert _records(project.api) == before


@pytest.mark.without_admission
def test_what_a_dead_run_installed_and_did_not_record_is_reinstalled_once(project: Project) -> None:
    chart = Path(shutil.copytree(CHECKOUT / "sandbox" / "chart", project.root / "chart"))
    hook = chart / "templates" / "hook.yaml"
    hook.write_text(HOOK)
    project.section("chart")["reference"] = str(chart)
    project.save()
    running = project.command("up", STACK, "--yes")
    wait_until(lambda: _records(project.api), "Helm's record", 120)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    dead = _records(project.api)
    hook.unlink()

    assert "Helm's record of the installation that died was taken away" in " ".join(apply(project).split())

    installed = _records(project.api)
    assert installed.keys() == dead.keys()
    assert installed != dead
    state: Any = select(project.root, STACK).export_stack().deployment
    assert state["pending_operations"], "no longer a trap: the engine once kept a pending creation for ever"
    assert release_in(state) is Release.KNOWN

    project.add_beta()
    running = project.command("up", STACK, "--yes")
    wait_until(lambda: "Vpc beta-vpc" in project.objects("Vpc"), "the Vpc of beta", 120)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    apply(project)
    assert _records(project.api) == installed, "the release was the stack's all along"
