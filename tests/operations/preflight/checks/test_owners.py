"""What others made under one of our names is refused, unless Kube-OVN made it for a router of the stack."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address
from typing import Any

from operations.preflight.check import Preflight
from operations.preflight.checks.owners import CHECK
from tests.operations.preflight.platform import environment, platform

OURS = {"kmetal-network/stack": "dev"}
STAGINGS = {"kmetal-network/stack": "staging"}


def item(name: str, labels: Mapping[str, str], manager: str = "kubectl") -> dict[str, Any]:
    entry = {"manager": manager, "operation": "Update", "time": "2026-11-24T20:00:00Z", "fieldsV1": {"f:spec": {}}}
    return {"metadata": {"name": name, "labels": dict(labels), "managedFields": [entry]}, "spec": {}}


def said(*, pinned: str = "", adopting: tuple[tuple[str, str], ...] = (), **kinds: Any) -> list[str]:
    settings = environment()
    if pinned:
        settings = settings.with_egress({"alpha": IPv4Address(pinned)})
    preflight = Preflight(environment=settings, view=platform(**kinds).view, adopting=adopting)
    return [finding.problem for finding in CHECK.findings(preflight)]


def test_ours_passes_and_anybody_elses_is_refused_with_its_owner_unless_it_is_being_adopted() -> None:
    assert said(Vpc=[item("alpha-vpc", OURS)]) == []
    assert said(Vpc=[item("alpha-vpc", {})]) == ["Vpc alpha-vpc is there already and was made by somebody else"]
    assert said(Vpc=[item("alpha-vpc", STAGINGS)]) == ["Vpc alpha-vpc is there already and belongs to stack 'staging'"]
    assert said(Vpc=[item("alpha-vpc", {})], adopting=(("Vpc", "alpha-vpc"),)) == []
    assert said(Vpc=[item("other-vpc", {})]) == [], "no one writes an object of that name"


def test_an_address_that_kube_ovn_chose_for_a_router_of_ours_may_become_a_pinned_one() -> None:
    chosen = item("alpha-vpc-external", {}, manager="kube-ovn-controller")
    by_hand = item("alpha-vpc-external", {})
    refused = ["OvnEip alpha-vpc-external is there already and was made by somebody else"]

    assert said(pinned="77.220.68.110", Vpc=[item("alpha-vpc", OURS)], OvnEip=[chosen]) == []
    assert said(pinned="77.220.68.110", Vpc=[item("alpha-vpc", OURS)], OvnEip=[by_hand]) == refused
    assert said(pinned="77.220.68.110", OvnEip=[chosen]) == refused
