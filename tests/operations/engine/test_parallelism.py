"""How many steps a run has in flight."""

from __future__ import annotations

import re

import pytest

from components.tenant_network import PATIENCE
from kmetal_network.controller_pace import VPC_SECONDS
from operations.engine.parallelism import STEPS_IN_FLIGHT, steps_in_flight


def test_the_last_vpc_of_a_full_queue_is_ready_in_time_with_two_minutes_to_spare() -> None:
    minutes = re.fullmatch(r"(\d+)m", PATIENCE.create or "")

    assert minutes is not None
    assert int(minutes[1]) * 60 >= STEPS_IN_FLIGHT * VPC_SECONDS + 120


def test_a_run_has_more_steps_in_flight_than_the_engine_would_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PULUMI_PARALLEL", raising=False)

    assert steps_in_flight() == 128


@pytest.mark.parametrize(("side_by_side", "steps"), [(2, 64), (8, 16), (500, 1)])
def test_runs_side_by_side_share_the_controllers_queue(
    side_by_side: int, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PULUMI_PARALLEL", raising=False)

    assert steps_in_flight(side_by_side) == steps


def test_an_operator_who_sets_the_engines_own_variable_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_PARALLEL", "16")

    assert steps_in_flight() is None
