"""A sandbox's cluster back on its first day, for tests and for whoever has made a mess of it.

It takes finalizers off by force, because with no controller behind the kinds nobody else would; those of namespaces,
too, because the controller that ends them waits five seconds before it begins, which every test would pay. It is only
ever given the API server of a sandbox.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from sandbox import cluster
from sandbox.api import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.api import Api, Object

_BUILT_IN: Final = frozenset({"default", "kube-node-lease", "kube-public", "kube-system"})
_MADE_BY_THE_CLUSTER: Final = frozenset({"kube-root-ca.crt", "kubernetes", "default"})
_CONTROLLER: Final = "/apis/apps/v1/namespaces/kube-system/deployments/kube-ovn-controller"
_NEEDED: Final = frozenset({"list", "delete"})


def wipe(api: Api) -> None:
    """Whatever the program or a test made goes, and the defaults come anew."""
    for definition in api.request("GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions")["items"]:
        spec = definition["spec"]
        version = next(version["name"] for version in spec["versions"] if version["storage"])
        _remove_all(api, f"/apis/{spec['group']}/{version}", spec["names"]["plural"])
    for plural in ("validatingadmissionpolicybindings", "validatingadmissionpolicies"):
        _remove_all(api, "/apis/admissionregistration.k8s.io/v1", plural)
    for item in api.request("GET", "/api/v1/nodes")["items"]:
        api.request("DELETE", f"/api/v1/nodes/{item['metadata']['name']}")
    if api.find(_CONTROLLER):  # a test may have made it another Kube-OVN
        api.request("DELETE", f"{_CONTROLLER}?propagationPolicy=Background")
    _remove_namespaces(api)
    cluster.install(api)


def _remove_all(api: Api, group_version: str, plural: str) -> None:
    for item in api.request("GET", f"{group_version}/{plural}")["items"]:
        _remove(api, item, plural, group_version)


def _remove(api: Api, item: Object, plural: str, group_version: str) -> None:
    metadata = item["metadata"]
    scope = f"/namespaces/{metadata['namespace']}" if "namespace" in metadata else ""
    path = f"{group_version}{scope}/{plural}/{metadata['name']}"
    try:
        if metadata.get("finalizers"):
            api.request("PATCH", path, {"metadata": {"finalizers": None}}, "application/merge-patch+json")
        # No grace: no kubelet will ever confirm the end of a pod that is bound to a node.
        api.request("DELETE", f"{path}?propagationPolicy=Background&gracePeriodSeconds=0")
    except ApiError as error:
        if error.status != HTTPStatus.NOT_FOUND:  # it was on its way out, and its finalizer was all that held it
            raise


def _remove_namespaces(api: Api) -> None:
    """Namespaces but the cluster's own go, and what is in them before: nothing else would ever find it."""
    names = [item["metadata"]["name"] for item in api.request("GET", "/api/v1/namespaces")["items"]]
    doomed = [name for name in names if name not in _BUILT_IN]
    for name in doomed:
        api.request("DELETE", f"/api/v1/namespaces/{name}")  # from here on nothing new comes into it
    for group_version, plural in _namespaced(api):
        for item in api.request("GET", f"{group_version}/{plural}")["items"]:
            metadata = item["metadata"]
            loose = metadata["namespace"] == "default" and metadata["name"] not in _MADE_BY_THE_CLUSTER
            if loose or plural == "pods" or metadata["namespace"] in doomed:
                _remove(api, item, plural, group_version)
    for name in doomed:
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}, "spec": {"finalizers": []}}
        try:
            api.request("PUT", f"/api/v1/namespaces/{name}/finalize", body)
        except ApiError as error:
            if error.status != HTTPStatus.NOT_FOUND:  # its controller was faster
                raise


def _namespaced(api: Api) -> Iterator[tuple[str, str]]:
    """Group version and plural of each kind that lives in namespaces and can be deleted."""
    groups = api.request("GET", "/apis")["groups"]
    for root in ("/api/v1", *(f"/apis/{group['preferredVersion']['groupVersion']}" for group in groups)):
        for resource in api.request("GET", root)["resources"]:
            if resource["namespaced"] and "/" not in resource["name"] and set(resource["verbs"]) >= _NEEDED:
                yield root, resource["name"]
