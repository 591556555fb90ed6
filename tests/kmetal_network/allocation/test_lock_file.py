"""The lock file: what it says, what it refuses, and whether the settings say the same."""

from __future__ import annotations

from datetime import date
from ipaddress import IPv4Network

import pytest

from kmetal_network.allocation.claims import disagreements, recorded
from kmetal_network.allocation.forecast import Forecast, forecasts
from kmetal_network.allocation.giving import free, grant, released
from kmetal_network.allocation.lock_file import HEAD, parse, render
from kmetal_network.allocation.model import Entry, Lock, State, Supply
from kmetal_network.allocation.supplies import pieces
from kmetal_network.config.sections.tenant import Tenant
from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import OperatorError
from tests.kmetal_network.allocation.networks import network, settled, with_tenants

TODAY = date(2026, 11, 28)
EMPTY = network()
OFFERED = pieces(EMPTY.settings)
LOCK = HEAD + """
blocks
10.104.0.0/29 free
10.104.0.16/29 given acme/main 2026-11-28
10.104.0.24/29 reserved beta/main 2026-11-01
10.104.0.32/29 released gamma/main 2026-11-28 until 2026-12-28
10.104.0.40/29 free
10.104.0.48/29 free
10.104.0.56/29 free
10.106.0.0/29 free
10.106.0.8/29 free

egressAddresses
77.220.70.234 free
77.220.70.235 given acme 2026-11-28
77.220.70.236 free
77.220.70.237 free
77.220.70.238 free
77.220.70.239 free

controlPlaneAddresses
172.21.213.192 free
172.21.213.193 free
172.21.213.194 given acme/main 2026-11-28
172.21.213.195 free
172.21.213.196 free
172.21.213.197 free
172.21.213.198 free
172.21.213.199 free
"""  # fmt: skip
ACME = Tenant.model_validate(
    {
        "name": "acme",
        "egressAddress": "77.220.70.235",
        "clusters": ({"name": "main", "cidrBlock": "10.104.0.16/29", "controlPlaneAddress": "172.21.213.194"},),
    }
)
WITH_ACME = with_tenants(EMPTY, (ACME,))


def said(environment: Environment, text: str | None) -> list[str]:
    lock = parse(text, "tenants/prod/allocations.lock") if text is not None else Lock()
    return [str(finding) for finding in disagreements(environment, lock, text, OFFERED)]


def test_every_piece_has_a_line_of_its_own_and_a_reserved_one_has_none() -> None:
    lock = parse(LOCK, "lock")
    assert render(lock, OFFERED) == LOCK
    assert lock.of(Supply.BLOCKS) == {
        "10.104.0.16/29": Entry(state=State.GIVEN, owners=("acme/main",), day=TODAY),
        "10.104.0.24/29": Entry(state=State.RESERVED, owners=("beta/main",), day=date(2026, 11, 1)),
        "10.104.0.32/29": Entry(
            state=State.RELEASED, owners=("gamma/main",), day=TODAY, until=date(2026, 12, 28)
        ),
    }  # fmt: skip


def test_settings_and_a_lock_file_that_agree_have_nothing_to_say() -> None:
    assert said(WITH_ACME, LOCK) == []


@pytest.mark.parametrize(
    ("line", "other", "problem"),
    [
        ("10.104.0.0/29 free", "10.104.0.0/29 taken", "'10.104.0.0/29 taken' is no line of a lock file"),
        ("10.104.0.0/29 free", "10.104.0.16/29 free", "10.104.0.16/29 of blocks is written twice, first on line 5"),
        ("10.104.0.0/29 free", "<<<<<<< HEAD", "a merge conflict is not resolved"),
        ("10.104.0.0/29 free", "10.104.0.0/29 given acme/b 2026-13-01", "month must be in 1..12"),
        ("10.104.0.0/29 free", "10.104.0.0/29 released acme/b 2026-11-01", "is not released, or has none"),
        ("10.104.0.0/29 free", "10.104.0.0/29 given acme/b 2026-11-01 until 2026-12-01", "is not released, or has none"),
        ("10.104.0.0/29 free", "10.104.0.300/29 free", "10.104.0.300/29"),
        ("blocks", "block", "'block' is no line of a lock file"),
    ],
)  # fmt: skip
def test_a_line_that_is_none_is_named(line: str, other: str, problem: str) -> None:
    with pytest.raises(OperatorError) as refused:
        parse(LOCK.replace(line, other, 1), "tenants/prod/allocations.lock")
    first = refused.value.findings[0]
    assert first.place.startswith("tenants/prod/allocations.lock:")
    assert any(problem in finding.problem for finding in refused.value.findings), str(refused.value)
    assert {finding.rule for finding in refused.value.findings} == {"LOCK"}


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"egress_address": None}, "tenants/prod/allocations.lock:17: 77.220.70.235 of egressAddresses is given to acme, and the settings say otherwise"),
        ({"clusters": ()}, "tenants/prod/allocations.lock:6: 10.104.0.16/29 of blocks is given to acme/main, and the settings say otherwise"),
        ({"name": "zeta"}, "zeta has 77.220.70.235 out of egressAddresses, and by tenants/prod/allocations.lock:17 it is given to acme"),
    ],
)  # fmt: skip
def test_a_tenant_that_has_something_else_than_the_lock_file_says_is_a_finding(
    change: dict[str, object], finding: str
) -> None:
    found = said(with_tenants(EMPTY, (ACME.model_copy(update=change),)), LOCK)
    assert any(finding in one for one in found), found
    assert all(one.endswith("[LOCK]") for one in found)


def test_a_block_that_overlaps_a_piece_without_being_one_is_taken_too() -> None:
    cluster = ACME.clusters[0].model_copy(update={"cidr_block": IPv4Network("10.104.0.48/28")})
    odd = ACME.model_copy(update={"clusters": (cluster,)})
    environment = with_tenants(EMPTY, (odd,))
    assert free(environment, Lock(), OFFERED, Supply.BLOCKS, TODAY) == (
        "10.104.0.0/29", "10.104.0.16/29", "10.104.0.24/29", "10.104.0.32/29", "10.104.0.40/29", "10.106.0.0/29", "10.106.0.8/29",
    )  # fmt: skip
    lock = recorded(Lock(), environment, OFFERED, TODAY)
    assert list(lock.of(Supply.BLOCKS)) == ["10.104.0.48/28"]
    text = render(lock, OFFERED)
    assert "10.104.0.48/28 given acme/main 2026-11-28\n" in text
    assert "10.104.0.48/29" not in text


def test_a_block_outside_every_supply_is_nobodys_business() -> None:
    outside = ACME.model_copy(update={"egress_address": None, "clusters": ()})
    assert recorded(Lock(), with_tenants(EMPTY, (outside,)), OFFERED, TODAY) == Lock()


def test_tenants_who_share_a_block_already_are_both_noted_and_both_stay() -> None:
    beta = ACME.model_copy(update={"name": "beta", "egress_address": None})
    both = with_tenants(EMPTY, (ACME, beta))
    lock = recorded(Lock(), both, OFFERED, TODAY)
    assert lock.entries[Supply.BLOCKS, "10.104.0.16/29"].owners == ("acme/main", "beta/main")
    after = released(lock, "acme", TODAY, 30)
    assert after.entries[Supply.BLOCKS, "10.104.0.16/29"].owners == ("beta/main",)
    assert after.entries[Supply.EGRESS, "77.220.70.235"].until == date(2026, 12, 28)


def test_what_is_reserved_for_one_is_not_noted_for_another_who_took_it_by_hand() -> None:
    lock = parse(LOCK.replace("10.104.0.16/29 given acme/main", "10.104.0.16/29 reserved beta/main", 1)
                 .replace("10.104.0.24/29 reserved beta/main 2026-11-01", "10.104.0.24/29 free"), "lock")  # fmt: skip
    assert recorded(lock, WITH_ACME, OFFERED, TODAY) == lock
    found = [str(one) for one in disagreements(WITH_ACME, lock, render(lock, OFFERED), OFFERED)]
    assert any("it is reserved to beta/main" in one for one in found), found


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


def test_a_supply_that_changed_is_stale_until_it_is_written_anew() -> None:
    [found] = said(WITH_ACME, LOCK.replace("10.106.0.8/29 free\n", ""))
    assert found == (
        "tenants/prod/allocations.lock: is not what the supplies and the entries make of it;"
        " run `kmetal-network allocate prod` [LOCK]"
    )
    assert said(EMPTY, None) == [
        "tenants/prod/allocations.lock: is not there; run `kmetal-network allocate prod` [LOCK]"
    ]


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
