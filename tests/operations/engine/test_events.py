"""What is made of the engine's events: objects apart from what only the state contains, and the pack's remarks."""

from __future__ import annotations

from contextvars import copy_context
from typing import Any

import pytest
from pulumi import log
from pulumi.automation.events import EngineEvent

from kmetal_network.errors import Finding
from operations.engine.events import SEPARATOR, Outcome, Step, record
from operations.program import tell
from operations.state.run_context import RUN_CONTEXT, RunContext

STATE_ONLY = ("pulumi:pulumi:Stack", "pulumi:providers:kubernetes", "kmetal:network:ProviderNetwork")
PATCH = "kubernetes:core/v1:NodePatch"
OBJECTS = ("kubernetes:kubeovn.io/v1:Vpc", "kubernetes:helm.sh/v3:Release", PATCH)


def recorded(*events: dict[str, Any]) -> Outcome:
    outcome = Outcome()
    for number, event in enumerate(events):
        record(EngineEvent.from_json({"sequence": number, "timestamp": 0, **event}), outcome, None)
    return outcome


def step(operation: str, kind: str, name: str = "a") -> dict[str, Any]:
    urn = f"urn:pulumi:dev::kmetal-network::{kind}::{name}"
    return {"resourcePreEvent": {"metadata": {"op": operation, "urn": urn, "type": kind}}}


def policy(level: str, message: str) -> dict[str, Any]:
    return {"policyEvent": {"message": message, "enforcementLevel": level}}


def test_an_object_is_in_the_cluster_and_counts_once() -> None:
    outcome = recorded(
        *(step("same", kind) for kind in (*STATE_ONLY, *OBJECTS)),
        *(step(half, OBJECTS[0], "b") for half in ("create-replacement", "replace", "delete-replaced")),
    )
    assert sorted(urn.partition("kmetal-network::")[2] for urn in outcome.objects) == sorted(
        [*(f"{kind}::a" for kind in OBJECTS), f"{OBJECTS[0]}::b"]
    )


@pytest.mark.parametrize(
    ("kind", "is_object", "is_patch"),
    [
        *((kind, False, False) for kind in STATE_ONLY),
        *((kind, True, kind == PATCH) for kind in OBJECTS),
        ("kmetal:network:Patch", False, False),
    ],
)
def test_a_patch_is_fields_on_an_object(kind: str, is_object: bool, is_patch: bool) -> None:  # noqa: FBT001 (a case)
    one = Step("create", f"urn:pulumi:dev::kmetal-network::kmetal:network:CniStack${kind}::a")
    assert (one.is_object, one.is_patch) == (is_object, is_patch)


def test_what_the_pack_tells_is_the_sentence_and_what_it_refuses_stands_under_its_policy() -> None:
    outcome = recorded(
        policy("mandatory", "<{%fg 1%}>Laws of the network<{%reset%}>\nVlan a: no [NET-301]\n"),
        policy("advisory", "<{%fg 1%}>Warnings<{%reset%}>\nVpc a: hm [NET-418]\n"),
        policy("advisory", "of another pack, which says no more"),
    )
    assert outcome.violations == ["Laws of the network\nVlan a: no [NET-301]"]
    assert outcome.remarks == ["Vpc a: hm [NET-418]", "of another pack, which says no more"]
    assert outcome.advice == []


def warning(message: str) -> dict[str, Any]:
    return {"diagnosticEvent": {"message": message, "severity": "warning", "color": "never", "prefix": ""}}


def test_notes_that_come_in_one_message_are_told_one_by_one_and_a_text_of_several_lines_stays_one() -> None:
    outcome = recorded(warning(f"one{SEPARATOR}another\n"), warning("of the provider,\nin two lines\n"))
    assert outcome.advice == ["one", "another", "of the provider,\nin two lines"]


def test_all_notes_of_a_run_are_one_message_and_plain_pulumi_has_each_by_itself_grouped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []
    monkeypatch.setattr(log, "warn", said.append)
    notes = [
        Finding(place=f"tenants[{number}]", problem="no quota", remedy="write one", rule="NET-215")
        for number in range(9)
    ]
    tell(notes, ["the release is pending"])
    grouped, release = said
    assert "8 more alike" in grouped
    assert release == "the release is pending"
    said.clear()
    context = copy_context()
    context.run(RUN_CONTEXT.set, RunContext())
    context.run(tell, notes, ["the release is pending"])
    assert said == [SEPARATOR.join([*map(str, notes), "the release is pending"])]
