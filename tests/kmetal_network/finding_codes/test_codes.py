"""Every code that a finding carries is in the catalogue, and every code of the catalogue is carried by a finding."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kmetal_network.errors import Finding, OperatorError
from kmetal_network.finding_codes import codes
from kmetal_network.finding_codes.catalogue import BY_CODE, CODES
from kmetal_network.laws.registry import BY_ID
from operations.commands.explain import explain
from tools.laws_page import page

ROOT = Path(__file__).parents[3]
HERE = Path(codes.__file__)
SOURCES = sorted(
    {
        path
        for folder in ("kmetal_network", "operations", "components", "policies")
        for path in (ROOT / folder).rglob("*.py")
    }
)
CONSTANTS = {name: value for name, value in vars(codes).items() if name.isupper()}


def raised(text: str) -> Iterator[str]:
    """What findings of a source file carry: the code of a constant, or the literal between quotes."""
    tree = ast.parse(text)
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Finding":
            for keyword in call.keywords:
                if keyword.arg == "rule" and isinstance(keyword.value, ast.Constant):
                    yield repr(keyword.value.value)
                elif keyword.arg == "rule" and isinstance(keyword.value, ast.Name) and keyword.value.id.isupper():
                    yield CONSTANTS.get(keyword.value.id, keyword.value.id)


def test_every_code_that_is_raised_is_in_the_catalogue() -> None:
    found = {code for path in SOURCES for code in raised(path.read_text(encoding="utf-8"))}
    assert found - set(BY_CODE) == set()


def test_every_code_in_the_catalogue_is_raised_somewhere() -> None:
    found = {code for path in SOURCES for code in raised(path.read_text(encoding="utf-8"))}
    assert set(BY_CODE) - found - {Finding(place="a", problem="b", remedy="c").rule} == set()


def test_a_code_that_is_typed_where_it_is_raised_is_found() -> None:
    text = 'Finding(place="a", problem="b", remedy="c", rule="OWNER")\nFinding(place="a", rule=NEW_CODE)\n'
    assert list(raised(text)) == ["'OWNER'", "NEW_CODE"]


def test_a_code_is_a_constant_of_one_file_alone() -> None:
    elsewhere = {
        (path.name, target.id)
        for path in SOURCES
        if path != HERE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.AnnAssign) and isinstance(target := node.target, ast.Name)
        if isinstance(node.value, ast.Constant) and node.value.value in BY_CODE
    }
    assert elsewhere == set()


def test_each_constant_has_its_entry_and_no_law_shares_its_name() -> None:
    assert sorted(CONSTANTS.values()) == [entry.id for entry in CODES] == sorted(BY_CODE)
    assert set(BY_CODE) & set(BY_ID) == set()


@pytest.mark.parametrize("entry", CODES, ids=lambda entry: entry.id)
def test_each_entry_says_when_why_and_what_to_do_in_sentences(entry: codes.FindingCode) -> None:
    assert not entry.title.endswith(".")
    assert entry.ways_out
    assert [text for text in (entry.when, entry.why, *entry.ways_out) if not text.endswith(".")] == []


def test_a_code_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert explain("cut-off") == 0
    said = " ".join(capsys.readouterr().out.split())
    for part in (
        "CUT-OFF The plan would cut pods off, or kill them",
        "when: `up`, `destroy` and `offboard`",
        "why: The SNAT rule goes first",
        "ways out: - Stop the pods that the finding names",
        "`replaceWhileInUse: <reason>`",
    ):
        assert part in said


def test_a_code_may_be_pasted_with_its_brackets(capsys: pytest.CaptureFixture[str]) -> None:
    assert explain("[ORPHAN]", output="json") == 0
    [reported] = json.loads(capsys.readouterr().out)
    assert (reported["id"], sorted(reported)) == ("ORPHAN", ["id", "title", "waysOut", "when", "why"])


@pytest.mark.parametrize(
    ("typed", "meant"), [("CUTOFF", "CUT-OFF"), ("orphans", "ORPHAN"), ("GATEWAY", "GATEWAY-NODE")]
)
def test_a_misspelt_code_is_answered_with_the_nearest(typed: str, meant: str) -> None:
    with pytest.raises(OperatorError, match=rf"law or code '{typed}' does not exist; did you mean {meant}\?"):
        explain(typed)


def test_the_list_ends_with_the_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert explain() == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(BY_ID) + len(BY_CODE)
    assert lines[-1].split(maxsplit=2) == ["USAGE", "code", "An option names nothing that is there"]


def test_the_page_of_laws_holds_the_codes() -> None:
    text = page()
    assert [entry.id for entry in CODES if f"\n### {entry.id} {entry.title}\n" not in text] == []
