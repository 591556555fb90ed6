"""Keeps what the SDK does for each registration of a program small: its waits linear, its stack traces short.

The SDK first waits for the calls that have begun, one after the other, then for all outputs: anew for every output each
time that one is there (pulumi 3.250, `runtime/stack.py`, `wait_for_rpcs`). When a program ends, none of its calls has
begun, so all of them fall to the second wait, which is quadratic: 31 of 63 s of a preview of 450 tenants. One turn of
the event loop begins them. The SDK takes such a turn itself where a program returns an awaitable; the Python language
host of plain `pulumi` drops what a program returns, so the program takes the turn.

With each resource goes the whole stack of calls that led to it (`runtime/resource.py`, `_get_stack_trace`): some
twenty files of Python and gRPC, with the paths of this machine. They were 31 % of a state of 157 objects, and the
engine writes its whole state before and after each object. The line that made a resource is enough.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pulumi.runtime.sync_await import _sync_await

_INNERMOST: Final = 7
"""Calls; six are the SDK's own constructors, so that at least the line that made the resource is left."""


@contextmanager
def registering() -> Iterator[None]:
    """Around all resources of a program, its provider included."""
    # Python reads it as None while no one has set it (https://docs.python.org/3/library/sys.html#sys.tracebacklimit).
    before = getattr(sys, "tracebacklimit", None)
    sys.tracebacklimit = _INNERMOST
    try:
        yield
        _sync_await(asyncio.sleep(0))
    finally:
        sys.tracebacklimit = before
