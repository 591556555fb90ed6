"""Who can reach whom as a picture: a column for each kind of source, whatever the number of tenants."""

from __future__ import annotations

import re

import pytest

from kmetal_network.config.stackfile import Environment
from kmetal_network.drawing.matrix import columns, matrix
from kmetal_network.plan.model import Plan
from kmetal_network.reach.table import table
from operations.pictures.d2 import Form, draw
from tests.kmetal_network.comment import large
from tests.kmetal_network.drawing.test_pictures import BAD, words
from tests.kmetal_network.plan.cases import FEWER_DROPS, NEW_TENANT, environment, planned


def drawn(env: Environment, plan: Plan | None = None) -> str:
    return matrix(table(env.facts()), env.name, plan)


def rows(text: str) -> dict[str, list[str]]:
    """Class of destinations to the text of each of its cells, from left to right."""
    found: dict[str, list[str]] = {}
    places = dict(re.findall(r'^place(\d+): "(.*)" \{$', text, re.MULTILINE))
    for row, _, label in re.findall(r'^cell(\d+)x(\d+): "(.*)" \{$', text, re.MULTILINE):
        found.setdefault(places[row], []).append(label.replace("\\n", " "))
    return found


def heads(text: str) -> list[str]:
    return [label.replace("\\n", " ") for label in re.findall(r'^source\d+: "(.*)" \{$', text, re.MULTILINE)]


def test_the_guides_network_is_read_as_by_hand() -> None:
    text = drawn(environment(name="dev"))
    out = "leaves towards the physical gateway"

    assert heads(text) == ["alpha/dev", "ovn-default (default VPC)", "internet Flannel pods"]
    alpha = {place: cells[0] for place, cells in rows(text).items()}
    assert alpha == {
        "own cluster": "open",
        "own VPC's other clusters": "-",
        "other tenants' pods": "-",
        "other tenants' external addresses": "-",
        "external block": "dropped",
        "physical gateway": "dropped",
        **dict.fromkeys(
            ("Flannel pods", "Kube-OVN pods", "join range", "service range", "control-plane addresses", "internet"), out
        ),
    }


@pytest.mark.parametrize(
    ("count", "title"),
    [(3, "customer-001/main customer-002/main customer-003/main"), (30, "30 clusters of 30 tenants,")],
)
def test_alike_tenants_share_a_column(count: int, title: str) -> None:
    text = drawn(large.environment(changed=False, count=count))

    assert len(heads(text)) == 3
    assert heads(text)[0].startswith(title)
    assert "such as customer-001/main" in heads(text)[0] or count <= 3


def test_300_tenants_of_two_kinds_are_two_columns_and_all_of_them_are_counted() -> None:
    env = large.environment(changed=True)

    assert [len(group) for group in columns(table(env.facts()).rows)] == [297, 3, 1, 2]
    assert heads(drawn(env))[:2] == [
        "297 clusters of 297 tenants, such as customer-001/main",
        "customer-101/main customer-102/main customer-103/main",
    ]
    assert rows(drawn(env))["management VLAN"][:2] == ["dropped", "leaves towards the physical gateway"]
    assert "297 clusters of 297 tenants," in words(draw(drawn(env), Form.SVG))


def test_what_a_plan_opens_is_marked_for_its_source_alone() -> None:
    marked = drawn(environment(FEWER_DROPS), planned(FEWER_DROPS))

    found = re.findall(
        rf'^(cell\d+x\d+): "[^"]*" \{{\n(?:  .*\n)*?  style: \{{[^}}]*stroke: "{BAD}"', marked, re.MULTILINE
    )
    places = dict(re.findall(r'^place(\d+): "(.*)" \{$', marked, re.MULTILINE))
    assert {(places[cell[4:].split("x")[0]], heads(marked)[int(cell.split("x")[1])]) for cell in found} == {
        ("management VLAN", "initech/batch initech/prod"),
        ("control-plane addresses", "initech/batch initech/prod"),
    }
    assert BAD not in drawn(environment(NEW_TENANT), planned(NEW_TENANT))
