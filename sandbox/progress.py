"""One line per long piece of work: what it is, its progress, and the time so far.

On a terminal the line updates in place, and parallel pieces share it. Elsewhere (CI, a pipe) each piece gets plain
lines: when it starts, once a minute while it runs, and when it is done. Everything goes to standard error, so that
standard output contains data only.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEARTBEAT_SECONDS: Final = 60.0
_REDRAW_SECONDS: Final = 0.5

_console: Final = Console(stderr=True, highlight=False, soft_wrap=True)
_under_way: Final[list[Work]] = []
_lock: Final = threading.Lock()
_drawing: Final = threading.Lock()
"""Held by the thread that draws the line for all current work."""


def say(sentence: str) -> None:
    """One line for the operator."""
    _console.print(sentence, markup=False)


def elapsed(since: float) -> str:
    """The time since a moment of the monotonic clock, for display: `8 s`, `3 min 05 s`."""
    minutes, seconds = divmod(round(time.monotonic() - since), 60)
    return f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"


@dataclass
class Work:
    """A current piece of work; its worker may set the progress."""

    title: str
    detail: str = ""
    result: str = ""
    """Text of the last line, without the time."""

    started: float = field(default_factory=time.monotonic)

    def line(self) -> str:
        """Text while it runs."""
        return ", ".join(part for part in (self.title, self.detail, elapsed(self.started)) if part)


@contextmanager
def working(title: str) -> Iterator[Work]:
    """Show a piece of work while the body runs; if the body raises, the last line says that it failed."""
    work = Work(title)
    over = threading.Event()
    watch = _watch_terminal if _console.is_terminal else _watch_plainly
    watcher = threading.Thread(target=watch, args=(work, over), daemon=True)
    watcher.start()
    outcome = "failed"
    try:
        yield work
        outcome = work.result or "done"
    finally:
        over.set()
        watcher.join()
        say(f"{work.title}: {outcome} ({elapsed(work.started)})")


def _watch_terminal(work: Work, over: threading.Event) -> None:
    """Show this work; the first current piece draws for all, because a console has one live line."""
    with _lock:
        _under_way.append(work)
    try:
        while not over.wait(_REDRAW_SECONDS):
            if _drawing.acquire(blocking=False):
                try:
                    _draw(over)
                finally:
                    _drawing.release()
    finally:
        with _lock:
            _under_way.remove(work)


def _draw(over: threading.Event) -> None:
    with _console.status(_lines()) as status:
        while not over.wait(_REDRAW_SECONDS):
            status.update(_lines())


def _lines() -> str:
    with _lock:
        return "; ".join(work.line() for work in _under_way)


def _watch_plainly(work: Work, over: threading.Event) -> None:
    # The first line waits a moment: work that is done at once shows only its last line.
    if over.wait(1.0):
        return
    say(f"{work.title} ...")
    while not over.wait(_HEARTBEAT_SECONDS):
        say(f"{work.line()} ...")
