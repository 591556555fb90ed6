"""Whatever is given, reserved and released in whatever order: nothing moves, nothing overlaps, nothing leaves a supply."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmetal_network.allocation.claims import disagreements, recorded
from kmetal_network.allocation.giving import grant, released
from kmetal_network.allocation.lock_file import parse, render
from kmetal_network.allocation.model import Lock, State, Supply, extent
from kmetal_network.allocation.supplies import pieces
from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import OperatorError, Severity
from tests.kmetal_network.allocation.networks import SUPPLIES, network, settled, with_tenants

NAMES = st.sampled_from(("acme", "beta", "coyote", "delta", "echo"))
CLUSTERS = st.sets(st.sampled_from(("a", "b", "c")), min_size=1)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("give"), NAMES, CLUSTERS),
        st.tuples(st.just("reserve"), NAMES, CLUSTERS),
        st.tuples(st.just("release"), NAMES),
        st.tuples(st.just("wait"), st.integers(1, 40)),
        st.tuples(st.just("supply"), st.sampled_from(("/29", "/28", "wider"))),
    ),
    max_size=24,
)
FIRST_DAY = date(2026, 1, 1)
OTHER_SUPPLIES = {
    "/29": SUPPLIES,
    "/28": SUPPLIES.replace("prefixLength: 29", "prefixLength: 28"),
    "wider": SUPPLIES.replace("10.104.0.0/26", "10.104.0.0/25"),
}
ENVIRONMENTS = {name: network(text) for name, text in OTHER_SUPPLIES.items()}


class Story:
    """A network through time."""

    def __init__(self) -> None:
        self.environment: Environment = ENVIRONMENTS["/29"]
        self.lock = Lock()
        self.day = FIRST_DAY

    def take(self, step: tuple[Any, ...]) -> None:
        """One step, held to every promise."""
        before, offered = self.lock, pieces(self.environment.settings)
        match step:
            case ("wait", days):
                self.day += timedelta(days=days)
            case ("supply", name):
                self.environment = with_tenants(ENVIRONMENTS[name], self.environment.settings.tenants)
            case ("release", tenant):
                self.lock = released(self.lock, tenant, self.day, 30)
                rest = tuple(one for one in self.environment.settings.tenants if one.name != tenant)
                self.environment = with_tenants(self.environment, rest)
            case (verb, tenant, clusters):
                self._give(tenant, clusters, State.GIVEN if verb == "give" else State.RESERVED)
        self._nothing_moved(before, step)
        self._nothing_new_is_outside_or_quarantined(before, offered)
        self._nothing_overlaps()
        self._settings_and_text_agree()

    def _give(self, tenant: str, clusters: set[str], state: State) -> None:
        known = {one.name: {cluster.name for cluster in one.clusters} for one in self.environment.settings.tenants}
        wanted = tuple(sorted(clusters - known.get(tenant, set())))
        try:
            granted = grant(
                self.environment,
                self.lock,
                pieces(self.environment.settings),
                tenant=tenant,
                clusters=wanted,
                today=self.day,
                state=state,
            )
        except OperatorError as error:
            if {finding.rule for finding in error.findings} != {"SUPPLY"}:
                raise
            return
        self.lock = granted.lock
        if state is State.GIVEN:
            self.environment = settled(self.environment, tenant, granted)

    def _nothing_moved(self, before: Lock, step: tuple[Any, ...]) -> None:
        gone = step[1] if step[0] == "release" else None
        for key, entry in before.entries.items():
            if entry.state is not State.RELEASED and entry.owners[0].partition("/")[0] != gone:
                assert self.lock.entries[key].owners == entry.owners
                assert entry.state is State.RESERVED or self.lock.entries[key] == entry
            elif entry.quarantined(self.day):
                assert self.lock.entries[key].owners == entry.owners, "only its last owner may have it"

    def _nothing_new_is_outside_or_quarantined(self, before: Lock, offered: Any) -> None:
        for (supply, text), _ in self.lock.entries.items() - before.entries.items():
            assert text in offered[supply] or (supply, text) in before.entries

    def _nothing_overlaps(self) -> None:
        for supply in Supply:
            entries = self.lock.of(supply).items()
            kept = [text for text, entry in entries if entry.state is not State.RELEASED or entry.quarantined(self.day)]
            assert not [pair for pair in combinations(kept, 2) if extent(pair[0]).overlaps(extent(pair[1]))]

    def _settings_and_text_agree(self) -> None:
        offered = pieces(self.environment.settings)
        text = render(self.lock, offered)
        assert parse(text, "lock") == self.lock
        assert recorded(self.lock, self.environment, offered, self.day) == self.lock
        found = disagreements(self.environment, self.lock, text, offered)
        assert [finding for finding in found if finding.severity is Severity.ERROR] == []


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_what_was_given_never_moves_never_overlaps_and_never_leaves_its_supply(steps: list[tuple[Any, ...]]) -> None:
    story = Story()
    for step in steps:
        story.take(step)


@settings(max_examples=30, deadline=None)
@given(st.permutations([f"t{number}" for number in range(6)]))
def test_a_supply_is_given_to_its_last_piece_and_then_refused(names: list[str]) -> None:
    environment, lock = ENVIRONMENTS["/29"], Lock()
    offered = pieces(environment.settings)
    for name in names:
        granted = grant(environment, lock, offered, tenant=name, clusters=("main",), today=FIRST_DAY)
        environment, lock = settled(environment, name, granted), granted.lock
    assert sorted(lock.of(Supply.EGRESS)) == [f"77.220.70.{last}" for last in range(234, 240)]
    with pytest.raises(OperatorError, match=r"egressAddresses has nothing left for late \(all 6 are taken\)"):
        grant(environment, lock, offered, tenant="late", clusters=("main",), today=FIRST_DAY)
