"""Expressions in MetalLB's and Cilium's configuration, read as their Go programs read them."""

from __future__ import annotations

from kmetal_network.laws.patterns import matches


def test_an_expression_matches_a_part_of_a_name_unless_it_is_anchored() -> None:
    assert matches("eth", "veth0")
    assert not matches("^eth", "veth0")
    assert matches("^(docker|cali).*", "cali0")


def test_what_go_cannot_read_matches_nothing() -> None:
    assert not matches("(", "a")
    assert not matches("(?=a)a", "a")
    assert not matches("\ud800", "a")


def test_a_hostile_expression_comes_to_an_end() -> None:
    assert not matches("a*" * 40 + "b", "a" * 200)  # Python's own `re` would not come back
