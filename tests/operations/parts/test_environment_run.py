"""Several stacks as one run: the platform's wave, and what becomes of an error when other stacks ran."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from kmetal_network.errors import Finding, OperatorError, UnreachableError
from operations.engine.events import Outcome
from operations.parts import environment_run
from operations.parts.environment_run import run_environment
from operations.parts.messages import Task
from operations.parts.workers import Result, Workers
from operations.state.sync import Verb
from tests.operations.parts.recorded_states import SETTINGS, WHOLE

FAILED = Outcome(failed=True, errors=["Vpc alpha-vpc: refused"])
LOCKED = OperatorError("stack dev-cell-2: another run holds its lock")
MOVED = OperatorError([Finding(place="stack dev", problem="it holds alpha", remedy="run cells", rule="CELLS")])


@pytest.fixture
def waves(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The stacks of each wave, of environments with three cells whose runs all go well."""
    seen: list[list[str]] = []

    def run(self: Workers, tasks: Sequence[Task], *_: object) -> dict[str, Result]:
        del self
        seen.append([task.stack for task in tasks])
        return {task.stack: Outcome() for task in tasks}

    three = replace(WHOLE, settings=SETTINGS.model_copy(update={"cells": 3}))
    monkeypatch.setattr(environment_run, "load_stack", lambda *_: (three, ()))
    monkeypatch.setattr(environment_run, "as_applied", lambda *_: frozenset())
    monkeypatch.setattr(Workers, "run", run)
    return seen


@pytest.mark.parametrize("name", ["dev", "east-cell-a"])
@pytest.mark.parametrize(("verb", "first"), [("up", 0), ("destroy", 1)])
def test_the_platform_is_first_and_at_the_end_last_whatever_the_environment_is_called(
    name: str, verb: Verb, first: int, waves: list[list[str]]
) -> None:
    run_environment(Path(), name, verb, skip=())
    cells = [f"{name}-cell-{number}" for number in (1, 2, 3)]
    assert waves == ([[name], cells], [cells, [name]])[first]


def _with(monkeypatch: pytest.MonkeyPatch, *results: Result) -> Outcome:
    stacks = ("dev", "dev-cell-1", "dev-cell-2", "dev-cell-3")
    answers = dict(zip(stacks, results, strict=True))
    monkeypatch.setattr(Workers, "run", lambda _self, tasks, *_: {task.stack: answers[task.stack] for task in tasks})
    return run_environment(Path(), "dev", "preview", skip=())


@pytest.mark.usefixtures("waves")
def test_a_run_that_was_refused_hides_nothing_that_the_others_say(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = _with(monkeypatch, FAILED, MOVED, LOCKED, Outcome(advice=["a note"]))
    assert outcome.failed
    assert outcome.errors == ["Vpc alpha-vpc: refused", str(MOVED), str(LOCKED)]
    assert outcome.advice == ["a note"]


@pytest.mark.usefixtures("waves")
def test_where_none_ran_one_error_says_it_all_with_the_exit_code_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = UnreachableError("cluster a: no answer")
    with pytest.raises(UnreachableError, match=r"^cluster a: no answer$") as unreachable:
        _with(monkeypatch, silent, silent, silent, silent)
    assert unreachable.value.exit_code == 2
    with pytest.raises(OperatorError) as mixed:
        _with(monkeypatch, MOVED, LOCKED, LOCKED, silent)
    assert str(mixed.value).splitlines() == [str(MOVED), str(LOCKED), str(silent)]
    with pytest.raises(OperatorError) as findings:
        _with(monkeypatch, MOVED, MOVED, MOVED, MOVED)
    assert (findings.value.findings, findings.value.exit_code) == (MOVED.findings, 1)
