"""A process that runs the engine for one stack after the other: `python -m operations.parts.worker`.

Each run has a process to itself, since a program of the Pulumi SDK shares state with every other in its process. When
the command that started it has gone, it ends its run as Ctrl-C would, and itself.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import BinaryIO

from kmetal_network.errors import OperatorError
from operations.engine.events import Step
from operations.engine.inline_program import collect_rarely
from operations.parts.messages import Begun, Done, Progress, Refused, Task, get, put
from operations.run import run, stopped
from operations.state.run_context import RunContext
from operations.unforeseen import unforeseen


def main() -> None:
    """Work until no one asks any more."""
    collect_rarely()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what anything prints must not get between the messages
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # between two tasks
    asked = _Asked(sys.stdin.buffer)
    try:
        while (task := asked.next()) is not None:
            put(answers, _done(task, answers))
    except BrokenPipeError:
        pass  # no one reads any more
    os._exit(0)  # the thread that reads may not outlive the interpreter


def _done(task: Task, answers: BinaryIO) -> Done | Refused:
    def watch(step: Step, *, done: bool) -> None:
        put(answers, Progress(step, done))

    signal.signal(signal.SIGINT, signal.default_int_handler)  # until the engine runs, which has a handler of its own
    try:
        put(answers, Begun())
        return Done(
            run(
                task.root,
                task.stack,
                task.verb,
                watch=watch,
                refresh=task.refresh,
                targets=task.targets,
                run_context=RunContext(
                    egress=task.egress, begun=task.begun, side_by_side=task.side_by_side, tell=_unsaid
                ),
            )
        )
    except KeyboardInterrupt:
        return Refused(OperatorError([stopped(task.stack, task.verb)]))
    except OperatorError as error:
        return Refused(error)
    except Exception as error:  # noqa: BLE001 (the command shows it as its own)
        return Refused(unforeseen(error))
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _unsaid(text: str) -> None:
    """The command says once that everything stops."""
    del text


class _Asked:
    """Reads tasks in a thread of its own, which notices at once that the command has gone."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._some = stream, threading.Condition()
        self._tasks: list[Task | None] = []
        threading.Thread(target=self._read, daemon=True).start()

    def next(self) -> Task | None:
        """The next task; None at the end."""
        with self._some:
            self._some.wait_for(lambda: self._tasks)
            return self._tasks.pop(0)

    def _read(self) -> None:
        while self._put(self._got()):
            pass

    def _got(self) -> Task | None:
        try:
            task: Task = get(self._stream)
        except EOFError:
            os.kill(os.getpid(), signal.SIGINT)
            return None
        return task

    def _put(self, task: Task | None) -> bool:
        with self._some:
            self._tasks.append(task)
            self._some.notify()
        return task is not None


if __name__ == "__main__":
    main()
