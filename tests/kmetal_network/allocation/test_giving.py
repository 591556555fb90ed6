"""Giving, reserving, releasing, and when a supply runs out."""

from __future__ import annotations

from datetime import date

import pytest

from kmetal_network.allocation.forecast import Forecast, forecasts
from kmetal_network.allocation.giving import free, grant, released
from kmetal_network.allocation.lock_file import parse, render
from kmetal_network.allocation.model import Entry, Lock, State, Supply
from kmetal_network.allocation.supplies import pieces
from tests.kmetal_network.allocation.networks import network, settled
from tests.kmetal_network.allocation.test_lock_file import EMPTY, LOCK, OFFERED, TODAY, WITH_ACME


def test_a_reservation_is_what_its_owner_gets_and_nobody_else() -> None:
    later = grant(WITH_ACME, parse(LOCK, "lock"), OFFERED, tenant="beta", clusters=("main",), today=TODAY)
    assert later.blocks == {"main": "10.104.0.24/29"}
    assert later.lock.entries[Supply.BLOCKS, "10.104.0.24/29"] == Entry(
        state=State.GIVEN, owners=("beta/main",), day=TODAY
    )


def test_what_was_released_comes_back_on_its_day_and_not_before() -> None:
    lock = parse(LOCK, "lock")
    assert "10.104.0.32/29" not in free(WITH_ACME, lock, OFFERED, Supply.BLOCKS, date(2026, 12, 27))
    assert "10.104.0.32/29" in free(WITH_ACME, lock, OFFERED, Supply.BLOCKS, date(2026, 12, 28))


def test_a_tenant_that_comes_back_in_quarantine_gets_what_it_had() -> None:
    back = grant(WITH_ACME, parse(LOCK, "lock"), OFFERED, tenant="gamma", clusters=("main",), today=TODAY)
    assert back.blocks == {"main": "10.104.0.32/29"}


def test_a_reservation_that_is_released_is_free_at_once() -> None:
    assert "10.104.0.24/29 free" in render(released(parse(LOCK, "lock"), "beta", TODAY, 30), OFFERED)


@pytest.mark.parametrize(
    ("given", "days", "left", "line"),
    [
        (0, 0, 10, "blocks: 10 of 20 left; no rate yet"),
        (0, 90, 10, "blocks: 10 of 20 left; no rate yet"),
        (6, 90, 10, "blocks: 10 of 20 left; at 2.0 in 30 days, the last on 2027-04-27"),
        (6, 90, 0, "blocks: 0 of 20 left"),
        (1, 4000, 20, "blocks: 20 of 20 left; at 0.0 in 30 days, beyond a century"),
    ],
)  # fmt: skip
def test_a_forecast_is_plain_arithmetic(given: int, days: int, left: int, line: str) -> None:
    forecast = Forecast(supply=Supply.BLOCKS, size=20, left=left, given=given, days=days, today=TODAY)
    assert str(forecast) == line


def test_a_rate_counts_what_was_given_after_the_first_day() -> None:
    lock = parse(LOCK.replace("given acme 2026-11-28", "given acme 2026-10-29"), "lock").with_entries(
        {
            (Supply.EGRESS, f"77.220.70.{last}"): Entry(state=State.GIVEN, owners=("t",), day=TODAY)
            for last in (236, 237)
        }
    )
    blocks, egress, _ = forecasts(WITH_ACME, lock, OFFERED, TODAY)
    assert (blocks.given, blocks.days, blocks.left) == (0, 0, 6)
    assert (egress.given, egress.days, egress.left) == (2, 30, 3)
    assert egress.runs_out == date(2027, 1, 12)


def test_a_tenant_of_two_clusters_gets_one_egress_address() -> None:
    granted = grant(EMPTY, Lock(), OFFERED, tenant="acme", clusters=("a", "b"), today=TODAY)
    assert len(granted.lock.of(Supply.EGRESS)) == 1
    assert set(granted.blocks) == set(granted.control_planes) == {"a", "b"}
    more = grant(
        settled(EMPTY, "acme", granted), granted.lock, OFFERED, tenant="acme", clusters=("c",), today=TODAY
    )  # fmt: skip
    assert more.egress is None
    assert len(more.lock.of(Supply.BLOCKS)) == 3


def test_addresses_that_nobody_may_have_are_no_pieces() -> None:
    settings = network().settings
    assert OFFERED[Supply.EGRESS] == tuple(f"77.220.70.{last}" for last in range(234, 240))  # .240 to .254 are excluded
    provider = settings.provider.model_copy(
        update={"external": settings.provider.external.model_copy(update={"exclude_ips": ()})}
    )
    wider = pieces(settings.model_copy(update={"provider": provider}))[Supply.EGRESS]
    assert (wider[0], wider[-1], len(wider)) == ("77.220.70.234", "77.220.70.254", 21)
    assert pieces(settings.model_copy(update={"supplies": None})) == {}


def test_what_is_given_is_not_turned_into_a_reservation() -> None:
    again = grant(
        EMPTY,
        parse(LOCK, "lock"),
        OFFERED,
        tenant="acme",
        clusters=("main",),
        today=date(2027, 1, 1),
        state=State.RESERVED,
    )
    assert again.blocks == {"main": "10.104.0.16/29"}
    assert render(again.lock, OFFERED) == LOCK
