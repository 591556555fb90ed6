"""A stack is not asked only if its state has exactly what the settings want, settled, and of today's provider."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pulumi import automation as auto
from pulumi.automation._cmd import CommandResult

from kmetal_network.cells import Part
from kmetal_network.manifests.chart import chart_values
from operations.parts import environment_run
from operations.parts.as_applied import is_as_applied
from tests.operations.parts.recorded_states import (
    CELL,
    HEAD,
    SETTINGS,
    SPLIT,
    WHOLE,
    cells_state,
    charted,
    platforms_state,
)
from tests.support.stack_project import ROOT


def _last(state: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = state["resources"][-1]
    return found


def _another_provider(state: dict[str, Any]) -> None:
    state["resources"][1]["inputs"]["version"] = "4.0.0"


def _another_context(state: dict[str, Any]) -> None:
    state["resources"][1]["inputs"]["context"] = "elsewhere"


def _a_field_differs(state: dict[str, Any]) -> None:
    _last(state)["inputs"]["spec"]["v4IpCidr"] = "10.200.0.0/24"


def _an_annotation_is_left_over(state: dict[str, Any]) -> None:
    _last(state)["inputs"]["metadata"]["annotations"]["note"] = "old"


def _one_object_more(state: dict[str, Any]) -> None:
    state["resources"].append({**_last(state), "urn": f"{HEAD}kubernetes:x/v1:OvnSnatRule::gone-snat"})


def _one_tenant_more(state: dict[str, Any]) -> None:
    kind = "kmetal:network:TenantNetwork"
    state["resources"].append({"urn": f"{HEAD}{kind}::gone", "type": kind})


def _one_object_less(state: dict[str, Any]) -> None:
    state["resources"].pop()


def _to_be_deleted(state: dict[str, Any]) -> None:
    state["resources"].append({**_last(state), "delete": True})


def _half_replaced(state: dict[str, Any]) -> None:
    _last(state)["pendingReplacement"] = True


def _never_ready(state: dict[str, Any]) -> None:
    _last(state)["initErrors"] = ["timed out"]


def _a_step_was_cut_off(state: dict[str, Any]) -> None:
    state["pending_operations"] = [{"type": "updating", "resource": {"urn": _last(state)["urn"]}}]


def _a_creation_was_cut_off(state: dict[str, Any]) -> None:
    gone = state["resources"].pop()
    state["pending_operations"] = [{"type": "creating", "resource": {"urn": gone["urn"]}}]


def _recorded_before_its_own_write(state: dict[str, Any]) -> None:
    del _last(state)["outputs"]["metadata"]["labels"]["kmetal-network/tenant"]


def _recorded_with_a_shorter_list(state: dict[str, Any]) -> None:
    [vpc] = [one for one in state["resources"] if one["urn"].endswith("alpha-vpc")]
    vpc["outputs"]["spec"]["policyRoutes"].pop()


def _of_another_number_of_cells(state: dict[str, Any]) -> None:
    state["resources"][0]["outputs"]["cells"] = 18


def _other_outputs(state: dict[str, Any]) -> None:
    state["resources"][0]["outputs"]["relaxed"] = {"NET-215": "a reason of yesterday"}


def test_a_state_as_after_an_up_is_as_applied() -> None:
    assert is_as_applied(CELL, cells_state())


def test_a_platform_is_by_each_of_its_layers_and_the_patches_of_others_objects() -> None:
    there = charted(install="external")
    assert is_as_applied(there, platforms_state(there))
    for number in range(len(platforms_state(there)["resources"])):
        state = platforms_state(there)
        if state["resources"].pop(number)["type"].startswith(("kubernetes:", "kmetal:")):
            assert not is_as_applied(there, state)


def test_a_chart_is_by_its_reference_and_version_and_one_in_a_folder_never_is() -> None:
    pulled = charted(install="release", reference="oci://registry.example/kmetal", version="1.2.3")
    settings = pulled.settings
    inputs = {
        "name": "kmetal",
        "namespace": "kmetal-flux",
        "createNamespace": True,
        "chart": "oci://registry.example/kmetal",
        "version": "1.2.3",
        "values": chart_values(settings.chart, settings.network, settings.metallb),
        "timeout": settings.chart.timeout_seconds,
        "atomic": False,
        "keyring": "",
    }
    kind = "kubernetes:helm.sh/v3:Release"

    def state(**more: Any) -> dict[str, Any]:
        found = platforms_state(pulled)
        release = {"urn": f"{HEAD}{kind}::cni-release", "type": kind, "inputs": {**inputs, **more}}
        release["outputs"] = {"status": {"status": "deployed"}}
        found["resources"].append(release)
        return found

    assert is_as_applied(pulled, state())
    assert not is_as_applied(pulled, state(version="1.2.2"))
    assert not is_as_applied(pulled, state(atomic=True))
    assert not is_as_applied(pulled, platforms_state(pulled))
    folder = charted(install="release", reference="sandbox/chart", version="1.2.3")
    assert not is_as_applied(folder, state(chart="sandbox/chart"))


@pytest.mark.parametrize(
    ("value", "hold"), [("true", True), ("false", False), (None, False)], ids=["on", "off", "no node"]
)
def test_a_gateway_label_holds_where_the_node_has_it(
    value: str | None, monkeypatch: pytest.MonkeyPatch, *, hold: bool
) -> None:
    there = charted(install="external")
    names = SETTINGS.provider.gateway_nodes
    nodes = {name: {"metadata": {"labels": {"ovn.kubernetes.io/external-gw": "true"}}} for name in names}
    if value is None:
        del nodes[names[0]]
    else:
        nodes[names[0]]["metadata"]["labels"]["ovn.kubernetes.io/external-gw"] = value
    monkeypatch.setattr(environment_run, "deployment_of", lambda *_: platforms_state(there))
    monkeypatch.setattr(environment_run, "cli", lambda: None)
    whole = replace(SPLIT, settings=SPLIT.settings.model_copy(update={"chart": there.settings.chart}))
    applied = environment_run.as_applied(ROOT, whole, Part.all("dev", 1)[:1], nodes)
    assert ("dev" in applied) is hold


@pytest.mark.parametrize(
    "change",
    [
        _another_provider,
        _another_context,
        _a_field_differs,
        _an_annotation_is_left_over,
        _one_object_more,
        _one_tenant_more,
        _one_object_less,
        _to_be_deleted,
        _half_replaced,
        _never_ready,
        _a_step_was_cut_off,
        _a_creation_was_cut_off,
        _of_another_number_of_cells,
        _other_outputs,
        _recorded_before_its_own_write,
        _recorded_with_a_shorter_list,
    ],
    ids=lambda change: change.__name__.strip("_"),
)
def test_a_state_that_is_otherwise_in_anything_is_not(change: Callable[[dict[str, Any]], None]) -> None:
    state = cells_state()
    change(state)
    assert not is_as_applied(CELL, state)


def test_a_creation_that_a_later_run_has_made_up_for_is_no_step_half_done() -> None:
    state = cells_state()
    state["pending_operations"] = [{"type": "creating", "resource": {"urn": _last(state)["urn"]}}]
    assert is_as_applied(CELL, state)


def test_a_platform_that_was_applied_with_another_number_of_cells_is_not() -> None:
    there = charted(install="external")
    state = platforms_state(there)
    state["resources"][0]["outputs"]["cells"] += 1
    assert not is_as_applied(there, state)


def test_a_state_of_another_cluster_is_not_where_the_cluster_was_looked_at() -> None:
    state = cells_state()
    state["resources"][0]["outputs"]["clusterUid"] = "uid-1"
    assert is_as_applied(CELL, state, "uid-1")
    assert is_as_applied(CELL, state)
    assert not is_as_applied(CELL, state, "uid-2")


def test_a_state_that_cannot_be_read_is_not_as_applied_and_its_run_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: Any) -> dict[str, Any]:
        raise auto.CommandError(CommandResult(stdout="", stderr="error: dial tcp: no route to host", code=255))

    monkeypatch.setattr(environment_run, "deployment_of", silent)
    monkeypatch.setattr(environment_run, "cli", lambda: None)
    assert environment_run.as_applied(ROOT, SPLIT, Part.all("dev", 3), {}) == frozenset()


def test_an_empty_state_is_as_applied_for_a_cell_without_tenants_alone() -> None:
    empty = WHOLE.settings.model_copy(update={"cells": 3})
    part = type(WHOLE)(WHOLE.name, empty, WHOLE.document).of_stack(2)
    assert part.settings.tenants == ()
    assert is_as_applied(part, {})
    assert not is_as_applied(CELL, {})
