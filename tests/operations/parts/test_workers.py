"""How many stacks run at once, and what becomes of a worker that dies."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kmetal_network.errors import OperatorError
from operations.parts.messages import Task
from operations.parts.workers import Workers, room

GIBIBYTE = 2**30


@pytest.mark.parametrize(
    ("cores", "memory", "runs"),
    [(8, 16 * GIBIBYTE, 8), (8, 2 * GIBIBYTE, 3), (2, 16 * GIBIBYTE, 2), (8, GIBIBYTE // 4, 1), (1, 0, 1)],
)
def test_runs_are_bounded_by_cores_and_by_memory(cores: int, memory: int, runs: int) -> None:
    assert room(cores, lambda: memory) == runs


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
    def dead(self: Workers) -> subprocess.Popen[bytes]:
        del self
        words = [sys.executable, "-c", "raise SystemExit(3)"]
        return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    monkeypatch.setattr(Workers, "_hire", dead)
    with Workers.hired(1) as workers:
        [result] = workers.run([_task(tmp_path, "dev")], None).values()
    assert str(result) == "stack dev: its run ended without a word (exit code 3)"


def test_nothing_begins_any_more_once_somebody_has_asked_to_stop(tmp_path: Path) -> None:
    with Workers.hired(1) as workers:
        workers.stopped = True
        assert workers.run([_task(tmp_path, "dev")], None) == {}
