"""What the states of an environment need when the number of cells has changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kmetal_network.errors import OperatorError
from operations.parts import moving
from operations.parts.moving import carry_out, planned_moves

URN = "urn:pulumi:dev::kmetal-network::kubernetes:kubeovn.io/v1:Vpc::alpha-vpc"


def _backend(monkeypatch: pytest.MonkeyPatch, states: dict[str, dict[str, Any]]) -> None:
    monkeypatch.setattr(moving, "_stacks", lambda *_: list(states))
    monkeypatch.setattr(moving, "_exported", lambda _root, stack: states[stack])


def test_the_file_of_a_cell_that_another_machine_has_ended_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("dev", "dev-cell-3", "other-cell-3", "dev-cell-x"):
        (tmp_path / f"Pulumi.{name}.yaml").touch()
    _backend(monkeypatch, {"dev": {}})
    planned = planned_moves(tmp_path, "dev", 2)
    assert planned.leaving == ("dev-cell-3",)
    assert list(carry_out(tmp_path, planned)) == ["dev-cell-3 ends"]
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["Pulumi.dev-cell-x.yaml", "Pulumi.dev.yaml", "Pulumi.other-cell-3.yaml"]


@pytest.mark.parametrize(("there", "is_open"), [(True, False), (False, True)])
def test_a_creation_that_was_killed_stops_the_move_only_while_the_object_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, there: bool, is_open: bool
) -> None:
    resources = [{"urn": URN, "type": "kubernetes:kubeovn.io/v1:Vpc"}] if there else []
    pending = [{"type": "creating", "resource": {"urn": URN}}]
    _backend(monkeypatch, {"dev": {"resources": resources, "pending_operations": pending}})
    if is_open:
        with pytest.raises(OperatorError, match=r"--clear-pending-creates -s dev`"):
            planned_moves(tmp_path, "dev", 2)
    else:
        assert planned_moves(tmp_path, "dev", 2).moves == ()


def test_a_first_run_that_died_stops_the_move_since_no_state_knows_what_it_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"urn": URN, "type": "pulumi:pulumi:Stack", "outputs": {"begun": {"tenants": [], "provider": {}}}}
    _backend(monkeypatch, {"dev": {}, "dev-cell-1": {"resources": [told]}})
    with pytest.raises(OperatorError, match=r"stack dev-cell-1: its first run died.*kmetal-network up dev`"):
        planned_moves(tmp_path, "dev", 2)
