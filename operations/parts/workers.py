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
from pickle import UnpicklingError
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Final, Self

from kmetal_network.errors import OperatorError
from operations.console import note
from operations.engine.events import Outcome, Step, Watch
from operations.parts.memory import available_memory
from operations.parts.messages import Begun, Done, Progress, Refused, Task, get, put
from operations.state.run_context import Before

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
        self._running: set[subprocess.Popen[bytes]] = set()
        self._told: set[subprocess.Popen[bytes]] = set()
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

    def run(self, tasks: Sequence[Task], watch: Watch | None, before: Before | None = None) -> dict[str, Result]:
        """Every task, side by side.

        Returns:
            Name of the stack to what became of it; a task that was not begun is missing.
        """
        with ThreadPoolExecutor(self._slots) as threads:
            results = list(threads.map(lambda task: self._one(task, watch, before), tasks))
        return {task.stack: result for task, result in zip(tasks, results, strict=True) if result is not None}

    def _one(self, task: Task, watch: Watch | None, before: Before | None) -> Result | None:
        refused = self._refused(task.stack, before)
        if refused or self.stopped:
            return refused
        try:
            worker = self._free.get_nowait()
        except Empty:
            worker = hire()
            self._all.append(worker)
        for message in _answers(worker, replace(task, side_by_side=self._slots)):
            match message:
                case Begun():
                    self._begin(worker)
                case Progress(step, done):
                    self._show(watch, step, done=done)
                case Done() | Refused():
                    self._running.discard(worker)
                    self._free.put(worker)
                    return message.outcome if isinstance(message, Done) else message.error
        return self._dead(worker, task.stack)

    def _refused(self, stack: str, before: Before | None) -> OperatorError | None:
        """Why a run cannot begin, after what is to be done before it."""
        if before and not self.stopped:
            try:
                before(stack)
            except OperatorError as error:
                return error
        return None

    def _begin(self, worker: subprocess.Popen[bytes]) -> None:
        """From now on a signal ends its run; one that somebody gave while it started, too."""
        self._running.add(worker)
        if self.stopped:
            self._tell(worker)

    def _dead(self, worker: subprocess.Popen[bytes], stack: str) -> Result | None:
        """What became of a task whose worker is no more."""
        self._running.discard(worker)
        code = worker.wait()
        return None if self.stopped else OperatorError(_silent(stack, code))

    def _show(self, watch: Watch | None, step: Step, *, done: bool) -> None:
        """Pass a step on; where no one can be shown it any more, nothing goes on unseen."""
        if watch:
            try:
                with self._watching:
                    watch(step, done=done)
            except BaseException:
                self._end_runs()
                raise

    def _stop(self, number: int, frame: FrameType | None) -> None:
        """Somebody wants the command to end."""
        del number, frame
        note(
            "stopping at once"
            if self.stopped
            else "stopping: no further step begins, those in flight are waited for; Ctrl-C again stops at once"
        )
        if self.stopped:
            self._told.clear()
        self._end_runs()

    def _end_runs(self) -> None:
        """No further task begins, and each run ends as with Ctrl-C; one that begins in this moment, too (`_begin`)."""
        self.stopped = True
        for worker in [*self._running]:
            self._tell(worker)

    def _tell(self, worker: subprocess.Popen[bytes]) -> None:
        """Once for each Ctrl-C: to the engine a second one means to stop at once."""
        if worker not in self._told:
            self._told.add(worker)
            with suppress(ProcessLookupError):
                worker.send_signal(signal.SIGINT)

    def _end(self) -> None:
        for worker in self._all:
            for pipe in (worker.stdin, worker.stdout):
                if pipe:
                    with suppress(BrokenPipeError):
                        pipe.close()
            worker.wait()


def hire() -> subprocess.Popen[bytes]:
    """Start one, in a session of its own: Ctrl-C reaches it from its command alone, and so once."""
    return subprocess.Popen(
        [sys.executable, "-m", "operations.parts.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(_PROJECT), os.getenv("PYTHONPATH"))))},
    )


def _answers(worker: subprocess.Popen[bytes], task: Task) -> Iterator[Begun | Progress | Done | Refused]:
    """Hand a task over; what the worker says of it, until it dies or somebody has heard the last of it."""
    assert worker.stdin  # noqa: S101 (pipes, as they were asked for)
    assert worker.stdout  # noqa: S101
    with suppress(EOFError, BrokenPipeError, UnpicklingError):  # cut off in the middle of a message
        put(worker.stdin, task)
        while True:
            yield get(worker.stdout)


def _silent(stack: str, code: int) -> str:
    cause = "; the machine may be out of memory" if code == -signal.SIGKILL else ""
    return f"stack {stack}: its run ended without a word (exit code {code}){cause}; run the same command again"


def room(cores: int | None = None, memory: Callable[[], int | None] = available_memory) -> int:
    """How many runs this machine has room for: one for each core, and each with its memory; one at least.

    And one more: runs wait for a controller most of the time, and where two end at once its queue would run dry.
    """
    free = memory()
    slots = (cores or os.cpu_count() or 1) + 1
    return slots if free is None else max(1, min(slots, free // _MEMORY))


def at_work() -> int:
    """How many of those runs work at once, where none waits: one for each core."""
    return min(room(), os.cpu_count() or 1)


def _is_main() -> bool:
    return threading.current_thread() is threading.main_thread()
