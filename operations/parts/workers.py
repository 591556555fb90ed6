"""Runs stacks side by side, each in a worker of its own, as many as the machine has room for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from types import FrameType
from typing import Final, Self

from kmetal_network.errors import OperatorError
from operations.console import note
from operations.engine.events import Outcome, Watch
from operations.parts.messages import Done, Progress, Refused, Task, get, put

_PROJECT: Final = Path(__file__).parents[2]
_MEMORY: Final = 600 * 2**20
"""Bytes that a run needs: engine, program, provider and pack, for a cell of 25 to 50 tenants (docs/benchmarks.md)."""

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)

Result = Outcome | OperatorError
"""What became of a task: the run's outcome, or why there was none."""


class Workers:
    """Workers of one command; they live as long as it does."""

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._free: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
        self._all: list[subprocess.Popen[bytes]] = []
        self._watching = threading.Lock()
        self.stopped = False
        """Whether somebody ended the command; no further task begins."""

    @classmethod
    @contextmanager
    def hired(cls, tasks: int) -> Iterator[Self]:
        """Workers for that many tasks; they end with the block."""
        workers = cls(max(1, min(tasks, room())))
        before = {number: signal.signal(number, workers._stop) for number in _SIGNALS} if _is_main() else {}
        try:
            yield workers
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            workers._end()

    def run(self, tasks: Sequence[Task], watch: Watch | None) -> dict[str, Result]:
        """Every task, side by side.

        Returns:
            Name of the stack to what became of it; a task that was not begun is missing.
        """
        with ThreadPoolExecutor(self._slots) as threads:
            results = list(threads.map(lambda task: self._one(task, watch), tasks))
        return {task.stack: result for task, result in zip(tasks, results, strict=True) if result is not None}

    def _one(self, task: Task, watch: Watch | None) -> Result | None:
        if self.stopped:
            return None
        worker = self._hire() if self._free.empty() else self._free.get()
        assert worker.stdin  # noqa: S101 (pipes, as they were asked for)
        assert worker.stdout  # noqa: S101
        try:
            put(worker.stdin, replace(task, side_by_side=self._slots))
            while isinstance(message := get(worker.stdout), Progress):
                if watch:
                    with self._watching:
                        watch(message.step, done=message.done)
        except (EOFError, BrokenPipeError):
            return OperatorError(f"stack {task.stack}: its run ended without a word (exit code {worker.wait()})")
        self._free.put(worker)
        match message:
            case Done(outcome):
                return outcome
            case Refused(OperatorError() as error):
                return error
        raise TypeError(message)

    def _hire(self) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C reaches it from here alone, and so once.
        worker = subprocess.Popen(
            [sys.executable, "-m", "operations.parts.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(_PROJECT), os.getenv("PYTHONPATH"))))},
        )
        self._all.append(worker)
        return worker

    def _stop(self, number: int, frame: FrameType | None) -> None:
        """Somebody wants the command to end."""
        del number, frame
        note(
            "stopping at once"
            if self.stopped
            else "stopping: no further step begins, those in flight are waited for; Ctrl-C again stops at once"
        )
        self.stopped = True
        for worker in self._all:
            with suppress(ProcessLookupError):
                worker.send_signal(signal.SIGINT)

    def _end(self) -> None:
        for worker in self._all:
            for pipe in (worker.stdin, worker.stdout):
                if pipe:
                    with suppress(BrokenPipeError):
                        pipe.close()
            worker.wait()


def room(
    cores: int | None = None,
    memory: Callable[[], int] = lambda: os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
) -> int:
    """How many runs this machine has room for: one for each core, and each with its memory; one at least."""
    return max(1, min(cores or os.cpu_count() or 1, memory() // _MEMORY))


def _is_main() -> bool:
    return threading.current_thread() is threading.main_thread()
