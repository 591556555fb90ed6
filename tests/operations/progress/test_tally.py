"""Where a run stands, in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from operations.engine.events import Outcome, Step
from operations.progress.tally import Expected, Tally, duration, tenant_of

KIND = "kubernetes:kubeovn.io/v1:Vpc"


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Give seconds."""
        return self.now


def inputs(tenant: str) -> Mapping[str, Any]:
    return {"metadata": {"labels": {"kmetal-network/tenant": tenant}}}


def step(name: str, tenant: str = "", *, layer: str = "TenantNetwork", operation: str = "create") -> Step:
    urn = f"urn:pulumi:dev::kmetal-network::kmetal:network:{layer}${KIND}::{name}"
    return Step(operation, urn, about=f"Vpc {name}", after=inputs(tenant) if tenant else None)


def test_a_line_names_layer_objects_whole_tenants_what_is_waited_for_and_the_time() -> None:
    clock = Clock()
    planned = Outcome(steps=[step("a", "a"), step("b", "b"), step("b2", "b")], unchanged=[step("p")])
    tally = Tally(Expected.of(planned, seconds=540), clock)

    for name, tenant in (("a", "a"), ("b", "b")):
        tally(step(name, tenant), done=False)
        tally(step(name, tenant), done=True)
    tally(step("b2", "b"), done=False)
    clock.now = 31.0

    assert tally.line() == "tenants, 2 of 4 objects, 1 of 2 tenants, waits for Vpc b2 (31 s), 31 s of about 9 min"


def test_without_a_plan_only_what_happened_is_said() -> None:
    clock = Clock()
    tally = Tally(clock=clock)
    tally(step("a", "a"), done=False)
    clock.now = 1.0

    assert tally.line() == "tenants, 0 objects, 1 s"


def test_the_first_layer_in_flight_is_named() -> None:
    tally = Tally(clock=Clock())
    tally(step("t"), done=False)
    tally(step("policy", layer="AdmissionWall"), done=False)

    assert tally.line().startswith("admission policies, ")


def test_three_objects_are_named_those_that_wait_longest_and_the_rest_are_counted() -> None:
    clock = Clock()
    tally = Tally(clock=clock)
    for name in "dcbae":
        tally(step(name), done=False)
        clock.now += 5

    assert "waits for Vpc d (25 s), Vpc c (20 s), Vpc b (15 s) and 2 more" in tally.line()


def test_the_halves_of_a_replacement_and_a_failed_step_are_no_object_that_is_done() -> None:
    tally = Tally(clock=Clock())
    for operation in ("delete-replaced", "create-replacement", "replace", "replace"):
        tally(step("a", operation=operation), done=False)
        tally(step("a", operation=operation), done=True)
    tally(Step("create", step("b").urn, failed=True), done=True)

    assert "1 objects" in tally.line()


def test_an_object_of_the_platform_is_no_tenants() -> None:
    assert tenant_of(step("a")) == ""
    assert tenant_of(step("a", "alpha")) == "alpha"


def test_minutes_begin_where_seconds_are_hard_to_read() -> None:
    assert [duration(seconds) for seconds in (0, 119, 120, 565)] == ["0 s", "119 s", "2 min", "9 min"]
