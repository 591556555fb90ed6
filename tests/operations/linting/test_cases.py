"""Each thing that lint is given has its code, its laws and its sentences; none is judged as something that it is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from operations.commands.lint import lint
from tests.operations.linting.cases import CARRIERS, INSIDE, KUSTOMIZE, WORDS, Given
from tests.operations.linting.manifests import PROVIDER, STACK, pool


def write(directory: Path, files: dict[str, str]) -> list[str]:
    for name, text in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text, encoding="utf-8")
    return [str(directory / name) for name in files]


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


@pytest.mark.parametrize("given", [*CARRIERS, *KUSTOMIZE, *WORDS], ids=str)
def test_lint_says_of_each_thing_what_it_is(
    given: Given, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, given.files)
    options: dict[str, Any] = dict(given.options)
    assert lint(list(given.files), output="json", **options) == given.code
    findings = said(capsys)["findings"]
    assert tuple(sorted({entry["rule"] for entry in findings if entry["severity"] == "error"})) == given.laws
    assert lint(list(given.files), **options) == given.code
    text = capsys.readouterr().out
    for sentence in given.says:
        assert sentence in text


def test_a_manifest_in_another_object_is_found_on_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        PROVIDER
        + f"extraObjects:\n- {{a: 1}}\n- apiVersion: metallb.io/v1beta1\n  kind: IPAddressPool\n  spec: {{addresses: [{INSIDE}]}}\n"
    )
    (file,) = write(tmp_path, {"given.yaml": text})
    lint([file], output="json")
    assert [entry["place"].split()[0] for entry in said(capsys)["findings"]] == [f"{file}:20"]


def test_warnings_end_with_0_and_with_1_where_they_are_asked_to(tmp_path: Path) -> None:
    outside = PROVIDER.replace("excludeIps: [198.51.100.65]", "excludeIps: [198.51.100.65, 10.0.0.1]")
    files = write(tmp_path, {"given.yaml": outside})
    assert lint(files) == 0
    assert lint(files, strict=True) == 1


def test_files_are_held_to_an_environment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, inside, known = pool("172.20.1.0/24", "more"), pool(INSIDE, "more"), pool("172.20.0.10-172.20.0.40")
    write(tmp_path, {"Pulumi.yaml": "name: kmetal-network\nruntime: python\n"})
    write(tmp_path, {"Pulumi.edge.yaml": STACK.replace("POOL", "172.20.0.10-172.20.0.40")})
    verdicts = {}
    for title, text in {
        "good": good,
        "inside": inside,
        "known": known,
        "twice": pool("172.20.0.30/32", "more"),
    }.items():
        files = write(tmp_path, {f"{title}.yaml": text})
        code = lint(files, output="json", against="edge", root=tmp_path)
        errors = {entry["rule"] for entry in said(capsys)["findings"] if entry["severity"] == "error"}
        verdicts[title] = code, errors
    assert verdicts == {
        "good": (1, {"NET-210"}),  # nothing announces the new pool, and the environment is whole
        "inside": (1, {"NET-201", "NET-210"}),
        "known": (0, set()),  # the environment's own pool, written as an object
        "twice": (1, {"NET-205", "NET-210"}),
    }


@pytest.mark.parametrize("names", [(), ("notes.txt",), ("pool.YAML",)], ids=["empty", "other endings", "capitals"])
def test_a_folder_without_yaml_is_no_success(
    names: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, dict.fromkeys(names, pool(INSIDE)))
    assert lint([str(tmp_path)]) == 2
    assert "no YAML in it" in capsys.readouterr().out


@pytest.mark.parametrize(
    "name", ["x" * 300, pool(INSIDE) * 40, "a\0b", "x/" * 3000], ids=["long", "text", "zero", "deep"]
)
def test_a_name_that_no_file_can_have_ends_with_2(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert lint([name]) == 2
    out = capsys.readouterr().out
    assert "cannot be read" in out
    assert len(out) < 3000
