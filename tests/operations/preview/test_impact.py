"""From the engine's events and a look at the cluster to a plan: refused, not known, or what an `up` would do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pulumi.automation.events import EngineEvent

from kmetal_network.config.stackfile import Environment, load_stack
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.manifests.tenant import tenant_manifests
from kmetal_network.plan.model import Plan, Verdict
from operations.engine.events import Outcome, record
from operations.preflight.obstacles import make_sure
from operations.preview.previewing import hold_to_review, live_plan, without_plan
from operations.preview.store import as_json, load, save
from tests.operations.preflight.platform import platform
from tests.support.fake_cluster import FakeCluster, refusal
from tests.support.stack_project import ROOT

SILENT = refusal("GET pods: no answer (refused)")
LABELS = {"kmetal-network/stack": "dev", "kmetal-network/tenant": "alpha"}
POD = {"metadata": {"name": "a"}, "spec": {"subnet": "alpha-dev-subnet", "namespace": "alpha", "podName": "vm-1"}}
STANDS = {"metadata": {"name": "alpha-dev-subnet", "labels": LABELS}, "spec": {"vpc": "alpha-vpc"}}


def holds(silent: tuple[str, ...] = (), **kinds: Any) -> FakeCluster:
    """A cluster that holds what a test says, and answers nothing of the kinds that it is silent about."""
    return FakeCluster(**kinds, **dict.fromkeys(silent, SILENT))


def environment() -> Environment:
    return load_stack(ROOT, "dev")[0]


def bodies() -> dict[str, dict[str, Any]]:
    """Alpha's objects as the program asks for them, by role."""
    settings = environment().settings
    made = tenant_manifests(settings.tenants[0], settings.provider.external, "dev")
    return {manifest.role: manifest.body for manifest in made}


def step(operation: str, before: dict[str, Any] | None, after: dict[str, Any] | None, **rest: Any) -> dict[str, Any]:
    """One of the engine's events about an object."""
    body = after or before or {}
    group = body["apiVersion"] if "/" in body["apiVersion"] else f"core/{body['apiVersion']}"
    kind, name = f"kubernetes:{group}:{body['kind']}", body["metadata"]["name"]
    urn = f"urn:pulumi:dev::kmetal-network::{kind}::{name}"
    states = {
        key: {"type": kind, "urn": urn, "id": name, "parent": "", "provider": "", "inputs": inputs}
        for key, inputs in (("old", before), ("new", after))
        if inputs is not None
    }
    return {"resourcePreEvent": {"metadata": {"op": operation, "urn": urn, "type": kind, **states, **rest}}}


def heard(*events: dict[str, Any], failed: bool = False) -> Outcome:
    outcome = Outcome()
    for number, event in enumerate(events):
        record(EngineEvent.from_json({"sequence": number, "timestamp": 0, **event}), outcome, None)
    outcome.failed = failed
    return outcome


def plan(cluster: FakeCluster, *events: dict[str, Any], failed: bool = False) -> Plan:
    return live_plan(environment(), cluster.view, heard(*events, failed=failed))


def moved(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "spec": {**body["spec"], "cidrBlock": "10.100.8.0/24"}}


def replaced() -> list[dict[str, Any]]:
    """The engine's three events of a Subnet whose block moves, and one of what stays."""
    before = bodies()["subnet-dev"]
    why = {"detailedDiff": {"spec.cidrBlock": {"diffKind": "update-replace", "inputDiff": True}}}
    return [
        step("delete-replaced", before, None),
        step("replace", before, moved(before), **why),
        step("create-replacement", before, moved(before)),
        step("same", bodies()["vpc"], bodies()["vpc"]),
    ]


def test_the_halves_of_a_replacement_are_one_change_with_old_and_new_values() -> None:
    found = plan(holds(), *replaced())
    [change] = found.changes
    assert (change.operation, change.name, change.tenant) == ("replace", "Subnet alpha-dev-subnet", "alpha")
    assert [(one.path, one.before, one.after, one.forces) for one in change.fields] == [
        ("spec.cidrBlock", "10.100.0.0/24", "10.100.8.0/24", True)
    ]
    assert (found.verdict, found.unchanged, found.cluster) == (Verdict.WINDOW, 1, "uid-1")


def test_a_preview_that_an_up_would_refuse_is_refused_with_every_name() -> None:
    pods = [
        {"metadata": {"name": f"ip-{number}"}, "spec": {**POD["spec"], "podName": f"vm-{number}"}}
        for number in range(1, 10)
    ]
    found = plan(holds(Subnet=[STANDS], IP=pods), *replaced())
    assert (found.verdict, found.verdict.exit_code) == (Verdict.REFUSED, 1)
    assert found.cut_off == tuple(f"alpha/vm-{number}" for number in range(1, 10))
    [risk] = found.risks
    assert (risk.rule, risk.subject, risk.tenants) == ("CUT-OFF", "Subnet alpha-dev-subnet", ("alpha",))
    assert "alpha/vm-9" in risk.problem
    assert "more" not in risk.problem


def test_preflight_and_guard_of_a_preview_judge_the_same_objects_and_ask_for_none_of_them_twice() -> None:
    cluster = platform(Subnet=[STANDS], IP=[POD])
    view = cluster.view
    make_sure(environment(), view)
    before = len(cluster.asked)

    found = live_plan(environment(), view, heard(*replaced()))

    assert [risk.rule for risk in found.risks] == ["CUT-OFF"]
    assert len(cluster.asked) > before
    assert cluster.repeated == {}


def test_what_could_not_be_seen_is_not_known_and_says_of_what() -> None:
    found = plan(holds(silent=("IP",)), *replaced())
    assert (found.verdict, found.verdict.exit_code) == (Verdict.UNKNOWN, 2)
    assert found.unseen == ("GET pods: no answer (refused), so whom the plan harms is not known by IP",)


def test_a_policy_that_refuses_is_a_finding_and_the_preview_is_refused() -> None:
    text = "Laws\nVpc alpha-vpc: it drops nothing; write `drop` [NET-401]\nVlan v: no; yes [NET-301]"
    violation = {"policyEvent": {"message": text, "enforcementLevel": "mandatory"}}
    found = plan(holds(), violation, failed=True)
    assert found.verdict is Verdict.REFUSED
    assert [(one.rule, one.place, one.problem, one.remedy) for one in found.risks] == [
        ("NET-301", "Vlan v", "no", "yes"),
        ("NET-401", "Vpc alpha-vpc", "it drops nothing", "write `drop`"),
    ]


def test_an_engine_that_fails_in_its_own_words_is_refused_in_them() -> None:
    error = {"diagnosticEvent": {"message": "quota exceeded\n", "severity": "error", "color": "never", "urn": ""}}
    found = plan(holds(), error, failed=True)
    assert [(one.rule, one.problem) for one in found.risks] == [
        ("FAILED", "the preview did not reach its end: quota exceeded")
    ]


def test_what_a_dead_run_left_is_refused_as_by_an_up() -> None:
    body = bodies()["vpc"]
    stray = {"metadata": {"name": "beta-vpc", "labels": {**LABELS, "kmetal-network/tenant": "beta"}}}
    found = plan(holds(Vpc=[stray]), step("update", body, {**body, "spec": {**body["spec"], "namespaces": ["b"]}}))
    assert [(one.rule, one.place) for one in found.risks] == [("ORPHAN", "tenant beta")]
    assert found.verdict is Verdict.REFUSED


def test_the_engines_own_annotations_are_no_change_of_the_network() -> None:
    body = bodies()["subnet-dev"]
    metadata = {**body["metadata"], "annotations": {"pulumi.com/patchFieldManager": "kmetal-network-dev-12345678"}}
    [change] = plan(holds(), step("update", body, {**body, "metadata": metadata})).changes
    assert change.fields == ()


def test_an_object_that_somebody_changed_in_the_cluster_is_said_so() -> None:
    body = bodies()["vpc"]
    why = {"detailedDiff": {"spec.policyRoutes[1]": {"diffKind": "delete", "inputDiff": False}}}
    [change] = plan(holds(), step("update", body, body, **why)).changes
    assert [(one.path, one.before) for one in change.fields] == [("spec.policyRoutes[1]", "otherwise in the cluster")]


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (SILENT, Verdict.UNKNOWN),
        (OperatorError("pulumi is not on PATH; install it"), Verdict.UNKNOWN),
        (OperatorError([Finding(place="a", problem="b", remedy="c", rule="NET-201")]), Verdict.REFUSED),
    ],
    ids=["a silent cluster", "no engine", "settings that break a law"],
)
def test_without_a_plan_there_is_still_a_verdict(error: OperatorError, verdict: Verdict) -> None:
    assert without_plan("dev", error, source="cluster").verdict is verdict


def test_a_plan_passes_through_its_file_whole(tmp_path: Path) -> None:
    found = plan(holds(Subnet=[STANDS], IP=[POD]), *replaced())
    save(found, tmp_path / "plan.json")
    assert load(tmp_path / "plan.json") == found
    written = json.loads(as_json(found))
    assert (written["verdict"], written["digest"]) == ("refused", found.digest)


def test_a_file_that_its_run_did_not_finish_is_no_plan(tmp_path: Path) -> None:
    assert load(tmp_path / "none.json") is None
    (tmp_path / "half.json").write_text('{"environment": "dev", "source"')
    assert load(tmp_path / "half.json") is None
    with pytest.raises(OperatorError, match="name a file in a folder that is there"):
        save(plan(holds()), tmp_path / "nowhere" / "plan.json")


def test_only_the_reviewed_plan_is_applied() -> None:
    found = plan(holds(), *replaced())
    hold_to_review(found, found.digest)
    hold_to_review(found, found.digest[:12])
    hold_to_review(plan(holds()), "none")
    for other in ("none", found.digest[:11], "0" * 12):
        with pytest.raises(OperatorError, match=r"nothing was written; .* \[REVIEWED\]"):
            hold_to_review(found, other)
    moved_on = plan(holds(Subnet=[STANDS], IP=[POD]), *replaced())
    with pytest.raises(OperatorError):
        hold_to_review(moved_on, found.digest)
