"""The first run of a cell dies before its state is written, and the settings change before the next."""

from __future__ import annotations

from typing import Any

import pytest

from operations.parts.environment_run import run_environment
from tests.life_cycle.killed.all_at_once import killed_when
from tests.life_cycle.live_project import PREFIX, STACK, Project

pytestmark = pytest.mark.sandbox

ROUTERS = {"Vpc alpha-vpc", "Vpc beta-vpc"}


@pytest.mark.without_admission
def test_the_next_up_deletes_who_left_and_replaces_what_changed(project: Project) -> None:
    project.add_beta()
    project.document["config"][f"{PREFIX}cells"] = 1
    project.save()
    killed_when(project, "up", lambda: project.objects("Vpc").keys() >= ROUTERS)

    [alpha, _] = project.tenants
    alpha["clusters"][0].update(cidrBlock="10.100.7.0/24", gateway="10.100.7.1")
    project.document["config"][f"{PREFIX}tenants"] = [alpha]
    project.save()
    shown = project.command("preview", STACK)
    preview, _ = shown.communicate(timeout=120)
    done = project.command("up", STACK, "--yes")
    said, _ = done.communicate(timeout=300)

    assert shown.returncode == 0, preview
    assert "the first run of dev-cell-1 died" in " ".join(preview.split()), preview
    assert done.returncode == 0, said
    assert "what it made is finished as it was begun" in " ".join(said.split()), said
    left = [name for name, item in project.objects().items() if _tenant(item) == "beta"]
    assert left == []
    assert project.look("Subnet", "alpha-dev-subnet")["spec"]["cidrBlock"] == "10.100.7.0/24"
    planned = run_environment(project.root, STACK, "preview", refresh=True)
    planned.stop()
    assert planned.steps == []


def _tenant(item: dict[str, Any]) -> str:
    return str((item["metadata"].get("labels") or {}).get("kmetal-network/tenant", ""))
