"""The table of cases notices a broken law. All laws, not only those that a change touches: it takes seconds."""

from __future__ import annotations

import pytest

from kmetal_network.laws.registry import BY_ID, LAWS
from tests.support.mutate_laws import changes, main, noticed, read_cases, silenced


def test_no_law_can_be_switched_off_unnoticed() -> None:
    seen = read_cases()
    own = {law.id: [entry for entry in seen if entry.case.rule == law.id] for law in LAWS}
    assert [law.id for law in LAWS if not noticed(silenced(law), own[law.id])] == []


def test_no_operator_of_the_commissioned_law_can_be_changed_unnoticed() -> None:
    seen = read_cases()
    for law in ("NET-201", "NET-202"):
        unnoticed = [place for place, broken in changes(BY_ID[law]) if not noticed(broken, seen)]
        assert unnoticed == []


@pytest.mark.sweep
def test_few_operators_of_any_law_can_be_changed_unnoticed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0, capsys.readouterr().out
