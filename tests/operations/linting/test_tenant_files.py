"""`lint` judges a tenant file with the whole of its environment, and speaks of that file alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from operations.commands.lint import lint
from tests.kmetal_network.config.test_tenant_files import ACME, project

OUTSIDE = "    gateway: 10.102.0.1\n"
"""A gateway outside the block of the cluster."""


def found(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    findings = json.loads(capsys.readouterr().out)["findings"]
    return [(finding["place"], finding["rule"]) for finding in findings]


def broken(folder: Path) -> Path:
    text = ACME.replace("/24\n", f"/24\n{OUTSIDE}")
    beta = text.replace("acme", "beta")
    return project(folder, {"tenants/dev/acme.yaml": text, "tenants/dev/beta.yaml": beta})


def test_findings_name_its_lines_and_not_those_of_other_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = broken(tmp_path) / "tenants" / "dev" / "acme.yaml"
    assert lint([str(file)], output="json") == 1
    assert {place.partition(" ")[0] for place, _ in found(capsys)} == {f"{file}:5"}


def test_one_that_is_fine_is_fine_whatever_its_neighbours_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = broken(tmp_path)
    (root / "tenants" / "dev" / "acme.yaml").write_text(ACME)
    assert lint([str(root / "tenants" / "dev" / "acme.yaml")], strict=True) == 0
    assert "nothing found" in capsys.readouterr().out


def test_a_whole_project_is_judged_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lint([str(broken(tmp_path))], output="json") == 1
    errors = [place.partition(" ")[0] for place, rule in found(capsys) if place.endswith("clusters[0]")]
    tenants = tmp_path / "tenants" / "dev"
    assert sorted(set(errors)) == [f"{tenants / 'acme.yaml'}:5", f"{tenants / 'beta.yaml'}:5"]


def test_the_stack_file_alone_is_judged_with_its_tenant_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(broken(tmp_path))
    assert lint(["./Pulumi.dev.yaml", "./tenants/dev/acme.yaml"], output="json") == 1
    places = {place.partition(" ")[0] for place, _ in found(capsys)}
    assert {"tenants/dev/acme.yaml:5", "tenants/dev/beta.yaml:5", "Pulumi.dev.yaml:59"} <= places


def test_form_is_judged_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = project(tmp_path, {"tenants/dev/acme.yaml": "name: acmee\n"}) / "tenants" / "dev" / "acme.yaml"
    assert lint([str(file)], output="json") == 1
    assert found(capsys) == [(f"{file}:1 name", "SHAPE")]


def test_without_a_stack_file_beside_it_is_plain_yaml(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = project(tmp_path, {"tenants/qa/acme.yaml": ACME}) / "tenants" / "qa" / "acme.yaml"
    assert lint([str(file)]) == 0
    assert "not judged" in capsys.readouterr().out
