"""What the first run of a cell left, where it died: an `up` finishes that first, so a preview does not refuse it."""

from __future__ import annotations

import pytest

from kmetal_network.errors import Finding
from kmetal_network.plan.model import Plan, Verdict
from operations.preview import previewing
from operations.preview.previewing import live_plan
from tests.operations.preview.test_impact import environment, heard, holds
from tests.support.stack_project import ROOT

LEFT = Finding(place="tenant beta", problem="no state knows Vpc beta-vpc", remedy="delete it", rule="ORPHAN")


@pytest.fixture(autouse=True)
def left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Something is left behind."""
    monkeypatch.setattr(previewing, "left_behind", lambda *_: (LEFT,))


def _plan(monkeypatch: pytest.MonkeyPatch, *open_stacks: str) -> Plan:
    monkeypatch.setattr(previewing, "unfinished", lambda *_: dict.fromkeys(open_stacks))
    return live_plan(environment(), holds().view, heard(), root=ROOT)


def test_it_is_a_risk_that_says_what_happens_first(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = _plan(monkeypatch, "dev-cell-1", "dev-cell-4")
    assert plan.verdict is not Verdict.REFUSED
    [risk] = plan.risks
    assert risk.problem == LEFT.problem
    assert "the first run of dev-cell-1, dev-cell-4 died: an `up` finishes it as it was begun" in risk.remedy


def test_without_a_first_run_that_died_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _plan(monkeypatch).verdict is Verdict.REFUSED
