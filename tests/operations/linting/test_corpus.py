"""Shapes of public manifests pass without a false error, each alone and the files of one style together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from operations.commands.lint import lint
from tests.operations.linting.corpus import CORPUS, corpus

SHAPES = dict(corpus())


def errors(capsys: pytest.CaptureFixture[str]) -> set[str]:
    found = json.loads(capsys.readouterr().out)["findings"]
    return {entry["rule"] for entry in found if entry["severity"] == "error"}


def test_there_are_shapes_of_each_style() -> None:
    styles = [name.partition(":")[0] for name in SHAPES]
    assert len(SHAPES) >= 60
    assert {style: styles.count(style) >= 10 for style in styles} == dict.fromkeys(
        ("cozystack", "kube-ovn", "metallb", "multus", "openstack"), True
    )


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_passes_without_an_error(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "shape.yaml"
    file.write_text(SHAPES[name], encoding="utf-8")
    code = lint([str(file)], output="json")
    assert (errors(capsys), code) == (set(), 0)


@pytest.mark.parametrize("file", sorted(CORPUS.glob("*.yaml")), ids=lambda file: file.stem)
def test_shapes_of_one_style_are_read_together(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lint([str(file)]) in (0, 1)
    assert "kmetal-network itself failed" not in capsys.readouterr().out
