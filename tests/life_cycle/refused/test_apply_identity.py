"""docs/rbac-apply.yaml on a real API server: with its token a tenant comes and goes, and nothing else may be written."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any

import pytest
import yaml

from sandbox.control_plane.api import Api, ApiError
from sandbox.control_plane.control_plane import ControlPlane
from tests.life_cycle.live_project import STACK, Project
from tests.support.stack_project import ROOT

pytestmark = pytest.mark.sandbox

APPLY = "application/apply-patch+yaml"
FILES = ("rbac-preview.yaml", "rbac-apply.yaml")
"""The second binds a role of the first."""


def _path_of(document: dict[str, Any]) -> str:
    kind, metadata = document["kind"].lower(), document["metadata"]
    plural = f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"
    version = document["apiVersion"]
    scope = f"/namespaces/{metadata['namespace']}" if "namespace" in metadata else ""
    return f"/{'apis' if '/' in version else 'api'}/{version}{scope}/{plural}/{metadata['name']}"


@pytest.fixture
def applying(cluster: ControlPlane) -> Api:
    """The API server as the applying ServiceAccount meets it."""
    admin = cluster.api
    for name in FILES:
        for document in yaml.safe_load_all((ROOT / "docs" / name).read_text()):
            admin.request("PATCH", f"{_path_of(document)}?fieldManager=test&force=true", document, APPLY)
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 3600}}
    made = admin.request("POST", "/api/v1/namespaces/kmetal-network-apply/serviceaccounts/apply/token", asked)
    return replace(admin, token=made["status"]["token"])


def _status(api: Api, method: str, path: str, body: Any = None) -> int:
    try:
        api.request(method, path, body)
    except ApiError as error:
        return error.status
    return HTTPStatus.OK


@pytest.mark.network_applied
def test_a_tenant_is_added_and_deleted_by_that_identity(project: Project, applying: Api) -> None:
    config = yaml.safe_load(project.plane.kubeconfig.read_text())
    config["users"][0]["user"] = {"token": applying.token}
    (project.root / "apply").write_text(yaml.safe_dump(config))
    project.section("cluster")["kubeconfig"] = "apply"
    before = project.objects().keys()

    project.add_beta()
    project.tenants[-1]["quota"] = {"requests.cpu": "4"}
    project.save()
    for words, gone in ((("up", STACK, "--yes"), False), (("offboard", STACK, "beta", "--yes"), True)):
        running = project.command(*words)
        said, _ = running.communicate("", timeout=300)
        assert running.returncode == 0, said
        assert ("Vpc beta-vpc" not in project.objects()) is gone
    assert project.objects().keys() == before


@pytest.mark.network_applied
def test_it_reads_no_secret_ends_no_pod_and_takes_no_node_away(project: Project, applying: Api) -> None:
    del project
    for method, path in (
        ("GET", "/api/v1/secrets"),
        ("GET", "/api/v1/namespaces/kmetal-flux/secrets"),
        ("DELETE", "/api/v1/nodes/w1"),
        ("DELETE", "/api/v1/namespaces/alpha/pods/any"),
        ("DELETE", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/vpcs.kubeovn.io"),
        ("DELETE", "/apis/rbac.authorization.k8s.io/v1/clusterroles/kmetal-network-apply"),
    ):
        assert _status(applying, method, path) == HTTPStatus.FORBIDDEN, f"{method} {path}"
    admin = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "climb", "namespace": "alpha"},
        "roleRef": admin,
        "subjects": [{"kind": "ServiceAccount", "name": "apply", "namespace": "kmetal-network-apply"}],
    }
    path = "/apis/rbac.authorization.k8s.io/v1/namespaces/alpha/rolebindings"
    assert _status(applying, "POST", path, binding) == HTTPStatus.FORBIDDEN
