"""docs/rbac-trace.yaml on a real API server: its identity reads, runs the two commands of a trace, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml

from sandbox.control_plane.api import Api
from sandbox.control_plane.control_plane import ControlPlane
from tests.life_cycle.live_project import wait_until
from tests.life_cycle.refused.test_preview_identity import APPLY, NAMESPACE, _path_of, _status
from tests.support.stack_project import ROOT

pytestmark = pytest.mark.sandbox

REFUSED_BY_THE_POLICY = "the trace identity runs ovn-trace"
TRACE = ("ovn-trace", *("--ct=new",) * 8, "alpha-dev-subnet", 'inport == "worker" && ip4.dst == 8.8.8.8')
FIND = ("ovn-nbctl", "--bare", "--columns=mac", "find", "logical_router_port", "name=alpha-vpc-alpha-dev-subnet")
CENTRAL = "ovn-central"


def _documents(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((ROOT / "docs" / name).read_text()))


@pytest.fixture
def trace_identity(cluster: ControlPlane) -> Api:
    """The API server as the file's ServiceAccount meets it, once the file works; and a pod to run a command in."""
    admin = cluster.api
    for document in (*_documents("rbac-preview.yaml"), *_documents("rbac-trace.yaml")):
        admin.request("PATCH", f"{_path_of(document)}?fieldManager=test&force=true", document, APPLY)
    for namespace in ("kube-system", "default"):
        containers = [{"name": name, "image": "kube-ovn"} for name in (CENTRAL, "other")]
        metadata = {"name": "ovn-central-0", "namespace": namespace, "labels": {"ovn-sb-leader": "true"}}
        admin.create({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": containers}})
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 3600}}
    made = admin.request("POST", f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/trace/token", asked)
    api = replace(admin, token=made["status"]["token"])
    wait_until(lambda: REFUSED_BY_THE_POLICY in _exec(api, ("sh",))[1], "the admission policy to work")
    return api


def _exec(
    api: Api,
    command: tuple[str, ...],
    *,
    container: str = CENTRAL,
    namespace: str = "kube-system",
    method: str = "POST",
) -> tuple[int, str]:
    """What the API server answers to `kubectl exec`; one that it lets through ends at the pod, which runs nowhere."""
    words = [("container", container), ("stdout", "true"), *(("command", word) for word in command)]
    return _status(api, method, f"/api/v1/namespaces/{namespace}/pods/ovn-central-0/exec?{urlencode(words)}", None)


@pytest.mark.parametrize("command", [TRACE, FIND], ids=["ovn-trace", "ovn-nbctl find"])
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_the_two_commands_of_a_trace_are_let_through(
    trace_identity: Api, command: tuple[str, ...], method: str
) -> None:
    status, said = _exec(trace_identity, command, method=method)

    assert status == HTTPStatus.BAD_REQUEST
    assert "does not have a host assigned" in said


@pytest.mark.parametrize(
    "command",
    [
        ("sh", "-c", "ovn-nbctl lr-del alpha-vpc"),
        ("ovn-nbctl", "lr-del", "alpha-vpc"),
        ("ovn-nbctl", "--bare", "--columns=mac", "find", "logical_router_port", "name=x", "--", "lr-del", "alpha-vpc"),
        ("ovn-nbctl", "--bare", "--columns=mac", "destroy", "logical_router_port", "name=x"),
        ("ovn-trace", "--log-file=/etc/passwd", "alpha-dev-subnet", "ip4"),
        ("ovn-trace", "--detach", "alpha-dev-subnet", "ip4"),
        ("ovn-sbctl", "show"),
    ],
    ids=["a shell", "a router deleted", "a second command", "destroy", "a log file", "a daemon", "another program"],
)
def test_no_other_command_is(trace_identity: Api, command: tuple[str, ...]) -> None:
    for method in ("POST", "GET"):
        assert REFUSED_BY_THE_POLICY in _exec(trace_identity, command, method=method)[1]


def test_no_other_container_pod_or_verb_is_within_reach(trace_identity: Api, cluster: ControlPlane) -> None:
    assert REFUSED_BY_THE_POLICY in _exec(trace_identity, TRACE, container="other")[1]
    assert _exec(trace_identity, TRACE, namespace="default")[0] == HTTPStatus.FORBIDDEN
    pod = "/api/v1/namespaces/kube-system/pods/ovn-central-0"
    for method, path in (
        ("POST", f"{pod}/attach"),
        ("POST", f"{pod}/portforward"),
        ("DELETE", pod),
        ("GET", "/api/v1/namespaces/kube-system/secrets"),
        ("DELETE", "/apis/kubeovn.io/v1/vpcs"),
        (
            "DELETE",
            "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/kmetal-network-trace-only-traces",
        ),
    ):
        assert _status(trace_identity, method, path, None)[0] == HTTPStatus.FORBIDDEN, path
    assert cluster.api.request("GET", pod)["metadata"]["name"] == "ovn-central-0"


def test_the_preview_identity_runs_no_command(trace_identity: Api, cluster: ControlPlane) -> None:
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 3600}}
    made = cluster.api.request("POST", f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/preview/token", asked)

    assert _exec(replace(trace_identity, token=made["status"]["token"]), TRACE)[0] == HTTPStatus.FORBIDDEN


def test_everything_that_a_trace_lists_is_readable(trace_identity: Api) -> None:
    for path in (
        "/api/v1/namespaces/kube-system",
        "/api/v1/namespaces/kube-system/pods?labelSelector=ovn-sb-leader%3Dtrue",
        "/apis/kubeovn.io/v1/ips",
        "/apis/kubeovn.io/v1/ovn-fips",
        "/apis/kubeovn.io/v1/ovn-dnat-rules",
        "/apis/networking.k8s.io/v1/servicecidrs",
    ):
        assert _status(trace_identity, "GET", path, None) == (HTTPStatus.OK, ""), path
