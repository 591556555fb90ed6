"""Nothing to change after an `up`: not after the controllers wrote, not after anything was restarted."""

from __future__ import annotations

import pytest

from sandbox.control_plane.control_plane import ControlPlane
from sandbox.controllers.kube_ovn import KubeOvnSimulator
from tests.life_cycle.live_project import Project, wait_until

pytestmark = pytest.mark.sandbox


def test_nothing_is_to_change_after_the_controllers_wrote_nor_after_everything_was_restarted(
    project: Project, simulator: KubeOvnSimulator, control_plane: ControlPlane
) -> None:
    project.add_beta()
    project.must("up")
    assert simulator.settle()
    assert project.must("preview").changes == {}
    assert project.must("preview", refresh=True).changes == {}

    simulator.stop()
    control_plane.restart()
    simulator.start()
    assert simulator.settle()
    wait_until(lambda: not _unseen(project), "the first tick of the controllers to report on the excluded node")
    before = project.versions()
    again = project.must("up", refresh=True)

    assert (again.steps, again.changes) == ([], {})
    assert project.versions() == before


def _unseen(project: Project) -> list[str]:
    """Nodes of which a restarted controller has only said that it has not looked at them."""
    conditions = project.look("ProviderNetwork", "provider")["status"]["conditions"]
    return [one["node"] for one in conditions if one["reason"] == "Init"]
