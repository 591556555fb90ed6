"""A run that no one watches writes a line now and then, and none after its end."""

from __future__ import annotations

import io
from threading import Event

import pytest
from rich.console import Console

from operations.progress import watching
from operations.progress.watching import watched


class Lines(io.StringIO):
    """Notes when so many lines were written."""

    def __init__(self, wanted: int) -> None:
        super().__init__()
        self.wanted, self.reached = wanted, Event()

    def write(self, text: str) -> int:
        """Count the lines."""
        written = super().write(text)
        if self.getvalue().count("\n") >= self.wanted:
            self.reached.set()
        return written


def test_a_log_gets_a_line_at_once_and_then_one_at_each_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Lines(wanted=3)
    monkeypatch.setattr(watching, "err", Console(file=stream, force_terminal=False))

    with watched("applying dev", every=0.001):
        assert stream.reached.wait(30)

    first, second, *_ = stream.getvalue().splitlines()
    assert first == "applying dev ..."
    assert second == "applying dev: 0 objects, 0 s"


def test_a_run_that_is_over_before_the_first_interval_leaves_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Lines(wanted=1)
    monkeypatch.setattr(watching, "err", Console(file=stream, force_terminal=False))

    with watched("applying dev"):
        pass

    assert stream.getvalue() == "applying dev ...\n"


def test_a_terminal_gets_the_line_redrawn_and_nothing_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(watching, "err", Console(file=stream, force_terminal=True, width=100))

    with watched("applying dev"):
        pass

    assert "applying dev: 0 objects, 0 s" in stream.getvalue()
    assert "..." not in stream.getvalue()
