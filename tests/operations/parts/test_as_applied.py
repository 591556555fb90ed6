"""A cell is not asked only if its state has exactly what the settings want, settled, and of today's provider."""

from __future__ import annotations

import copy
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import pytest

from kmetal_network.config.stackfile import load_stack
from kmetal_network.manifests.tenant import tenant_manifests
from operations.parts.as_applied import is_as_applied
from tests.support.stack_project import ROOT

WHOLE, _ = load_stack(ROOT, "dev")
SETTINGS = WHOLE.settings
CELL = WHOLE.of_stack(0)  # without cells, the one stack has every tenant

HEAD = "urn:pulumi:dev-cell-1::kmetal-network::"


def _state() -> dict[str, Any]:
    """As the engine would export it after an `up`."""
    provider = {"version": version("pulumi_kubernetes"), "context": SETTINGS.cluster.context}
    resources: list[dict[str, Any]] = [
        {"urn": f"{HEAD}pulumi:pulumi:Stack::s", "type": "pulumi:pulumi:Stack"},
        {
            "urn": f"{HEAD}pulumi:providers:kubernetes::under-cluster",
            "type": "pulumi:providers:kubernetes",
            "inputs": {**provider, "clusterIdentifier": "dev-under-cluster"},
        },
    ]
    for tenant in SETTINGS.tenants:
        kind = "kmetal:network:TenantNetwork"
        resources.append({"urn": f"{HEAD}{kind}::{tenant.name}", "type": kind})
        for manifest in tenant_manifests(tenant, SETTINGS.provider.external, "dev"):
            body = copy.deepcopy(dict(manifest.body))
            body["metadata"].setdefault("annotations", {})["pulumi.com/patchFieldManager"] = "kmetal-network-dev"
            kind = f"kubernetes:x/v1:{manifest.kind}"
            resources.append({"urn": f"{HEAD}{kind}::{tenant.name}-{manifest.role}", "type": kind, "inputs": body})
    return {"resources": resources}


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
    state["pending_operations"] = [{"type": "creating"}]


def test_a_state_as_after_an_up_is_as_applied() -> None:
    assert is_as_applied(CELL, _state())


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
    ],
    ids=lambda change: change.__name__.strip("_"),
)
def test_a_state_that_is_otherwise_in_anything_is_not(change: Callable[[dict[str, Any]], None]) -> None:
    state = _state()
    change(state)
    assert not is_as_applied(CELL, state)


def test_an_empty_state_is_as_applied_for_a_cell_without_tenants_alone() -> None:
    empty = WHOLE.settings.model_copy(update={"cells": 3})
    part = type(WHOLE)(WHOLE.name, empty, WHOLE.document).of_stack(2)
    assert part.settings.tenants == ()
    assert is_as_applied(part, {})
    assert not is_as_applied(CELL, {})
