"""`up` and `destroy --output json`: one object a line."""

from __future__ import annotations

import json

import pytest
import typer

from operations.console import Output
from operations.engine.events import Outcome, Step
from operations.progress.pace import Pace
from operations.progress.reporting import JsonReport, TextReport, both, report_of

URN = "urn:pulumi:dev::kmetal-network::kmetal:network:TenantNetwork$kubernetes:kubeovn.io/v1:Vpc::alpha-vpc"
LABELS = {"metadata": {"labels": {"kmetal-network/tenant": "alpha"}}}


def test_a_step_is_streamed_when_it_begins_and_when_it_is_done_or_failed() -> None:
    lines: list[str] = []
    watch = JsonReport("dev", lines.append).steps("up")

    watch(Step("create", URN, about="Vpc alpha-vpc", after=LABELS), done=False)
    watch(Step("create", URN, about="Vpc alpha-vpc", after=LABELS), done=True)
    watch(Step("create", URN, about="Vpc alpha-vpc", failed=True), done=True)
    watch(Step("create", URN.replace("kubernetes:kubeovn.io/v1:Vpc", "kmetal:network:X")), done=False)

    assert [json.loads(line)["phase"] for line in lines] == ["begins", "done", "failed"]
    assert json.loads(lines[0]) == {
        "event": "step",
        "stack": "dev",
        "run": "up",
        "phase": "begins",
        "operation": "create",
        "object": "Vpc alpha-vpc",
        "tenant": "alpha",
        "urn": URN,
    }
    assert all(line.count("\n") == 1 and line.endswith("\n") for line in lines)


def test_plan_and_end_are_events_of_their_own() -> None:
    lines: list[str] = []
    report = JsonReport("dev", lines.append)

    report.plan(Outcome(counts={"create": 3, "same": 9}, objects={"a"}), Pace(controller=500, engine=132))
    report.end({"create": 3}, "3 created")

    plan, end = map(json.loads, lines)
    assert plan == {"event": "plan", "stack": "dev", "changes": {"create": 3}, "objects": 1, "expectedSeconds": 540}
    assert end == {"event": "end", "stack": "dev", "changes": {"create": 3}, "text": "3 created"}


def test_a_stream_asks_no_question_so_somebody_has_to_have_said_yes() -> None:
    with pytest.raises(typer.BadParameter, match="write --yes"):
        report_of("dev", Output.JSON, yes=False)
    assert isinstance(report_of("dev", Output.JSON, yes=True), JsonReport)
    assert isinstance(report_of("dev", Output.TEXT, yes=False), TextReport)


def test_two_watches_see_the_same_steps() -> None:
    seen: list[tuple[str, bool]] = []

    def first(_: Step, *, done: bool) -> None:
        seen.append(("first", done))

    def second(_: Step, *, done: bool) -> None:
        seen.append(("second", done))

    both(first, second)(Step("create", URN), done=True)

    assert seen == [("first", True), ("second", True)]
