"""A new module of laws is found without a line anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module, invalidate_caches
from pathlib import Path
from types import ModuleType

import pytest

from kmetal_network import laws as laws_package
from kmetal_network.laws.discovery import law_modules
from kmetal_network.laws.registry import LAWS, MODULE_OF
from tests.law_cases.table import MODULES

LAW = """
from kmetal_network.laws.model import Law

LAWS = (Law(id="{id}", title="A title", why="Why.", fix="Fix.", reference="here"),)
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A package with two families, one of them nested, and helpers at each level."""
    root = tmp_path / "found_laws"
    for folder in (root, root / "wires", root / "wires" / "copper", root / "doors"):
        folder.mkdir()
        (folder / "__init__.py").touch()
        (folder / "helper.py").write_text("LIMIT = 5\n", encoding="utf-8")
    (root / "wires" / "late.py").write_text(LAW.format(id="NET-903"), encoding="utf-8")
    (root / "wires" / "copper" / "cable.py").write_text(LAW.format(id="NET-902"), encoding="utf-8")
    (root / "doors" / "hinge.py").write_text(LAW.format(id="NET-901"), encoding="utf-8")
    (root / "model.py").write_text(LAW.format(id="NET-999"), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    invalidate_caches()
    yield import_module("found_laws")
    for name in [name for name in sys.modules if name.partition(".")[0] == "found_laws"]:
        del sys.modules[name]


def test_a_new_module_is_found_in_its_family_and_a_helper_is_not(package: ModuleType) -> None:
    found = [(module.__name__, [law.id for law in laws]) for module, laws in law_modules(package)]
    assert found == [
        ("found_laws.doors.hinge", ["NET-901"]),
        ("found_laws.wires.copper.cable", ["NET-902"]),
        ("found_laws.wires.late", ["NET-903"]),
    ]


def test_every_file_that_defines_laws_is_found() -> None:
    root = Path(laws_package.__path__[0])
    defining = {path.relative_to(root) for path in root.rglob("*.py") if "\nLAWS = (" in path.read_text("utf-8")}
    found = {Path(*name.split(".")[2:]).with_suffix(".py") for name in MODULE_OF.values()}
    assert found == defining


def test_no_two_laws_have_one_id() -> None:
    ids = [law.id for _, laws in law_modules(laws_package) for law in laws]
    assert sorted(set(ids)) == sorted(ids) == [law.id for law in LAWS]


def test_the_cases_of_a_law_stand_in_the_module_that_mirrors_its_own() -> None:
    misplaced = [
        str(case)
        for module in MODULES
        for case in module.CASES
        if MODULE_OF[case.rule].removeprefix("kmetal_network.laws.") != module.__name__.removeprefix("tests.law_cases.")
    ]
    assert misplaced == []
