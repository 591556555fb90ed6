"""What the SDK does for each registration stays small: its waits are linear, and its stack traces short."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks, settings, stack

from operations.engine.registration import registering


class _Answers(mocks.Mocks):
    """Every resource comes out as it went in."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        return f"{args.name}-id", args.inputs

    def call(self, args: mocks.MockCallArgs) -> dict[Any, Any]:
        del args
        return {}


def _ran(program: Callable[[], None]) -> None:
    """Run it in a loop, as a language host does: outside of it the stack's own registration would have begun before."""

    async def run() -> None:
        mocks.set_mocks(_Answers(), project="test", stack="test")
        await stack.run_pulumi_func(program)

    try:
        asyncio.run(run())
    finally:
        settings.reset_options()


def _things(number: int) -> None:
    for index in range(number):
        pulumi.CustomResource("test:index:Thing", f"thing-{index}", {"given": index, "status": None})


def _waited_for(program: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> int:
    """How many outputs the SDK waits for, each counted as often as it is waited for."""
    counts: list[int] = []
    wait = asyncio.wait

    async def counted(pending: Any, **options: Any) -> Any:
        counts.append(len(pending))
        return await wait(pending, **options)

    monkeypatch.setattr(asyncio, "wait", counted)
    _ran(program)
    return sum(counts)


def _hundred_at_once() -> None:
    with registering():
        _things(100)


def test_when_registering_ends_every_task_has_begun() -> None:
    begun: list[int] = []

    async def call(number: int) -> None:
        begun.append(number)
        await asyncio.sleep(0)

    async def program() -> None:
        with registering():
            tasks = [asyncio.ensure_future(call(number)) for number in range(3)]
        assert begun == [0, 1, 2]
        await asyncio.gather(*tasks)

    asyncio.run(program())


def test_a_program_that_begins_its_registrations_leaves_no_output_that_the_sdk_waits_for_again_and_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _waited_for(_hundred_at_once, monkeypatch) == 0


def test_the_sdk_still_waits_for_all_outputs_again_and_again_where_no_registration_has_begun(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Once this fails, the SDK has changed, and the turn of the loop may go."""
    assert _waited_for(lambda: _things(100), monkeypatch) > 100


def _frames(program: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The files of the stack trace that goes with each resource, the innermost first."""
    traces: list[list[str]] = []
    answer = mocks.MockMonitor.RegisterResource

    def heard(monitor: mocks.MockMonitor, request: Any) -> Any:
        if request.type == "test:index:Thing":
            traces.append([frame.pc.uri for frame in request.stackTrace.frames])
        return answer(monitor, request)

    monkeypatch.setattr(mocks.MockMonitor, "RegisterResource", heard)
    _ran(program)
    return traces


class _Thing(pulumi.CustomResource):
    """As a kind of an SDK: a constructor of its own."""

    def __init__(self, name: str) -> None:
        super().__init__("test:index:Thing", name, {})


def _one() -> None:
    _Thing("one")


def _one_registered() -> None:
    with registering():
        _one()


def test_with_a_resource_goes_the_line_that_made_it_and_not_all_calls_that_led_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [frames] = _frames(_one_registered, monkeypatch)
    assert frames[0] == Path(__file__).as_uri()
    assert len(frames) <= 3


def test_the_sdk_still_sends_all_calls_that_led_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once this fails, the SDK has changed, and the limit may go."""
    [frames] = _frames(_one, monkeypatch)
    assert len(frames) > 10


def test_tracebacks_are_whole_again_afterwards_also_where_the_program_fails() -> None:
    with pytest.raises(ValueError, match="of a program"), registering():
        raise ValueError("of a program")
    assert getattr(sys, "tracebacklimit", None) is None
