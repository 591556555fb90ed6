"""Shows that a run works: a line that moves on a terminal, a line each half minute elsewhere.

A terminal is redrawn four times a second whatever the engine reports. Who reads a CI log sees that a run of minutes is
alive and what it waits for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

from rich.progress import Progress, ProgressColumn, SpinnerColumn, Task
from rich.text import Text

from operations.console import err
from operations.progress.tally import Expected, Tally

EVERY: Final = 30.0
"""Seconds between two lines where no one watches."""

_REDRAWS: Final = 4
"""A second."""


@contextmanager
def watched(title: str, expected: Expected | None = None, *, every: float = EVERY) -> Iterator[Tally]:
    """Show where a run stands until it ends.

    Args:
        title: what is done to what.
        expected: what a plan says of it.
        every: seconds between two lines where there is no terminal.
    """
    tally = Tally(expected)
    if err.is_terminal:
        columns = (SpinnerColumn(), _Line(title, tally))
        with Progress(*columns, console=err, transient=True, refresh_per_second=_REDRAWS) as progress:
            progress.add_task(title, total=None)
            yield tally
        return
    _say(f"{title} ...")
    with _lines(title, tally, every):
        yield tally


class _Line(ProgressColumn):
    """Looks at the tally when it is drawn."""

    max_refresh = 1 / _REDRAWS

    def __init__(self, title: str, tally: Tally) -> None:
        super().__init__()
        self._title, self._tally = title, tally

    def render(self, task: Task) -> Text:
        """The line of now."""
        del task
        return Text(f"{self._title}: {self._tally.line()}", overflow="ellipsis", no_wrap=True)


@contextmanager
def _lines(title: str, tally: Tally, every: float) -> Iterator[None]:
    ended = Event()

    def talk() -> None:
        while not ended.wait(every):
            _say(f"{title}: {tally.line()}")

    thread = Thread(target=talk, daemon=True, name="progress")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _say(text: str) -> None:
    err.print(text, markup=False, highlight=False, soft_wrap=True)
