"""What the first run of a cell began is finished for those tenants of which anything is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from pulumi import automation as auto
from pulumi.automation._cmd import CommandResult

from kmetal_network.config.begun import record_of
from operations.cluster.view import ClusterView
from operations.engine.events import Outcome
from operations.parts import unfinished as module
from operations.parts.messages import Task
from operations.parts.unfinished import finish, unfinished
from operations.state.first_run import BEGUN
from operations.state.run_context import RunContext
from tests.operations.parts.recorded_states import SETTINGS, WHOLE

THREE = replace(WHOLE, settings=SETTINGS.model_copy(update={"cells": 3}))
TWO = replace(WHOLE, settings=SETTINGS.model_copy(update={"cells": 2}))
RECORD = record_of(SETTINGS)


class _View:
    def __init__(self, *labels: dict[str, str]) -> None:
        self._items = {str(number): {"metadata": {"labels": one}} for number, one in enumerate(labels)}

    def seen(self, kinds: Sequence[str]) -> dict[str, Any]:
        return {kind: {} for kind in kinds} | {"Vpc": {**self._items, "of-no-one": {"metadata": {}}}}


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[Task], RunContext]]:
    """What was run."""
    seen: list[tuple[list[Task], RunContext]] = []

    def run(name: str, tasks: list[Task], verb: str, watch: object, run_context: RunContext) -> Outcome:
        assert (name, verb, watch) == ("dev", "up", None)
        seen.append((tasks, run_context))
        return Outcome()

    monkeypatch.setattr(module, "run_tasks", run)
    return seen


def _finish(view: _View, *stacks: str) -> None:
    finish(Path(), TWO, cast("ClusterView", view), dict.fromkeys(stacks, RECORD))


OURS = {"kmetal-network/stack": "dev", "kmetal-network/tenant": "alpha"}


def test_a_single_cell_runs_in_this_process_and_is_told_what_it_began(
    runs: list[tuple[list[Task], RunContext]],
) -> None:
    _finish(_View(OURS), "dev-cell-1")
    [([task], context)] = runs
    assert (task.stack, task.verb, task.begun, context.begun) == ("dev-cell-1", "up", RECORD, RECORD)


def test_several_run_side_by_side(runs: list[tuple[list[Task], RunContext]]) -> None:
    _finish(_View(OURS), "dev-cell-1", "dev-cell-2")
    [(tasks, context)] = runs
    assert [task.begun for task in tasks] == [RECORD, RECORD]
    assert context.begun is None


@pytest.mark.parametrize("labels", [{}, {**OURS, "kmetal-network/stack": "prod"}, {"kmetal-network/stack": "dev"}])
def test_what_was_never_made_is_not_made(runs: list[tuple[list[Task], RunContext]], labels: dict[str, str]) -> None:
    _finish(_View(labels), "dev-cell-1")
    assert runs == []


def test_a_first_run_is_open_as_long_as_the_state_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    head = {"type": "pulumi:pulumi:Stack"}
    states = {
        "dev-cell-1": {"resources": [{**head, "outputs": {BEGUN: RECORD}}]},
        "dev-cell-2": {"resources": [{**head, "outputs": {"tenants": {}}}]},
    }

    def read(_root: Path, stack: str) -> dict[str, Any]:
        if stack not in states:
            raise auto.CommandError(CommandResult("", "no answer", 255))
        return states[stack]

    monkeypatch.setattr(module, "deployment_of", read)
    assert unfinished(Path(), THREE) == {"dev-cell-1": RECORD}
