"""Stack files of cells: named as cells, written by the engine, without settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmetal_network.config import stackfile
from kmetal_network.config.settings_files import environment_names
from kmetal_network.config.stackfile import load_environments, load_part, load_stack
from kmetal_network.errors import OperatorError
from tests.support.stack_project import ROOT

SALT = "encryptionsalt: v1:abc\n"


def _project(root: Path, cells: int | None, **files: str) -> Path:
    text = (ROOT / "Pulumi.dev.yaml").read_text()
    if cells is not None:
        text = text.replace("config:\n", f"config:\n  kmetal-network:cells: {cells}\n", 1)
    (root / "Pulumi.dev.yaml").write_text(text)
    for name, content in files.items():
        (root / f"Pulumi.{name.replace('_', '-')}.yaml").write_text(content)
    return root


def _errors(root: Path) -> list[str]:
    return [str(finding) for finding in load_environments(root)[1] if finding.severity == "error"]


def test_a_cells_file_with_the_engines_own_keys_is_no_environment_and_no_finding(tmp_path: Path) -> None:
    root = _project(tmp_path, 3, dev_cell_1=SALT)
    assert environment_names(root) == ("dev",)
    assert _errors(root) == []


def test_settings_in_the_file_of_a_cell_are_refused_with_their_line(tmp_path: Path) -> None:
    root = _project(tmp_path, 3, dev_cell_1=f"{SALT}config:\n  kmetal-network:cells: 3\n")
    [error] = _errors(root)
    assert error.startswith("Pulumi.dev-cell-1.yaml:3 ")
    assert "write it in Pulumi.dev.yaml" in error


@pytest.mark.parametrize(
    ("cells", "said"), [(2, "dev has 2 cells"), (0, "dev has no cells"), (None, "dev has no cells")]
)
def test_a_file_of_a_cell_that_the_environment_does_not_have_is_refused(
    tmp_path: Path, cells: int | None, said: str
) -> None:
    [error] = _errors(_project(tmp_path, cells, dev_cell_3=SALT))
    assert said in error
    assert "run `kmetal-network cells dev`" in error


def test_a_cell_of_an_environment_that_is_not_there_is_refused(tmp_path: Path) -> None:
    [error] = _errors(_project(tmp_path, None, prod_cell_1=SALT))
    assert "there is no Pulumi.prod.yaml" in error


def test_a_stack_has_its_own_tenants_and_names_their_lines(tmp_path: Path) -> None:
    root = _project(tmp_path, 3)
    whole, _ = load_stack(root, "dev")
    assert [tenant.name for tenant in whole.settings.tenants] == ["alpha"]
    platform, _ = load_part(root, "dev")
    assert platform.settings.tenants == ()
    cell, _ = load_part(root, "dev-cell-3")
    assert [tenant.name for tenant in cell.settings.tenants] == ["alpha"]
    assert (cell.name, cell.part.stack) == ("dev", "dev-cell-3")
    assert cell.place(("tenants", 0)) == whole.place(("tenants", 0))
    assert load_part(root, "dev-cell-1")[0].settings.tenants == ()


def test_a_stack_without_cells_is_its_environment(tmp_path: Path) -> None:
    root = _project(tmp_path, None)
    assert load_part(root, "dev")[0] == load_stack(root, "dev")[0]


@pytest.mark.parametrize(("cells", "stack"), [(3, "dev-cell-4"), (0, "dev-cell-1")])
def test_a_cell_that_is_not_there_is_no_stack(tmp_path: Path, cells: int, stack: str) -> None:
    with pytest.raises(OperatorError, match=r"\[CELLS\]"):
        load_part(_project(tmp_path, cells), stack)


def test_the_text_that_pulumi_makes_of_the_number_is_the_number(tmp_path: Path) -> None:
    root = _project(tmp_path, None)
    file = root / "Pulumi.dev.yaml"
    file.write_text(file.read_text().replace("config:\n", 'config:\n  kmetal-network:cells: "3"\n', 1))
    assert load_stack(root, "dev")[0].settings.cells == 3


@pytest.mark.parametrize("cells", ["-1", "201", "many", "1.5", "true", '"٣"', '" 3"'])
def test_a_number_of_cells_out_of_bounds_is_refused(tmp_path: Path, cells: str) -> None:
    root = _project(tmp_path, None)
    file = root / "Pulumi.dev.yaml"
    file.write_text(file.read_text().replace("config:\n", f"config:\n  kmetal-network:cells: {cells}\n", 1))
    [error] = _errors(root)
    assert "cells" in error


def test_what_the_engine_writes_into_them_does_not_have_the_settings_judged_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = _project(tmp_path, 3)
    load_part(root, "dev-cell-1")
    monkeypatch.setattr(stackfile, "judge", lambda *_: pytest.fail("judged anew"))

    (root / "Pulumi.dev-cell-1.yaml").write_text(SALT)
    load_part(root, "dev-cell-1")
    (root / "Pulumi.dev-cell-1.yaml").write_text(f"{SALT}config:\n  kmetal-network:cells: 3\n")
    assert len(_errors(root)) == 1
