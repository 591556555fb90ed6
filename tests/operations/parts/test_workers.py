"""How many stacks run at once, and what becomes of a worker that dies."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kmetal_network.errors import OperatorError
from operations.engine.events import Outcome, Step
from operations.parts import workers as workers_module
from operations.parts.memory import available_memory
from operations.parts.messages import Task
from operations.parts.workers import Workers, room

GIBIBYTE = 2**30
WORKS = "for _ in range(600):\n    time.sleep(0.1)"
"""A minute, in steps: Python notices a signal only before or during a sleep, not in the moment between the two."""

ENDS_AS_ASKED = "signal.signal(signal.SIGINT, lambda *_: (say(Done(Outcome(interrupted=True))), os._exit(0)))"


@pytest.mark.parametrize(
    ("cores", "memory", "runs"),
    [(8, 16 * GIBIBYTE, 9), (8, 2 * GIBIBYTE, 3), (2, 16 * GIBIBYTE, 3), (8, GIBIBYTE // 4, 1), (1, 0, 1)],
)
def test_runs_are_bounded_by_cores_and_by_memory(cores: int, memory: int, runs: int) -> None:
    assert room(cores, lambda: memory) == runs


def test_a_system_that_does_not_tell_its_memory_has_room_by_its_cores() -> None:
    assert room(8, lambda: None) == 9


@pytest.mark.parametrize(
    ("machine", "limit", "free"),
    [
        ("MemFree: 1 kB\nMemAvailable: 4000 kB\n", None, 4000 * 1024),
        ("MemAvailable: 4000 kB\n", "max", 4000 * 1024),
        ("MemAvailable: 4000 kB\n", "2000000", 2000000 - 1500000 + 700000),
        ("MemAvailable: 4000 kB\n", "1000000", 1000000 - 1500000 + 700000),
        (None, "100", 0),
        (None, None, None),
    ],
    ids=["machine", "no limit", "container", "smaller container", "full", "neither"],
)
def test_memory_is_that_of_the_machine_or_of_its_container(
    machine: str | None, limit: str | None, free: int | None, tmp_path: Path
) -> None:
    group = tmp_path / "sys/fs/cgroup"
    group.mkdir(parents=True)
    if machine is not None:
        (tmp_path / "proc").mkdir()
        (tmp_path / "proc/meminfo").write_text(machine)
    if limit is not None:
        (group / "memory.max").write_text(f"{limit}\n")
        (group / "memory.current").write_text("1500000\n")
        (group / "memory.stat").write_text("anon 800000\ninactive_file 700000\n")
    assert available_memory(tmp_path) == free


def _task(tmp_path: Path, stack: str) -> Task:
    return Task(root=tmp_path, stack=stack, verb="preview")


def test_a_worker_says_what_is_wrong_with_a_project_and_takes_the_next_task(tmp_path: Path) -> None:
    tasks = [_task(tmp_path, "dev"), _task(tmp_path, "prod")]
    with Workers.hired(1) as workers:
        results = workers.run(tasks, None)
    assert set(results) == {"dev", "prod"}
    for result in results.values():
        assert isinstance(result, OperatorError)
        assert "Traceback" not in str(result)


def test_a_worker_that_dies_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def dead() -> subprocess.Popen[bytes]:
        words = [sys.executable, "-c", "raise SystemExit(3)"]
        return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    monkeypatch.setattr(workers_module, "hire", dead)
    with Workers.hired(1) as workers:
        [result] = workers.run([_task(tmp_path, "dev")], None).values()
    assert str(result) == "stack dev: its run ended without a word (exit code 3); run the same command again"


def _playing(monkeypatch: pytest.MonkeyPatch, program: str) -> list[subprocess.Popen[bytes]]:
    """Workers that run this instead, in which `say` writes a message; the answer lists those that were hired."""
    hired: list[subprocess.Popen[bytes]] = []
    lines = (
        "import os, pickle, signal, sys, time",
        "from operations.engine.events import Outcome, Step",
        "from operations.parts.messages import Begun, Done, Progress, put",
        "say = lambda message: put(sys.stdout.buffer, message)",
        "task = pickle.load(sys.stdin.buffer)",
    )
    words = [sys.executable, "-c", "\n".join((*lines, program))]

    def hire() -> subprocess.Popen[bytes]:
        worker = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
        hired.append(worker)
        return worker

    monkeypatch.setattr(workers_module, "hire", hire)
    return hired


def test_a_message_that_was_cut_off_is_a_worker_that_died(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _playing(monkeypatch, "sys.stdout.buffer.write(pickle.dumps(Done(Outcome()))[:-9])")
    with Workers.hired(1) as workers:
        [result] = workers.run([_task(tmp_path, "dev")], None).values()
    assert "ended without a word" in str(result)


def test_where_no_one_can_be_shown_a_step_any_more_the_runs_end_and_nothing_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hired = _playing(
        monkeypatch,
        f"{ENDS_AS_ASKED}\nsay(Begun())\nsay(Progress(Step('create', 'urn'), False))\n{WORKS}",
    )

    def shut(step: Step, *, done: bool) -> None:
        del step, done
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError), Workers.hired(1) as workers:
        workers.run([_task(tmp_path, "dev"), _task(tmp_path, "prod")], shut)
    assert workers.stopped
    assert len(hired) == 1, "another task has begun"


def test_a_signal_that_comes_while_a_worker_starts_ends_its_run_as_soon_as_it_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hired = _playing(
        monkeypatch,
        f"{ENDS_AS_ASKED}\ntime.sleep(0.5)\nsay(Begun())\n{WORKS}",
    )
    with Workers.hired(1) as workers:
        with ThreadPoolExecutor(1) as thread:
            running = thread.submit(workers.run, [_task(tmp_path, "dev")], None)
            while not hired:
                time.sleep(0.01)
            signal.raise_signal(signal.SIGINT)
            [result] = running.result(timeout=30).values()
        assert isinstance(result, Outcome)
        assert result.interrupted


def test_a_worker_that_dies_of_the_operators_signal_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = tmp_path / "begun"
    _playing(monkeypatch, f"say(Begun())\nopen({str(begun)!r}, 'w').close()\n{WORKS}")
    with Workers.hired(1) as workers, ThreadPoolExecutor(1) as thread:
        running = thread.submit(workers.run, [_task(tmp_path, "dev")], None)
        while not begun.exists():
            time.sleep(0.01)
        signal.raise_signal(signal.SIGINT)
        assert running.result(timeout=30) == {}


def test_nothing_begins_any_more_once_somebody_has_asked_to_stop(tmp_path: Path) -> None:
    with Workers.hired(1) as workers:
        workers.stopped = True
        assert workers.run([_task(tmp_path, "dev")], None) == {}


def test_what_fails_before_a_run_is_its_result_and_nothing_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hired = _playing(monkeypatch, "say(Done(Outcome()))")
    silent = OperatorError("cluster test: no answer")

    def before(stack: str) -> None:
        if stack == "dev-cell-1":
            raise silent

    with Workers.hired(1) as workers:
        results = workers.run([_task(tmp_path, "dev-cell-1"), _task(tmp_path, "dev-cell-2")], None, before)
    assert results["dev-cell-1"] is silent
    assert isinstance(results["dev-cell-2"], Outcome)
    assert len(hired) == 1


def test_who_stops_while_something_is_done_before_a_run_stops_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hired = _playing(monkeypatch, WORKS)
    with Workers.hired(1) as workers:

        def before(stack: str) -> None:
            del stack
            workers.stopped = True

        assert workers.run([_task(tmp_path, "dev")], None, before) == {}
    assert hired == []
