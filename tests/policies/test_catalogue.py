"""The policy pack as enforcement point: the table of cases, and every field's unknown value, through the SDK's own servicer and proxies."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from kmetal_network.facts.unknown import UNKNOWN
from kmetal_network.laws.registry import BY_ID, LAWS
from tests.law_cases.table import CASES, Case
from tests.policies.rendering import LATER, Pack, advisory, laws_in, mandatory
from tests.support.network.good import good

ABSENCE = {
    "NET-206 a pool that does not exist",
    "NET-210 a pool that no one announces",
    "NET-211 a peer that does not exist",
    "NET-227 an alias where MetalLB does not look",
    "NET-227 three numbers",
    "NET-227 an alias that no one wrote",
    "NET-212 a profile that does not exist",
    "NET-215 no quota on load balancers",
    "NET-215 no quota, and a pool for this very namespace",
    "NET-215 no quota, and a pool for a list of none",
    "NET-215 no quota, and a pool for whatever label",
    "NET-303 the provider Subnet by another name",
    "NET-304 every label turned to false by the controller",
    "NET-306 one gateway node",
    "NET-307 the patch lost",
    "NET-313 a Vlan of no network",
    "NET-313 a Subnet of no Vlan",
    "NET-319 a Subnet that does not exist",
    "NET-235 no block",
    "NET-403 an attachment without a Subnet",
    "NET-421 no SNAT rule",
    "NET-422 a Vpc that does not exist",
    "NET-426 an address that no one makes",
    "NET-426 a Subnet that does not exist",
    "NET-431 a Subnet that is not the provider's",
    "NET-432 a peer that does not exist",
}
"""Rows that are broken by what is missing: a preview is one program's part of the network, and its silence proves
nothing."""


UNDECIDED = {
    "NET-202 nodes by an expression": "NET-202",
    "NET-311 one NIC on nodes apart, by exclusion": "NET-311",
    "NET-311 one NIC on nodes apart, by labels": "NET-311",
}
"""Rows that pass where every node is in sight: in a preview others may hold more, so the law warns that it can't say."""

BY_SETTINGS = {"NET-311 one NIC, and nodes that are not in sight": "NET-235"}
"""Laws that a row breaks by what the settings leave out, which no preview shows."""


def travelling(value: Any) -> Any:
    """As the engine sends it: what is decided later has a sign of its own."""
    if isinstance(value, dict):
        return {key: travelling(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [travelling(entry) for entry in value]
    return LATER if value is UNKNOWN else value


def rows() -> Iterator[Case]:
    """The rows whose cause is in rendered objects alone: no other environment, no further fact."""
    plain = good().context
    for case in CASES:
        network = case.network()
        if not network.others and network.context == plain:
            yield case


ROWS = list(rows())


@pytest.mark.parametrize("case", ROWS, ids=str)
def test_a_case_is_reported_by_its_laws_and_by_no_other(case: Case) -> None:
    bodies = [travelling(body) for body in case.network().objects.values()]
    response = Pack().stack(*bodies)
    expected = {rule for rule, _ in case.expected if str(case) not in ABSENCE} - {BY_SETTINGS.get(str(case), "")}
    if undecided := UNDECIDED.get(str(case)):
        assert undecided in laws_in(advisory(response))
        expected.add(undecided)
    assert laws_in([*mandatory(response), *advisory(response)]) == expected


def test_most_of_the_table_is_judged_here() -> None:
    assert len(ROWS) > 0.8 * len(CASES)
    assert {str(case) for case in ROWS} >= ABSENCE


def leaves(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Every field of an object that holds no others."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    inner = [leaf for key, entry in entries for leaf in leaves(entry, (*path, key))]
    yield from inner or [path]


VARIANTS = [
    (place, path)
    for place, body in good().objects.items()
    if "beta" not in place
    for path in leaves(body["spec"], ("spec",))
]
"""Fields of the good network; its second tenant has those of the first."""


@pytest.mark.parametrize(("place", "path"), VARIANTS, ids=str)
def test_each_law_has_its_opinion_on_a_value_that_is_decided_later(place: str, path: tuple[Any, ...]) -> None:
    """The laws that refuse it say so themselves; no policy is lowered to a note by it."""
    objects = deepcopy(good().objects)
    target: Any = objects[place]
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = LATER
    response = Pack().stack(*objects.values())
    refusing = laws_in(mandatory(response))
    assert {law for law in refusing if BY_ID[law].unknown == "passes"} == set()
    assert not any("can't run policy" in message for message in advisory(response))


def test_the_laws_that_need_a_literal_are_these() -> None:
    """Each with a row in the table whose title says that a value is not known yet, and so through the proxies above."""
    assert {law.id for law in LAWS if law.unknown == "is a finding"} == {
        "NET-112", "NET-201", "NET-202", "NET-214", "NET-301", "NET-412", "NET-414",
    }  # fmt: skip
