"""A sandbox's cluster back on its first day, for tests and for whoever has made a mess of it.

It takes finalizers off by force, because with no controller behind the kinds nobody else would. It is only ever given
the API server of a sandbox.
"""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from sandbox import cluster
from sandbox.api import ApiError
from underlay.errors import OperatorError

if TYPE_CHECKING:
    from sandbox.api import Api, Object

_BUILT_IN: Final = frozenset({"default", "kube-node-lease", "kube-public", "kube-system"})
_MADE_BY_THE_CLUSTER: Final = frozenset({"kube-root-ca.crt", "kubernetes"})
_WIPE_SECONDS: Final = 60.0
_CONTROLLER: Final = "/apis/apps/v1/namespaces/kube-system/deployments/kube-ovn-controller"


def wipe(api: Api) -> None:
    """Whatever the program or a test made goes, and the defaults come anew."""
    for definition in api.request("GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions")["items"]:
        spec = definition["spec"]
        version = next(version["name"] for version in spec["versions"] if version["storage"])
        _remove_all(api, f"{spec['group']}/{version}", spec["names"]["plural"])
    for plural in ("validatingadmissionpolicybindings", "validatingadmissionpolicies"):
        _remove_all(api, "admissionregistration.k8s.io/v1", plural)
    for item in api.request("GET", "/api/v1/pods")["items"]:
        # By force: no kubelet will ever confirm the end of a pod that is bound to a node.
        name, namespace = item["metadata"]["name"], item["metadata"]["namespace"]
        api.request("DELETE", f"/api/v1/namespaces/{namespace}/pods/{name}?gracePeriodSeconds=0")
    for item in api.request("GET", "/api/v1/nodes")["items"]:
        api.request("DELETE", f"/api/v1/nodes/{item['metadata']['name']}")
    if api.find(_CONTROLLER):  # a test may have made it another Kube-OVN
        api.request("DELETE", f"{_CONTROLLER}?propagationPolicy=Background")
    _remove_namespaces(api)
    cluster.install(api)


def _remove_all(api: Api, group_version: str, plural: str) -> None:
    for item in api.request("GET", f"/apis/{group_version}/{plural}")["items"]:
        _remove(api, item, plural, group_version)


def _remove(api: Api, item: Object, plural: str, group_version: str) -> None:
    metadata = item["metadata"]
    scope = f"/namespaces/{metadata['namespace']}" if "namespace" in metadata else ""
    path = f"/apis/{group_version}{scope}/{plural}/{metadata['name']}"
    try:
        if metadata.get("finalizers"):
            api.request("PATCH", path, {"metadata": {"finalizers": None}}, "application/merge-patch+json")
        api.request("DELETE", f"{path}?propagationPolicy=Background")
    except ApiError as error:
        if error.status != HTTPStatus.NOT_FOUND:  # it was on its way out, and its finalizer was all that held it
            raise


def _remove_namespaces(api: Api) -> None:
    """Namespaces of others go; the platform's own are emptied when nothing else was done to them.

    The end of a namespace takes some five seconds (`observed/README.md`), which every test would pay.
    """
    doomed = []
    for item in api.request("GET", "/api/v1/namespaces")["items"]:
        name = item["metadata"]["name"]
        if name == "default" or (name in cluster.NAMESPACES and _is_pristine(item)):
            _empty(api, name)
        elif name not in _BUILT_IN:
            doomed.append(f"/api/v1/namespaces/{name}")
    for path in doomed:
        api.request("DELETE", path)
    deadline = time.monotonic() + _WIPE_SECONDS
    while remaining := [path for path in doomed if api.find(path)]:
        if time.monotonic() > deadline:
            raise OperatorError(f"{', '.join(remaining)}: still there after {_WIPE_SECONDS:.0f} s; see its status")
        time.sleep(0.1)


def _is_pristine(namespace: Object) -> bool:
    metadata = namespace["metadata"]
    own_label = {"kubernetes.io/metadata.name": metadata["name"]}
    untouched = metadata.get("labels") == own_label and not metadata.get("annotations")
    return untouched and "deletionTimestamp" not in metadata


def _empty(api: Api, namespace: str) -> None:
    """What a program or a Helm release leaves in a namespace."""
    for plural in ("configmaps", "secrets", "services", "resourcequotas", "limitranges"):
        for item in api.request("GET", f"/api/v1/namespaces/{namespace}/{plural}")["items"]:
            if item["metadata"]["name"] not in _MADE_BY_THE_CLUSTER:
                api.request("DELETE", f"/api/v1/namespaces/{namespace}/{plural}/{item['metadata']['name']}")
