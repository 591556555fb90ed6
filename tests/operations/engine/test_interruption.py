"""A signal ends the engine's run, once, and not this process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from pulumi.automation.events import EngineEvent

from operations.engine import interruption
from operations.engine.events import Outcome
from operations.engine.interruption import Interruption


def said(message: str) -> EngineEvent:
    event: dict[str, Any] = {"sequence": 0, "timestamp": 0, "stdoutEvent": {"message": message, "color": "never"}}
    return EngineEvent.from_json(event)


def test_a_signal_is_taken_while_the_engine_runs_and_the_handler_of_before_comes_back() -> None:
    outcome, told = Outcome(), list[str]()
    before = signal.getsignal(signal.SIGINT)
    running = Interruption(outcome, told.append)

    with running.armed():
        os.kill(os.getpid(), signal.SIGINT)
        running.hear(said("^C received; cancelling. If you would like to terminate immediately, press ^C again.\n"))

    assert outcome.interrupted
    assert [text.partition(":")[0] for text in told] == ["stopping"]
    assert signal.getsignal(signal.SIGINT) is before


def test_a_run_that_nobody_ends_is_not_interrupted() -> None:
    outcome = Outcome()
    with Interruption(outcome, print).armed():
        pass
    assert not outcome.interrupted


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the engine's process is found by /proc")
@pytest.mark.parametrize(
    ("hears", "ended", "passed_on"), [(False, False, True), (True, False, False), (False, True, False)]
)
def test_an_engine_that_still_runs_and_has_not_heard_gets_the_signal_from_us(
    hears: bool,  # noqa: FBT001 (a case)
    ended: bool,  # noqa: FBT001 (a case)
    passed_on: bool,  # noqa: FBT001 (a case)
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[int] = []
    monkeypatch.setattr(interruption, "_engines", lambda: iter([4711]))
    monkeypatch.setattr(os, "kill", lambda pid, _: sent.append(pid))
    running = Interruption(Outcome(), print)
    running._asked = 1  # noqa: SLF001 (as after a signal)
    if hears:
        running.hear(said("^C received; cancelling."))

    running._armed = not ended  # noqa: SLF001 (as while the engine runs)
    running._pass_on(1)  # noqa: SLF001 (as the timer does)

    assert bool(sent) is passed_on


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the engine's process is found by /proc")
def test_the_engine_is_the_child_of_that_name(tmp_path: Path) -> None:
    engine = tmp_path / "pulumi"
    engine.symlink_to(sys.executable)
    with subprocess.Popen([engine, "-c", "input()"], stdin=subprocess.PIPE) as process:
        deadline = time.monotonic() + 30
        while process.pid not in list(interruption._engines()) and time.monotonic() < deadline:  # noqa: SLF001 (unit)
            pass
        found = list(interruption._engines())  # noqa: SLF001 (unit)
        assert process.stdin is not None
        process.stdin.close()
    assert found == [process.pid]
