"""Ctrl-C in the middle of a run: the engine ends by itself, the state holds what was done, and the next run goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable

import pytest

from tests.life_cycle.live_project import Project

pytestmark = pytest.mark.sandbox


def _until(process: subprocess.Popen[str], run: str, kind: str) -> list[str]:
    """Read a stream until a step of a run that is about such an object begins; returns all lines."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("{"):
            event = json.loads(line)
            if (event["event"], event.get("run"), event.get("phase")) == ("step", run, "begins") and event[
                "object"
            ].startswith(f"{kind} "):
                return lines
    raise AssertionError(f"no {run} of a {kind} began: {''.join(lines)}")


def _done(lines: list[str]) -> set[str]:
    """Objects that an `up` reported as made.

    A request that is cut off on its way to the API server may still be carried out there; the next run takes that
    object over. What was reported as done has to be in the state.
    """
    events = [json.loads(line) for line in lines if line.startswith("{")]
    return {event["object"] for event in events if (event.get("run"), event.get("phase")) == ("up", "done")}


@pytest.mark.parametrize(
    "interrupt",
    [
        pytest.param(lambda pid: os.kill(pid, signal.SIGINT), id="a signal to the command alone"),
        pytest.param(
            lambda pid: os.killpg(pid, signal.SIGINT),
            id="Ctrl-C of a terminal, which the engine gets, too",
            marks=pytest.mark.sweep,
        ),
    ],
)
def test_an_up_that_is_interrupted_ends_by_itself_says_how_to_go_on_and_the_next_one_does(
    project: Project, interrupt: Callable[[int], None]
) -> None:
    before = project.objects().keys()
    process = project.command("up", project.stack, "--yes", "--output", "json")

    lines = _until(process, "up", "Release")
    interrupt(process.pid)
    rest, _ = process.communicate(timeout=120)

    assert process.returncode == 1, rest
    assert "the up was stopped on the way; the state holds all that was done" in rest
    assert rest.rstrip().endswith("[STOPPED]")
    assert "Traceback" not in rest
    made, done = project.objects().keys() - before, _done([*lines, *rest.splitlines()])

    again = project.must("up")
    created = {step.about for step in again.steps if step.operation == "create"}
    assert not done & created, "the state lacked what was reported as done"
    assert made <= {step.about for step in (*again.steps, *again.unchanged)}
    assert not any("died" in advice for advice in again.advice), "its lock was left behind"
    assert project.must("preview", refresh=True).changes == {}

    process = project.command("destroy", project.stack, "--yes", "--output", "json")
    _until(process, "destroy", "Vpc")
    interrupt(process.pid)
    rest, _ = process.communicate(timeout=120)

    if process.returncode:  # the last steps may have been in flight already
        assert rest.rstrip().endswith("[STOPPED]")
    project.must("destroy")
    assert project.objects().keys() == before
