"""A stack is not asked only if its state has exactly what the settings want, settled, and of today's provider."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import pytest

from kmetal_network.cells import Part
from kmetal_network.config.declared import declared
from kmetal_network.config.stackfile import Environment, load_stack
from kmetal_network.manifests.chart import chart_values
from kmetal_network.manifests.tenant import tenant_manifests
from kmetal_network.plan.rendering import rendered
from operations.parts import environment_run
from operations.parts.as_applied import is_as_applied
from tests.support.stack_project import ROOT

WHOLE, _ = load_stack(ROOT, "dev")
SETTINGS = WHOLE.settings
SPLIT = replace(WHOLE, settings=SETTINGS.model_copy(update={"cells": 1}))
CELL, PLATFORM = SPLIT.of_stack(1), SPLIT.of_stack(0)
HEAD = "urn:pulumi:dev-cell-1::kmetal-network::"


def _state() -> dict[str, Any]:
    """As the engine would export it after an `up`."""
    provider = {"version": version("pulumi_kubernetes"), "context": SETTINGS.cluster.context}
    resources: list[dict[str, Any]] = [
        {
            "urn": f"{HEAD}pulumi:pulumi:Stack::s",
            "type": "pulumi:pulumi:Stack",
            "outputs": {"relaxed": dict(SETTINGS.relaxed), "declared": declared(SETTINGS, platform=False)},
        },
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
            resources.append({"urn": f"{HEAD}{kind}::{tenant.name}-{manifest.role}", "type": kind, **_seen(body)})
    return {"resources": resources}


def _seen(body: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs and outputs: the object as it is in the cluster, with what others wrote into it."""
    metadata = {key: value for key, value in body["metadata"].items() if (key, value) != ("namespace", "default")}
    live = {**body, "metadata": {**metadata, "resourceVersion": "7"}, "status": {"ready": True}}
    return {"inputs": body, "outputs": copy.deepcopy(live)}


def _platforms_state(stack: Environment = PLATFORM) -> dict[str, Any]:
    """The same of the stack below them: four layers, patches of others' objects among them."""
    settings, state = stack.settings, _state()
    [head, provider, *_] = state["resources"]
    head["outputs"]["declared"] = declared(settings)
    resources = [head, provider]
    kind = "kmetal:network:Layer"
    layers = ("cni", "admission", "metallb", "provider-network")
    resources += [{"urn": f"{HEAD}{kind}::{layer}", "type": kind} for layer in layers]
    for one in rendered(settings, "dev"):
        if one.kind == "Release":
            continue
        body = copy.deepcopy(dict(one.body))
        kind = f"kubernetes:{'core/v1' if one.kind == 'Node' else 'x/v1'}:{one.kind}{'Patch' if one.patch else ''}"
        if one.kind == "Vpc":
            body["metadata"]["namespace"] = "default"  # the provider's own idea
        resource = {"urn": f"{HEAD}{kind}::{one.state_name}", "id": one.body["metadata"]["name"], "type": kind}
        resources.append({**resource, **_seen(body)})
    return {"resources": resources}


def _charted(**chart: Any) -> Environment:
    settings = PLATFORM.settings
    return replace(PLATFORM, settings=settings.model_copy(update={"chart": settings.chart.model_copy(update=chart)}))


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


def _recorded_before_its_own_write(state: dict[str, Any]) -> None:
    del _last(state)["outputs"]["metadata"]["labels"]["kmetal-network/tenant"]


def _recorded_with_a_shorter_list(state: dict[str, Any]) -> None:
    [vpc] = [one for one in state["resources"] if one["urn"].endswith("alpha-vpc")]
    vpc["outputs"]["spec"]["policyRoutes"].pop()


def _other_outputs(state: dict[str, Any]) -> None:
    state["resources"][0]["outputs"]["relaxed"] = {"NET-215": "a reason of yesterday"}


def test_a_state_as_after_an_up_is_as_applied() -> None:
    assert is_as_applied(CELL, _state())


def test_a_platform_is_by_each_of_its_layers_and_the_patches_of_others_objects() -> None:
    there = _charted(install="external")
    assert is_as_applied(there, _platforms_state(there))
    for number in range(len(_platforms_state(there)["resources"])):
        state = _platforms_state(there)
        if state["resources"].pop(number)["type"].startswith(("kubernetes:", "kmetal:")):
            assert not is_as_applied(there, state)


def test_a_chart_is_by_its_reference_and_version_and_one_in_a_folder_never_is() -> None:
    pulled = _charted(install="release", reference="oci://registry.example/kmetal", version="1.2.3")
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
        found = _platforms_state(pulled)
        release = {"urn": f"{HEAD}{kind}::cni-release", "type": kind, "inputs": {**inputs, **more}}
        release["outputs"] = {"status": {"status": "deployed"}}
        found["resources"].append(release)
        return found

    assert is_as_applied(pulled, state())
    assert not is_as_applied(pulled, state(version="1.2.2"))
    assert not is_as_applied(pulled, state(atomic=True))
    assert not is_as_applied(pulled, _platforms_state(pulled))
    folder = _charted(install="release", reference="sandbox/chart", version="1.2.3")
    assert not is_as_applied(folder, state(chart="sandbox/chart"))


@pytest.mark.parametrize(
    ("value", "hold"), [("true", True), ("false", False), (None, False)], ids=["on", "off", "no node"]
)
def test_a_gateway_label_holds_where_the_node_has_it(
    value: str | None, monkeypatch: pytest.MonkeyPatch, *, hold: bool
) -> None:
    there = _charted(install="external")
    names = SETTINGS.provider.gateway_nodes
    nodes = {name: {"metadata": {"labels": {"ovn.kubernetes.io/external-gw": "true"}}} for name in names}
    if value is None:
        del nodes[names[0]]
    else:
        nodes[names[0]]["metadata"]["labels"]["ovn.kubernetes.io/external-gw"] = value
    monkeypatch.setattr(environment_run, "deployment_of", lambda *_: _platforms_state(there))
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
        _other_outputs,
        _recorded_before_its_own_write,
        _recorded_with_a_shorter_list,
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
