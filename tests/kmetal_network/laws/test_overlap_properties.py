"""The overlap engine against brute force, and every reader against input of any shape."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kmetal_network.addresses import Span
from kmetal_network.errors import OperatorError
from kmetal_network.facts.model import Facts
from kmetal_network.facts.platform import Range, RangeKind
from kmetal_network.facts.reader import facts_of
from kmetal_network.facts.unknown import UNKNOWN
from kmetal_network.laws.registry import LAWS, judge, judge_estate
from kmetal_network.laws.spans import crossing, overlapping, painted, shared, without
from kmetal_network.laws.tenants.routing.ovn_match import destinations
from kmetal_network.yaml_document import read_documents
from tests.support.network.good import good

V4_BASE = int(IPv4Address("10.0.0.0"))
V6_BASE = int(IPv6Address("2001:db8::"))
SIZE = 64
"""Addresses of each family that the oracle counts one by one."""


def address(position: int) -> str:
    """The n-th address: IPv4 first, then IPv6."""
    return str(IPv4Address(V4_BASE + position)) if position < SIZE else str(IPv6Address(V6_BASE + position - SIZE))


@st.composite
def written(draw: st.DrawFn) -> tuple[str, frozenset[int]]:
    """A range in one of its spellings, and by brute force the addresses in it."""
    base = draw(st.sampled_from((0, SIZE)))
    form = draw(st.sampled_from(("single", "range", "dots", "block", "mapped")))
    if form == "block":
        width = draw(st.integers(0, 5))
        first = draw(st.integers(0, SIZE - 1)) >> width << width
        length = (32 if base == 0 else 128) - width
        return f"{address(base + first)}/{length}", frozenset(range(base + first, base + first + 2**width))
    first, last = sorted((draw(st.integers(0, SIZE - 1)), draw(st.integers(0, SIZE - 1))))
    if form == "single":
        return address(base + first), frozenset({base + first})
    if form == "mapped":
        return f"::ffff:{address(first)}-::ffff:{address(last)}", frozenset(range(first, last + 1))
    text = f"{address(base + first)}{'-' if form == 'range' else '..'}{address(base + last)}"
    return text, frozenset(range(base + first, base + last + 1))


Written = tuple[str, frozenset[int]]


def positions(block: Span) -> frozenset[int]:
    """The counted addresses of a computed span."""
    return frozenset(number for number in range(2 * SIZE) if Span.parse(address(number)).overlaps(block))


@given(st.lists(written(), max_size=12))
def test_the_sweep_finds_exactly_the_pairs_that_share_an_address(items: list[Written]) -> None:
    swept = {
        frozenset({one[1], two[1]})
        for one, two in overlapping(((Span.parse(text), index) for index, (text, _) in enumerate(items)), most=99)
    }
    counted = {
        frozenset({index, other})
        for index, (_, mine) in enumerate(items)
        for other, (_, theirs) in enumerate(items)
        if index < other and mine & theirs
    }
    assert swept == counted


@given(st.lists(written(), max_size=12), st.integers(1, 3))
def test_of_many_pairs_each_item_that_is_in_one_is_reported_and_no_item_more_often_than_it_may(
    items: list[Written], most: int
) -> None:
    spans = [(Span.parse(text), index) for index, (text, _) in enumerate(items)]
    pairs = [(one[1], two[1]) for one, two in overlapping(spans, most=most)]
    in_a_pair = {
        index
        for index, (_, mine) in enumerate(items)
        for other, (_, theirs) in enumerate(items)
        if index != other and mine & theirs
    }
    assert {index for pair in pairs for index in pair} == in_a_pair
    assert len(pairs) == len(set(pairs)) <= (most + 1) * len(items)


@given(st.lists(written(), max_size=6), st.lists(written(), max_size=6), st.integers(1, 2))
def test_of_many_crossed_pairs_each_item_that_is_in_one_is_reported(
    left: list[Written], right: list[Written], most: int
) -> None:
    sides = [[(Span.parse(text), index) for index, (text, _) in enumerate(side)] for side in (left, right)]
    pairs = {(one[1], two[1]) for one, two in crossing(sides[0], sides[1], most=most)}
    every = {
        (index, other)
        for index, (_, mine) in enumerate(left)
        for other, (_, theirs) in enumerate(right)
        if mine & theirs
    }
    assert pairs <= every
    assert {index for index, _ in pairs} == {index for index, _ in every}
    assert {other for _, other in pairs} == {other for _, other in every}


@given(st.lists(st.tuples(written(), st.integers(0, 5)), max_size=8))
def test_each_address_is_painted_with_the_lowest_number_over_it(items: list[tuple[Written, int]]) -> None:
    spans = [(Span.parse(text), number) for (text, _), number in items]
    found = {position: number for block, number in painted(spans) for position in positions(block)}
    wanted = {
        position: min(number for (_, numbers), number in items if position in numbers)
        for (_, covered), _ in items
        for position in covered
    }
    assert found == wanted


@given(st.lists(written(), max_size=8), st.lists(written(), max_size=8))
def test_two_sides_are_crossed_exactly_where_they_share_an_address(left: list[Written], right: list[Written]) -> None:
    crossed = [
        (one[1], two[1])
        for one, two in crossing(
            [(Span.parse(text), index) for index, (text, _) in enumerate(left)],
            [(Span.parse(text), index) for index, (text, _) in enumerate(right)],
            most=99,
        )
    ]
    assert sorted(crossed) == [
        (index, other)
        for index, (_, mine) in enumerate(left)
        for other, (_, theirs) in enumerate(right)
        if mine & theirs
    ]


@given(st.lists(written(), max_size=6), st.lists(written(), max_size=6))
def test_what_is_shared_and_what_is_left_are_counted_right(left: list[Written], right: list[Written]) -> None:
    mine = frozenset[int]().union(*(numbers for _, numbers in left))
    theirs = frozenset[int]().union(*(numbers for _, numbers in right))
    blocks = [Span.parse(text) for text, _ in left], [Span.parse(text) for text, _ in right]
    assert frozenset[int]().union(*map(positions, shared(*blocks))) == mine & theirs
    assert frozenset[int]().union(*map(positions, without(*blocks))) == mine - theirs


@given(written(), written())
def test_a_law_sees_two_ranges_of_the_platform_overlap_exactly_if_they_do(one: Written, two: Written) -> None:
    facts = Facts(
        ranges=(
            Range(place="a", name="a", kind=RangeKind.POD, text=one[0]),
            Range(place="b", name="b", kind=RangeKind.SERVICE, text=two[0]),
        )
    )
    assert any(finding.rule == "NET-101" for finding in judge(facts)) is bool(one[1] & two[1])


@given(st.text(max_size=40) | st.from_regex(r"[0-9a-f.:/-]{1,40}", fullmatch=True))
def test_a_span_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        block = Span.parse(text)
    except ValueError:
        return
    assert block.first <= block.last


@given(
    st.text(max_size=60)
    | st.from_regex(r"(ip4|dst|\.|==|=|&&|\|\||!|\(|\)|\{|\}|,| |10|/8|\$a|\"p\"){1,20}", fullmatch=True)
)
def test_a_match_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        destinations(text)
    except ValueError as error:
        reason = str(error)
    else:
        return
    assert reason


@given(st.text(max_size=200))
@example("08")
@example("!!int x")
@example('!!int ""')
@example("!!bool x")
@example("!!timestamp x")
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_file_of_any_text_is_read_or_refused_in_one_sentence(text: str) -> None:
    try:
        list(read_documents(text, "file.yaml"))
    except OperatorError as error:
        reason = str(error)
    else:
        return
    assert reason.startswith("file.yaml")


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=True),
    st.text(max_size=12),
    st.just(UNKNOWN),
    st.sampled_from(
        ("10.0.0.0/8", "::/0", "a-b", "0.0.0.0-255.255.255.255", "77.220.68.96/27,fd00::/8", "..", "/", ",")
    ),
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def damaged(draw: st.DrawFn) -> list[Any]:
    """The good network's objects with some of their fields replaced by anything."""
    objects = list(good().objects.values())
    for _ in range(draw(st.integers(1, 4))):
        target: Any = draw(st.sampled_from(objects))
        while True:
            keys = list(target) if isinstance(target, dict) else list(range(len(target)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(target[key], (dict, list)) and target[key] and draw(st.integers(0, 3)):
                target = target[key]
                continue
            target[key] = draw(ANYTHING)
            break
    return objects


@given(damaged(), st.booleans())
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None, max_examples=60)
def test_no_object_of_any_shape_makes_a_traceback(objects: list[Any], whole: bool) -> None:  # noqa: FBT001 (drawn)
    facts = facts_of(objects, whole=whole)
    for finding in (*judge(facts), *judge_estate({"one": facts, "two": good().facts()})):
        assert finding.rule in {rule.id for rule in LAWS}
        assert "\n" not in finding.problem


@given(st.integers(0, 32), st.integers(0, 2**32 - 1))
def test_a_block_is_its_networks_first_to_last_address(length: int, number: int) -> None:
    network = ip_network((number, length), strict=False)
    block = Span.parse(f"{IPv4Address(number)}/{length}")
    assert block.canonical() == (str(network[0]) if network.num_addresses == 1 else f"{network[0]}-{network[-1]}")
