"""What a command and its workers say to each other: pickled objects, one after the other, through a pipe."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path
from typing import IO, Any

from kmetal_network.errors import OperatorError
from operations.engine.events import Outcome, Step
from operations.state.sync import Verb


@dataclass(frozen=True, kw_only=True)
class Task:
    """One run of the engine for one stack."""

    root: Path
    stack: str
    verb: Verb
    refresh: bool = False
    targets: tuple[str, ...] | None = None
    side_by_side: int = 1
    """How many run at once."""
    egress: Mapping[str, IPv4Address | None] = field(default_factory=dict)
    begun: Mapping[str, Any] | None = None
    """As in a run's context."""


@dataclass(frozen=True)
class Begun:
    """The run begins: from now on a signal ends it."""


@dataclass(frozen=True)
class Progress:
    """A step of it begins, or is done."""

    step: Step
    done: bool


@dataclass(frozen=True)
class Done:
    """The run has ended."""

    outcome: Outcome


@dataclass(frozen=True)
class Refused:
    """There was no run."""

    error: OperatorError


def put(stream: IO[bytes], message: Any) -> None:
    """Write one message.

    Raises:
        BrokenPipeError: no one reads any more.
    """
    pickle.dump(message, stream, protocol=pickle.HIGHEST_PROTOCOL)
    stream.flush()


def get(stream: IO[bytes]) -> Any:
    """Read one message.

    Raises:
        EOFError: the other side has ended.
    """
    return pickle.load(stream)  # noqa: S301 (our own process wrote it)
