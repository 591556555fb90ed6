"""The table of cases notices a broken law. All laws, not only those that a change touches: it takes seconds."""

from __future__ import annotations

import pytest

from kmetal_network.laws.registry import BY_ID, RULES
from tests.support.mutate_laws import changes, look, main, noticed, silenced


def test_no_law_can_be_switched_off_unnoticed() -> None:
    seen = look()
    own = {rule.id: [entry for entry in seen if entry.case.rule == rule.id] for rule in RULES}
    assert [rule.id for rule in RULES if not noticed(silenced(rule), own[rule.id])] == []


def test_no_operator_of_the_commissioned_law_can_be_changed_unnoticed() -> None:
    seen = look()
    for law in ("NET-201", "NET-202"):
        unnoticed = [place for place, broken in changes(BY_ID[law]) if not noticed(broken, seen)]
        assert unnoticed == []


def test_few_operators_of_any_law_can_be_changed_unnoticed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0, capsys.readouterr().out
