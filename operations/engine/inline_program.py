"""An inline program that ends with its engine, and sends it no debug messages.

When a policy or the API server refuses a resource in the middle of an `up`, the outputs of that resource never come,
and the SDK's program waits for them after the engine has gone (pulumi 3.250, `automation/_server.py`). Its thread would
keep the process from ending: seen as a command that had said everything and did not return.

The SDK also tells the engine what it is about to do (`log.debug`), and waits for each answer: two hundred calls for 43
objects, a twelfth of a preview's time and processor. The engine drops them, since no one here asks for `--debug`.

Python looks for garbage each 700 objects that it makes, and a command for 450 tenants makes millions that stay: 3.0 of
10.8 s of processor time for one program. A process that runs them looks rarely (`collect_rarely`), which costs 10 of
231 MiB, and from its first line: to look often again after a run takes half a second at once.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from pulumi import log

_PATIENCE: Final = 2.0
"""Seconds; a program that is about to end by itself takes some milliseconds."""

_POLL: Final = 0.01

_RARELY: Final = (100_000, 20, 50)
"""Thresholds of Python's collector."""


def _unheard(*_: Any, **__: Any) -> None:
    """Debug messages, which are dropped."""


def collect_rarely() -> None:
    """Have this process look for garbage rarely, for as long as it lives."""
    gc.set_threshold(*_RARELY)


class Inline:
    """A program for the Automation API; `end` is to be called when the engine's command has returned."""

    def __init__(self, program: Callable[[], None]) -> None:
        log.debug = _unheard
        self._program = program
        self._loops: list[asyncio.AbstractEventLoop] = []

    def __call__(self) -> None:
        """Run, as the engine asks; once for a preview, once for the update after it."""
        self._loops.append(asyncio.get_running_loop())
        self._program()

    def end(self) -> None:
        """Stop what still waits for an engine that is no more."""
        deadline = time.monotonic() + _PATIENCE
        for loop in self._loops:
            while loop.is_running() and time.monotonic() < deadline:
                time.sleep(_POLL)
            if loop.is_running():
                # The SDK then tries to tell the engine, and gRPC prints the traceback of that.
                logging.getLogger("grpc._server").disabled = True
                with suppress(RuntimeError):  # it has closed in this very moment
                    loop.call_soon_threadsafe(loop.stop)
        self._loops.clear()
