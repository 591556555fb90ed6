"""Before the first run of a cell its state says what that run makes; the engine writes the state once, at the end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pulumi import automation as auto

from kmetal_network.config.begun import record_of
from kmetal_network.errors import Finding, OperatorError
from operations.state import first_run
from operations.state.first_run import begin, begun_in, make_sure_nothing_is_open
from operations.state.run_context import RunContext
from tests.operations.parts.recorded_states import CELL, cells_state

FRESH = {"secrets_providers": {"type": "passphrase"}}


class _Stack:
    def __init__(self, name: str) -> None:
        self.name, self.workspace = name, SimpleNamespace(env_vars={"KEPT": "yes"})
        self.imported: list[auto.Deployment] = []

    def import_stack(self, deployment: auto.Deployment) -> None:
        self.imported.append(deployment)


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cell's, in place of files."""
    monkeypatch.setattr(first_run, "load_part", lambda *_: (CELL, ()))


def _begun(name: str, deployment: dict[str, Any], context: RunContext | None = None) -> _Stack:
    stack = _Stack(name)
    begin(cast("auto.Stack", stack), Path(), deployment, context or RunContext())
    return stack


def test_the_state_says_what_is_about_to_be_made_and_keeps_how_its_secrets_are_kept() -> None:
    stack = _begun("dev-cell-1", FRESH)
    [imported] = stack.imported
    assert imported.deployment is not None
    assert begun_in(imported.deployment) == record_of(CELL.settings)
    assert imported.deployment["secrets_providers"] == FRESH["secrets_providers"]
    assert stack.workspace.env_vars == {"KEPT": "yes", "PULUMI_SKIP_CHECKPOINTS": "true"}


def test_the_addresses_that_a_run_is_told_are_recorded() -> None:
    [tenant] = CELL.settings.tenants
    told = RunContext(egress={tenant.name: CELL.settings.provider.external.gateway + 5})
    [imported] = _begun("dev-cell-1", FRESH, told).imported
    record = begun_in(imported.deployment or {})
    assert record is not None
    assert record["tenants"][0]["egressAddress"] == str(told.egress[tenant.name])


@pytest.mark.parametrize(("name", "deployment"), [("dev", FRESH), ("dev-cell-1", cells_state())])
def test_a_platform_and_a_state_that_holds_anything_are_written_step_by_step(
    name: str, deployment: dict[str, Any]
) -> None:
    stack = _begun(name, deployment)
    assert stack.imported == []
    assert stack.workspace.env_vars == {"KEPT": "yes"}


def test_a_run_that_begins_the_same_once_more_keeps_the_record_and_others_are_written_step_by_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [imported] = _begun("dev-cell-1", FRESH).imported
    state = dict(imported.deployment or {})

    again = _begun("dev-cell-1", state)
    nobody = replace(CELL, settings=CELL.settings.model_copy(update={"tenants": ()}))
    monkeypatch.setattr(first_run, "load_part", lambda *_: (nobody, ()))
    other = _begun("dev-cell-1", state)

    assert again.imported == other.imported == []
    assert "PULUMI_SKIP_CHECKPOINTS" in again.workspace.env_vars
    assert "PULUMI_SKIP_CHECKPOINTS" not in other.workspace.env_vars


def test_wrong_settings_are_left_to_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: object) -> None:
        raise OperatorError([Finding(place="Pulumi.dev.yaml:1", problem="is wrong", remedy="write it")])

    monkeypatch.setattr(first_run, "load_part", wrong)
    assert _begun("dev-cell-1", FRESH).imported == []


def test_a_state_at_its_end_has_nothing_open() -> None:
    assert begun_in(cells_state()) is None
    assert begun_in({}) is None
    make_sure_nothing_is_open(CELL, cells_state())


def test_plain_pulumi_goes_on_with_the_same_tenants_and_not_with_others() -> None:
    [imported] = _begun("dev-cell-1", FRESH).imported
    state = imported.deployment or {}
    make_sure_nothing_is_open(CELL, state)
    changed = replace(CELL, settings=CELL.settings.model_copy(update={"tenants": ()}))
    with pytest.raises(OperatorError, match=r"its first run died.*kmetal-network up dev`.*\[CELLS\]"):
        make_sure_nothing_is_open(changed, state)
