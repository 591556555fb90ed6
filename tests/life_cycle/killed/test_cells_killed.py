"""Runs of cells that are ended on the way: by Ctrl-C, by a kill of the command alone, and between two states."""

from __future__ import annotations

import os
import signal

import pytest

from operations.commands.cells import move_states
from operations.parts import moving
from operations.parts.environment_run import run_environment
from tests.life_cycle.live_project import PREFIX, STACK, Project, wait_until

pytestmark = pytest.mark.sandbox


def _split(project: Project, cells: int = 3) -> None:
    """With three cells alpha is in the third and beta in the first."""
    project.document["config"][f"{PREFIX}cells"] = cells
    project.save()


def _locks(project: Project) -> list[str]:
    return [str(path) for path in (project.root / "state" / ".pulumi" / "locks").glob("**/*.json")]


@pytest.mark.sweep
@pytest.mark.without_admission
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_up_of_cells_that_is_ended_stops_its_workers_and_the_next_one_goes_on(project: Project, number: int) -> None:
    project.add_beta()
    _split(project)

    moment = "ProviderNetwork" if number == signal.SIGINT else "Vpc"  # in the platform, and in a cell
    others = project.objects(moment).keys()

    process = project.command("up", STACK, "--yes")
    wait_until(lambda: project.objects(moment).keys() - others, f"a {moment} of ours", 120)
    os.kill(process.pid, number)
    said, _ = process.communicate(timeout=120)

    if number == signal.SIGINT:
        assert process.returncode == 1, said
        assert said.count("stopping: no further step begins") == 1, said
        assert "the up was stopped on the way" in said
    wait_until(lambda: not _locks(project), "the workers to give their locks back", 60)
    again = run_environment(project.root, STACK, "up")
    again.stop()
    planned = run_environment(project.root, STACK, "preview", refresh=True)
    planned.stop()
    assert planned.steps == []
    assert {"Vpc alpha-vpc", "Vpc beta-vpc"} <= project.objects("Vpc").keys()


@pytest.mark.sweep
@pytest.mark.network_applied("beta")
def test_a_move_that_dies_between_two_states_is_finished_by_the_next(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = project.versions()
    _split(project)

    with monkeypatch.context() as patch:
        patch.setattr(moving, "without", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            move_states(project.root, STACK, yes=True)
    with pytest.raises(Exception, match="kmetal-network cells dev"):
        run_environment(project.root, STACK, "up").stop()
    move_states(project.root, STACK, yes=True)

    planned = run_environment(project.root, STACK, "preview", skip=())
    planned.stop()
    assert planned.steps == []
    assert project.versions() == before
