"""States of `dev` in one cell and its platform, as the engine would export them after an `up`."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from kmetal_network.config.declared import declared
from kmetal_network.config.stackfile import Environment, load_stack
from kmetal_network.manifests.tenant import tenant_manifests
from kmetal_network.plan.rendering import rendered
from tests.support.stack_project import ROOT

WHOLE, _ = load_stack(ROOT, "dev")
SETTINGS = WHOLE.settings
SPLIT = replace(WHOLE, settings=SETTINGS.model_copy(update={"cells": 1}))
CELL, PLATFORM = SPLIT.of_stack(1), SPLIT.of_stack(0)
HEAD = "urn:pulumi:dev-cell-1::kmetal-network::"


def cells_state() -> dict[str, Any]:
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


def platforms_state(stack: Environment = PLATFORM) -> dict[str, Any]:
    """The same of the stack below them: four layers, patches of others' objects among them."""
    settings, state = stack.settings, cells_state()
    [head, provider, *_] = state["resources"]
    head["outputs"] |= {"declared": declared(settings), "cells": stack.part.cells}
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


def charted(**chart: Any) -> Environment:
    settings = PLATFORM.settings
    return replace(PLATFORM, settings=settings.model_copy(update={"chart": settings.chart.model_copy(update=chart)}))
