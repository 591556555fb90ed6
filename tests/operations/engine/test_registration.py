"""A program's registrations begin before the SDK waits for them, so that waiting is linear."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks, settings, stack

from operations.engine.registration import begin_registrations


class _Answers(mocks.Mocks):
    """Every resource comes out as it went in."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        return f"{args.name}-id", args.inputs

    def call(self, args: mocks.MockCallArgs) -> dict[Any, Any]:
        del args
        return {}


def _waited_for(resources: int, last: Callable[[], None]) -> int:
    """How many outputs the SDK waits for, each counted as often as it is waited for."""
    counts: list[int] = []
    wait = asyncio.wait

    async def counted(pending: Any, **options: Any) -> Any:
        counts.append(len(pending))
        return await wait(pending, **options)

    def program() -> None:
        for number in range(resources):
            pulumi.CustomResource("test:index:Thing", f"thing-{number}", {"given": number, "status": None})
        last()

    async def run() -> None:
        # In the loop, as a language host does: outside of it the stack's own registration would have begun before.
        mocks.set_mocks(_Answers(), project="test", stack="test")
        await stack.run_pulumi_func(program)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(asyncio, "wait", counted)
        try:
            asyncio.run(run())
        finally:
            settings.reset_options()
    return sum(counts)


def test_after_one_turn_of_the_loop_every_task_has_begun() -> None:
    begun: list[int] = []

    async def call(number: int) -> None:
        begun.append(number)
        await asyncio.sleep(0)

    async def program() -> None:
        tasks = [asyncio.ensure_future(call(number)) for number in range(3)]
        begin_registrations()
        assert begun == [0, 1, 2]
        await asyncio.gather(*tasks)

    asyncio.run(program())


def test_a_program_that_begins_its_registrations_leaves_no_output_that_the_sdk_waits_for_again_and_again() -> None:
    assert _waited_for(100, begin_registrations) == 0


def test_the_sdk_still_waits_for_all_outputs_again_and_again_where_no_registration_has_begun() -> None:
    """Once this fails, the SDK has changed, and `begin_registrations` may go."""
    assert _waited_for(100, lambda: None) > 100
