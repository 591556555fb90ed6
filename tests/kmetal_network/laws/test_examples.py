"""Each law's example: one side breaks that law and no other, the other side breaks none."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from kmetal_network import laws as laws_package
from kmetal_network.facts.model import Facts
from kmetal_network.facts.platform import Node
from kmetal_network.laws.examples import example_of
from kmetal_network.laws.registry import LAWS, MODULE_OF
from tests.support.example_judge import documents, findings_of, stack_without_findings

LINES = 45
"""Of a side, at most; an example is to be seen at one glance."""

COLUMNS = 80
"""Of a terminal: `explain` cuts what is wider."""

UNSEEN = {"NET-216": Facts(nodes=(Node(place="Node w3", name="w3", interfaces=("bond0.204", "data.205")),))}
"""Facts that no file shows, for laws about them."""


@pytest.mark.parametrize("law", [law.id for law in LAWS])
def test_the_broken_side_of_an_example_breaks_its_law_and_no_other(law: str) -> None:
    example = example_of(law)
    found = findings_of(example, "breaks", UNSEEN.get(law))
    assert {finding.rule for finding in found} == {law, *example.also}, sorted(map(str, found))


@pytest.mark.parametrize("law", [law.id for law in LAWS])
def test_the_other_side_of_an_example_keeps_every_law(law: str) -> None:
    assert sorted(map(str, findings_of(example_of(law), "keeps", UNSEEN.get(law)))) == []


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_what_parts_of_stack_files_are_laid_over_keeps_every_law(stack: str) -> None:
    text = f"# Pulumi.{stack}.yaml\n{yaml.safe_dump(stack_without_findings(stack))}"
    example = example_of("NET-201")
    whole = type(example)(keeps=text, breaks=text)
    assert sorted(map(str, findings_of(whole, "keeps"))) == []


def test_each_example_stands_beside_the_module_of_its_law() -> None:
    root = Path(laws_package.__path__[0])
    written = {path: list(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in root.rglob("*.yaml")}
    expected: dict[Path, list[str]] = {}
    for law in LAWS:
        path = root.joinpath(*MODULE_OF[law.id].split(".")[2:]).with_suffix(".yaml")
        expected.setdefault(path, []).append(law.id)
    assert written == expected


@pytest.mark.parametrize("law", [law.id for law in LAWS])
def test_an_example_is_short_and_its_broken_side_says_what_is_wrong(law: str) -> None:
    example = example_of(law)
    for side in (example.keeps, example.breaks):
        lines = side.splitlines()
        assert 1 < len(lines) <= LINES
        assert [line for line in lines if len(line) > COLUMNS] == []
        assert list(documents(side))
    said = [line for line in example.breaks.splitlines() if "#" in line and line not in example.keeps.splitlines()]
    assert said, "no comment at the line that decides"
