"""Objects written by hand as the real controllers leave them, and what is reported of them.

Evidence: docs/evidence/kube-ovn.md#rewrites.
"""

from __future__ import annotations

from typing import Any

from kmetal_network.config.stackfile import load_stack
from kmetal_network.live.diff import differing
from kmetal_network.live.drift import Drift
from kmetal_network.live.undeclared import undeclared
from tests.support.stack_project import ROOT

SETTINGS = load_stack(ROOT, "dev")[0].settings
OURS = {"kmetal-network/stack": "dev"}
ALPHAS = {**OURS, "kmetal-network/tenant": "alpha"}
ZEROES = {"default": False, "enableLb": True, "gatewayNode": "", "natOutgoing": False, "private": False}
CONTROLLER = "kube-ovn-controller"

Objects = dict[str, dict[str, dict[str, Any]]]


def made(name: str, spec: dict[str, Any], wait: str = "", **labels: str) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": name, "finalizers": [f"kubeovn.io/{CONTROLLER}"], "managedFields": []}
    metadata["labels"] = {key.replace("__", "/").replace("_", "."): value for key, value in labels.items()}
    if wait:
        metadata["annotations"] = {"pulumi.com/waitFor": wait, "ovn.kubernetes.io/vpc_nat": "x"}
    return {"metadata": metadata, "spec": spec, "status": {"anything": True}}


def labelled(item: dict[str, Any], labels: dict[str, str]) -> dict[str, Any]:
    item["metadata"]["labels"].update(labels)
    return item


def report(live: Objects) -> list[Drift]:
    return [*differing(SETTINGS, "dev", live), *undeclared(SETTINGS, "dev", {"dev", "staging"}, live)]


def written(item: dict[str, Any], manager: str, *path: str) -> None:
    """An Update of one field by a manager, as the API server records it."""
    fields: dict[str, Any] = {}
    for step in reversed(path):
        fields = {f"f:{step}": fields}
    entry = {"manager": manager, "operation": "Update", "time": "2026-11-24T20:00:00Z", "fieldsV1": fields}
    item["metadata"]["managedFields"].append(entry)
