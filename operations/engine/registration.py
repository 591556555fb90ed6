"""Lets all registrations of a program begin before the SDK waits for them, which makes waiting linear.

The SDK first waits for the calls that have begun, one after the other, then for all outputs: anew for every output each
time that one is there (pulumi 3.250, `runtime/stack.py`, `wait_for_rpcs`). When a program ends, none of its calls has
begun, so all of them fall to the second wait, which is quadratic: 31 of 63 s of a preview of 450 tenants.

One turn of the event loop begins them. The SDK takes such a turn itself where a program returns an awaitable; the
Python language host of plain `pulumi` drops what a program returns, so the program takes the turn.
"""

from __future__ import annotations

import asyncio

from pulumi.runtime.sync_await import _sync_await


def begin_registrations() -> None:
    """Take one turn of the event loop; to be called after the last resource."""
    _sync_await(asyncio.sleep(0))
