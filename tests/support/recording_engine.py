"""The only mock: an engine that records what a program registers, for assertions after the program has ended.

It decides nothing and knows no cluster; what it records is what a real engine would be asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pulumi.runtime import mocks, rpc, settings, stack


@dataclass(frozen=True)
class Registered:
    """One resource as the program asked for it."""

    type: str
    name: str
    inputs: dict[str, Any]
    parent: str
    """Name of the resource above it; `stack` for none."""
    depends_on: frozenset[str]
    """Names."""
    retained: bool
    replaced_before: bool
    """Deleted before its replacement is made."""
    replaced_on: tuple[str, ...]
    timeouts: dict[str, str]
    """How long the engine waits, by operation."""


class _Answers(mocks.Mocks):
    """Every resource comes out as it went in."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        return f"{args.name}-id", args.inputs

    def call(self, args: mocks.MockCallArgs) -> dict[Any, Any]:
        del args
        return {}


class _Recorder(mocks.MockMonitor):
    """Keeps every request that the mock monitor answers."""

    def __init__(self) -> None:
        super().__init__(_Answers())
        self.requests: list[Any] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 (gRPC's spelling)
        self.requests.append(request)
        return super().RegisterResource(request)


def record(program: Callable[[], Any]) -> dict[str, Registered]:
    """What a program registers, by name.

    Raises:
        AssertionError: two resources of one name.
    """
    recorder = _Recorder()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        mocks.set_mocks(_Answers(), project="test", stack="test", preview=False, monitor=recorder)
        loop.run_until_complete(stack.run_pulumi_func(program))
    finally:
        settings.reset_options()
        loop.close()
        asyncio.set_event_loop(None)
    found: dict[str, Registered] = {}
    for request in recorder.requests:
        if request.type == "pulumi:pulumi:Stack":
            continue
        assert request.name not in found, f"{request.name} is registered twice"
        found[request.name] = Registered(
            type=request.type,
            name=request.name,
            inputs=rpc.deserialize_properties(request.object),
            parent=request.parent.rpartition("::")[2] or "stack",
            depends_on=frozenset(urn.rpartition("::")[2] for urn in request.dependencies),
            retained=request.retainOnDelete,
            replaced_before=request.deleteBeforeReplace,
            replaced_on=tuple(request.replaceOnChanges),
            timeouts={field.name: value for field, value in request.customTimeouts.ListFields()},
        )
    return found
