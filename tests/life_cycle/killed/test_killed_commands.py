"""`adopt` and `offboard` are killed on the way, engine and all; the same command again makes good."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from kmetal_network.names import STACK_LABEL
from sandbox.controllers.kube_ovn import KubeOvnSimulator
from tests.life_cycle.by_kubectl import apply_page
from tests.life_cycle.live_project import STACK, Project, wait_until

pytestmark = pytest.mark.sandbox

Fact = Callable[[Project], bool]


def _killed_when(project: Project, fact: Fact, *words: str) -> None:
    """One command, killed with its engine at the moment in which something has become true."""
    running = project.command(*words)
    wait_until(lambda: fact(project), f"the moment to kill {words[0]}", 120)
    os.killpg(running.pid, signal.SIGKILL)
    reported, _ = running.communicate()
    assert running.returncode == -signal.SIGKILL, f"{words[0]} ended by itself: {reported}"


def _done(project: Project, *words: str) -> str:
    running = project.command(*words)
    reported, _ = running.communicate(timeout=300)
    assert running.returncode == 0, reported
    return " ".join(reported.split())


def _uids(project: Project) -> dict[str, str]:
    return {key: item["metadata"]["uid"] for key, item in project.objects().items()}


def _out_of_the_file(project: Project) -> bool:
    return "name: beta" not in (project.root / f"Pulumi.{STACK}.yaml").read_text()


def _translated_no_more(project: Project) -> bool:
    return "OvnSnatRule beta-snat-main" not in project.objects("OvnSnatRule")


def _first_is_ours(project: Project) -> bool:
    pools = project.objects("IPAddressPool", "Vpc", "Subnet", "ProviderNetwork").values()
    return any(STACK_LABEL in item["metadata"].get("labels", {}) for item in pools)


def _admission_begun(project: Project) -> bool:
    return bool(project.objects("ValidatingAdmissionPolicy"))


@pytest.mark.network_applied("beta")
@pytest.mark.parametrize("moment", [_translated_no_more, pytest.param(_out_of_the_file, marks=pytest.mark.sweep)])
def test_an_offboarding_that_was_killed_is_finished_by_another(project: Project, moment: Fact) -> None:
    before = {key: uid for key, uid in _uids(project).items() if "beta" not in key}

    _killed_when(project, moment, "offboard", STACK, "beta", "--yes")

    assert "dev: nothing of beta is left" in _done(project, "offboard", STACK, "beta", "--yes")
    assert _uids(project) == before
    assert project.must("preview", refresh=True).changes == {}


@pytest.mark.parametrize("moment", [_first_is_ours, pytest.param(_admission_begun, marks=pytest.mark.sweep)])
def test_an_adoption_that_was_killed_is_finished_by_another(
    project: Project, simulator: KubeOvnSimulator, moment: Fact
) -> None:
    apply_page(project)
    assert simulator.settle()
    (project.root / f"Pulumi.{STACK}.yaml").unlink()
    uids = _uids(project)
    cluster = ("--context", "kmetal-sandbox", "--kubeconfig", str(project.plane.kubeconfig))

    _killed_when(project, moment, "adopt", STACK, *cluster, "--management-interface", "data.204", "--yes")

    reported = _done(project, "adopt", STACK, "--yes")
    assert "13 objects adopted, none replaced; nothing to change, also with --refresh" in reported
    assert _uids(project) == uids
