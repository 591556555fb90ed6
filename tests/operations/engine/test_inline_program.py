"""A program whose engine is gone does not keep the process from ending."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Awaitable, Callable
from types import SimpleNamespace

import pytest
from pulumi import log

from operations.engine.inline_program import Inline, collect_rarely


def _host(inline: Inline, rest: Callable[[], Awaitable[object]]) -> tuple[threading.Thread, list[str]]:
    """What the Automation API does with a program, in a thread: it is called inside a loop, which then awaits the rest."""
    seen: list[str] = []

    async def run() -> None:
        inline()
        await rest()

    def thread() -> None:
        try:
            asyncio.run(run())
            seen.append("ended by itself")
        except RuntimeError as error:
            seen.append(str(error))

    started = threading.Thread(target=thread)
    started.start()
    return started, seen


def test_a_program_that_waits_for_what_never_comes_is_ended() -> None:
    called = threading.Event()
    inline = Inline(called.set)
    thread, seen = _host(inline, lambda: asyncio.Event().wait())
    assert called.wait(5)

    inline.end()

    thread.join(5)
    assert seen == ["Event loop stopped before Future completed."]


def test_a_program_that_is_about_to_end_is_left_to_it() -> None:
    called = threading.Event()
    inline = Inline(called.set)
    thread, seen = _host(inline, lambda: asyncio.sleep(0.2))
    assert called.wait(5)

    inline.end()

    thread.join(5)
    assert seen == ["ended by itself"]


def test_what_the_sdk_says_for_nobody_is_not_a_call_to_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    engine = SimpleNamespace(Log=lambda request: calls.append(request.message))
    monkeypatch.setattr(log, "get_engine", lambda: engine)
    Inline(lambda: None)

    log.debug("preparing resource")
    log.warn("look here")

    assert calls == ["look here"]


def test_the_collector_rests_in_a_process_that_runs_programs_and_still_works() -> None:
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)  # another test may have begun a command in this process
    try:
        collect_rarely()
        assert gc.get_threshold()[0] > 700
        assert gc.isenabled()
    finally:
        gc.set_threshold(*before)
