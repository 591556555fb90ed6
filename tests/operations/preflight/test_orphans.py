"""Findings name the orphans of a killed run with a remedy, in the order of deletion."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from kmetal_network.config.stackfile import load_stack
from kmetal_network.errors import Severity
from kmetal_network.manifests.inventory import owned_manifests
from operations.cluster.live import COLLECTIONS
from operations.engine.events import Outcome, Step
from operations.preflight.orphans import left_behind
from tests.support.fake_cluster import FakeCluster
from tests.support.stack_project import ROOT

DEV = load_stack(ROOT, "dev")[0]
OURS = {"kmetal-network/stack": "dev"}
BETAS = {**OURS, "kmetal-network/tenant": "beta"}
ALPHAS = [one.body for one in owned_manifests(DEV.settings, "dev")]


def found(kind: str, name: str, labels: Mapping[str, str], **metadata: str) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"name": name, "labels": dict(labels), **metadata}}


def step(operation: str, kind: str, name: str, there: str = "") -> Step:
    urn = f"urn:pulumi:dev::kmetal-network::kmetal:network:TenantNetwork$kubernetes:kubeovn.io/v1:{kind}::role"
    return Step(operation, urn, object=there, about=f"{kind} {name}")


def holds(*objects: dict[str, Any]) -> FakeCluster:
    """A cluster that holds some objects."""
    return FakeCluster(**{kind: [one for one in objects if one["kind"] == kind] for kind in COLLECTIONS})


def reported(*objects: dict[str, Any], steps: tuple[Step, ...] = (), ends: bool = False) -> list[str]:
    view = holds(*objects).view
    return [str(finding) for finding in left_behind(DEV, view, Outcome(steps=list(steps)), ends=ends)]


def test_what_the_settings_ask_for_or_the_state_knows_is_nobodys_orphan() -> None:
    others = {"kmetal-network/stack": "staging"}
    gone = step("delete", "Vpc", "beta-vpc", "beta-vpc")
    assert reported(*ALPHAS, found("Vpc", "beta-vpc", BETAS), found("Vpc", "x", others), steps=(gone,)) == []


def test_a_tenants_orphans_are_one_finding_in_the_order_in_which_they_go() -> None:
    orphans = [
        found("Namespace", "beta", BETAS),
        found("Vpc", "beta-vpc", BETAS),
        found("NetworkAttachmentDefinition", "beta-main-net", BETAS, namespace="beta"),
        found("Subnet", "beta-main-subnet", BETAS),
    ]
    assert reported(*ALPHAS, *orphans) == [
        (
            "tenant beta: neither the settings nor the state know Subnet beta-main-subnet, NetworkAttachmentDefinition"
            " beta/beta-main-net, Vpc beta-vpc, Namespace beta, with the label of stack dev: made by a run that died, as a"
            " rule; put the tenant back as it was, run `kmetal-network up dev`, which takes it into the state, then `kmetal-network"
            " offboard dev beta`; or, in this order: kubectl delete Subnet beta-main-subnet; kubectl delete"
            " NetworkAttachmentDefinition -n beta beta-main-net; kubectl delete Vpc beta-vpc; kubectl delete Namespace beta"
            " [ORPHAN]"
        )
    ]


def test_any_other_orphan_is_put_back_and_taken_out_again() -> None:
    [said] = reported(found("IPAddressPool", "old", OURS, namespace="kmetal-metallb"))
    assert said.startswith("IPAddressPool kmetal-metallb/old: neither the settings nor the state know ")
    assert said.endswith("take it out again; or: kubectl delete IPAddressPool -n kmetal-metallb old [ORPHAN]")


def test_at_the_end_of_a_stack_what_only_the_settings_know_is_an_orphan_too() -> None:
    vpc = found("Vpc", "alpha-vpc", {**OURS, "kmetal-network/tenant": "alpha"})
    assert reported(vpc, ends=True, steps=(step("delete", "Vpc", "alpha-vpc", "alpha-vpc"),)) == []
    [said] = reported(vpc, ends=True)
    assert said.startswith("tenant alpha: the state does not know Vpc alpha-vpc, ")
    assert "run `kmetal-network up dev`, which takes into the state what the settings ask for, then this again" in said


def test_an_object_that_differs_from_the_plan_is_reported_where_it_would_not_follow() -> None:
    made = step("create", "Subnet", "alpha-dev-subnet")
    live = deepcopy(next(body for body in ALPHAS if body["metadata"]["name"] == "alpha-dev-subnet"))
    live["spec"]["mtu"] = 1300
    assert reported(live, steps=(made,)) == []

    live["spec"]["cidrBlock"] = "10.9.0.0/24"
    assert reported(live, steps=(made,)) == [
        (
            'Subnet alpha-dev-subnet: it stands with spec.cidrBlock "10.9.0.0/24", made by a run that died before the state'
            " knew it, and Kube-OVN follows no other value in place; write that value back and run `kmetal-network up dev`, which"
            " takes it into the state; then change it [HALF-MADE]"
        )
    ]
    assert reported(live, steps=(step("replace", "Subnet", "alpha-dev-subnet", "alpha-dev-subnet"),)) == []
    live["metadata"]["labels"] = {}
    assert reported(live, steps=(made,)) == [], "a stranger's is the preflight's to refuse"


def test_a_preview_warns() -> None:
    view = holds(found("Vpc", "beta-vpc", BETAS)).view
    [finding] = left_behind(DEV, view, Outcome(), Severity.WARNING)
    assert finding.severity is Severity.WARNING
