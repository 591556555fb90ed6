"""What all verbs print with: tables for people, JSON for machines, progress on what takes over a second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from operations.outcome import Step

out = Console()
err = Console(stderr=True)


def counted(number: int, noun: str) -> str:
    """So many of something: `1 finding`, `2 findings`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


class Output(StrEnum):
    """Form of a report."""

    TEXT = "text"
    JSON = "json"


class StepWatch:
    """Shows which objects a run is at."""

    def __init__(self, progress: Progress, title: str) -> None:
        self._progress = progress
        self._title = title
        self._task = progress.add_task(title, total=None)
        self._running: dict[str, Step] = {}
        self._done = 0

    def __call__(self, step: Step, *, done: bool) -> None:
        """One step begins, or is done."""
        if done:
            self._running.pop(step.urn, None)
            self._done += 1
        else:
            self._running[step.urn] = step
        names = ", ".join(sorted(entry.name for entry in self._running.values())[:3])
        self._progress.update(self._task, description=f"{self._title}: {self._done} done {names}")


@contextmanager
def watched(title: str) -> Iterator[StepWatch]:
    """A line that moves while the engine works; only its beginning and end where nobody watches."""
    if not err.is_terminal:
        err.print(f"{title} ...", highlight=False)
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=err, transient=True
    ) as progress:
        yield StepWatch(progress, title)
