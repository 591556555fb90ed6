"""Ends a run of the engine where somebody asks for it, by Ctrl-C or by a signal, so that the state holds what was done.

The engine begins no further step, waits for those in flight, writes its state and gives its lock back. A terminal sends
Ctrl-C to the engine as well as to us; a CI runner or `kill` sends it to us alone. So the engine gets it from us unless
it has said within a moment that it heard (pulumi 3.250, `backend/cancellation_scope.go`). A second Ctrl-C makes it
stop at once; objects that are then in flight may be missing in the state.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Final

from pulumi.automation.events import EngineEvent

from operations.engine.events import Outcome

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_MOMENT: Final = 1.0
"""Seconds; the engine says at once that it was interrupted."""

_HEARD: Final = "received; "
"""In what the engine says then: `^C received; cancelling`."""


class Interruption:
    """One run's; the outcome says afterwards whether somebody ended it."""

    def __init__(self, outcome: Outcome, tell: Callable[[str], None]) -> None:
        self._outcome, self._tell = outcome, tell
        self._asked = self._heard = 0
        self._armed = False

    @contextmanager
    def armed(self) -> Iterator[None]:
        """While the engine runs, a signal ends the run and not this process."""
        if threading.current_thread() is not threading.main_thread():  # only the main thread may have handlers
            yield
            return
        before = {number: signal.signal(number, self.ask) for number in _SIGNALS}
        self._armed = True
        try:
            yield
        finally:
            self._armed = False  # what we start next is another engine
            for number, handler in before.items():
                signal.signal(number, handler)

    def hear(self, event: EngineEvent) -> None:
        """Take an engine event in."""
        if event.stdout_event and _HEARD in event.stdout_event.message:
            self._heard += 1

    def ask(self, number: int, frame: FrameType | None) -> None:
        """Somebody wants the run to end."""
        del number, frame
        self._asked += 1
        self._outcome.interrupted = True
        self._tell(
            "stopping: no further step begins, those in flight are waited for; Ctrl-C again stops at once"
            if self._asked == 1
            else "stopping at once"
        )
        timer = threading.Timer(_MOMENT, self._pass_on, (self._asked,))
        timer.daemon = True
        timer.start()

    def _pass_on(self, asked: int) -> None:
        if self._armed and self._heard < asked:
            for pid in _engines():
                with suppress(ProcessLookupError):  # it has ended meanwhile
                    os.kill(pid, signal.SIGINT)


def _engines() -> Iterator[int]:
    """The CLI that the Automation API has started; it does not say which process that is. Nothing without /proc."""
    own = str(os.getpid())
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            text = stat.read_text()
            name, _, rest = text[text.index("(") + 1 :].rpartition(")")
            if name == "pulumi" and rest.split()[1] == own:  # proc(5): state, then parent
                yield int(stat.parent.name)
