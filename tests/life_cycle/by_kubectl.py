"""The guide's YAML applied as kubectl applies it, on a cluster where Helm has installed the chart."""

from __future__ import annotations

import json
from typing import Any, Final

import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.helm.v3 import Release

from operations.cluster.live import COLLECTIONS
from sandbox.storage import CHECKOUT
from tests.contract.real_engine import Engine, make_stack, with_provider
from tests.kmetal_network.adoption.by_hand import VALUES, page
from tests.life_cycle.live_project import Project, wait_until

_SERVER_SIDE: Final = frozenset({"ProviderNetwork", "Vlan", "Vpc"})
"""Kinds that the page's reader applied with `--server-side`; the others as kubectl does by itself."""

_LABEL: Final = "ovn.kubernetes.io/external-gw"
_LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"


def apply_page(project: Project) -> None:
    """All of the page, in its order, each layer ready before the next."""
    install_chart(project)
    tenant = [item for item in page() if "alpha" in json.dumps(item)]
    for item in page():
        if item not in tenant:
            apply(project, item)
    default = {"apiVersion": "kubeovn.io/v1", "kind": "Vpc", "metadata": {"name": "ovn-cluster"}}
    apply(project, {**default, "spec": {"extraExternalSubnets": ["external"]}})
    wait_until(lambda: _status(project, "ProviderNetwork", "provider").get("ready"), "the bridges")
    for node in ("w1", "w2"):
        body = {"metadata": {"labels": {_LABEL: "true"}}}
        path = f"{COLLECTIONS['Node']}/{node}?fieldManager=kubectl-label"
        project.api.request("PATCH", path, body, "application/strategic-merge-patch+json")
    alpha = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "alpha"}}
    project.api.request("POST", "/api/v1/namespaces?fieldManager=kubectl-create", alpha)
    for item in tenant:
        apply(project, item)
    wait_until(lambda: _status(project, "OvnSnatRule", "alpha-snat-dev").get("ready"), "the SNAT rule")


def apply(project: Project, item: dict[str, Any]) -> None:
    """`kubectl apply`, server-side or not."""
    metadata = item["metadata"]
    collection = COLLECTIONS[item["kind"]]
    if "namespace" in metadata and "/namespaces/" not in collection:
        head, _, plural = collection.rpartition("/")
        collection = f"{head}/namespaces/{metadata['namespace']}/{plural}"
    if item["kind"] in _SERVER_SIDE:
        path = f"{collection}/{metadata['name']}?fieldManager=kubectl"
        project.api.request("PATCH", path, item, "application/apply-patch+yaml")
        return
    annotations = {_LAST_APPLIED: json.dumps(item)}
    noted = {**item, "metadata": {**metadata, "annotations": annotations}}
    project.api.request("POST", f"{collection}?fieldManager=kubectl-client-side-apply", noted)


def _status(project: Project, kind: str, name: str) -> dict[str, Any]:
    return project.look(kind, name).get("status") or {}


def install_chart(project: Project) -> None:
    """What `helm install` does, as the page says, by the same Helm: another stack's, with a state that no one keeps."""
    values: dict[str, Any] = VALUES

    def declare(provider: kubernetes.Provider) -> None:
        Release(
            "release",
            name="kmetal",
            namespace="kmetal-flux",
            chart=str(CHECKOUT / "sandbox" / "chart"),
            values=values,
            opts=with_provider(provider),
        )

    made = project.root / "helm"
    make_stack(made, project.environment())
    engine = Engine(made, project.root / "helm-run", project.plane.kubeconfig.read_text(), project.environment())
    assert engine.up(declare).ok
