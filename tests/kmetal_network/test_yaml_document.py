"""Merge keys bring in what the engine, kubectl and Helm read there, and nothing that never ends."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from kmetal_network.errors import OperatorError
from kmetal_network.yaml_document import read_document

NOTHING_TO_MERGE = "`<<` merges what is no mapping, or itself; write an alias to a mapping, or the keys themselves"
ENDLESS = "nested deeper than 64 levels, or inside itself; write it flat, without an alias to what holds it"


def read(text: str) -> Any:
    return read_document(dedent(text), "f.yaml").data


def problems(text: str) -> list[str]:
    with pytest.raises(OperatorError) as caught:
        read(text)
    return str(caught.value).splitlines()


def test_a_merge_brings_in_what_is_not_there_and_the_first_of_several_wins() -> None:
    data = read(
        """\
        base: &base {x: 1, y: 2}
        own: {<<: *base, y: 3}
        several: {<<: [*base, {x: 9, z: 4}]}
        chained: &chained {<<: *base, q: 5}
        twice: {<<: *chained}
        """
    )

    assert data["own"] == {"x": 1, "y": 3}
    assert data["several"] == {"x": 1, "y": 2, "z": 4}
    assert data["twice"] == {"x": 1, "y": 2, "q": 5}


def test_a_quoted_sign_is_a_key_like_any_other() -> None:
    assert read("'<<': {x: 1}\n") == {"<<": {"x": 1}}


def test_what_is_merged_is_where_it_was_written() -> None:
    document = read_document("a: &a\n  x: 1\nb:\n  <<: *a\n", "f.yaml")

    assert document.place(("b", "x")) == "f.yaml:2 b.x"


@pytest.mark.parametrize(
    "text",
    ["a: {<<: 3}\n", "a: {<<: [3]}\n", "a: &a {<<: *a}\n", "a: &a {x: {<<: *a}}\n"],
    ids=["a number", "a list of numbers", "itself", "what it is inside of"],
)
def test_what_cannot_be_merged_is_a_finding(text: str) -> None:
    assert set(problems(text)) <= {f"f.yaml:1: {problem} [SHAPE]" for problem in (NOTHING_TO_MERGE, ENDLESS)}


def test_merges_of_merges_cost_what_they_hold() -> None:
    lines = ["a0: &a0 {x: 1}", *(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}, *a{n - 1}]}}" for n in range(1, 50))]

    assert read("\n".join(lines))["a49"] == {"x": 1}


def test_a_key_twice_in_what_is_merged_is_still_a_finding() -> None:
    assert problems("a: &a {x: 1, x: 2}\nb: {<<: *a}\n") == [
        "f.yaml:1 a.x: the key 'x' is written twice, first on line 1; keep one of the two [SHAPE]"
    ]
