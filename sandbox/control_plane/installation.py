"""Creates the contents of a sandbox's cluster before the program runs: kinds, namespaces, `initial_objects`.

It never changes existing objects, so a restart keeps what a user or the program changed.
"""

from __future__ import annotations

import hashlib
import json
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from kmetal_network.errors import OperatorError
from sandbox.control_plane import crds
from sandbox.control_plane.api import Api, ApiError, Object
from sandbox.control_plane.initial_objects import NODES, controller_deployment, default_subnets, default_vpc, node

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NAMESPACES: Final = ("kmetal-flux", "kmetal-metallb", "kube-flannel")
"""Namespaces of the chart; `kmetal-flux` is the release's own, which an operator creates first."""

KUBE_OVN_CONTROLLER: Final = "kube-ovn-controller"
"""Field manager of the controller's own writes."""

_DIGEST: Final = "kmetal-sandbox/digest"
_ESTABLISHED_SECONDS: Final = 30.0


def install(api: Api, metallb_controller: Path) -> None:
    """Create everything that does not exist yet."""
    _install_definitions(api, crds.definitions(metallb_controller))
    for name in NAMESPACES:
        api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    for name, address in NODES.items():
        api.create(node(name, address))
    for manifest in (default_vpc(), *default_subnets()):
        api.create(manifest, KUBE_OVN_CONTROLLER)
    api.create(controller_deployment(), "helm")


def _install_definitions(api: Api, definitions: Iterable[Object]) -> None:
    """Apply the definitions that are missing or differ, and wait until all are served."""
    present = {
        item["metadata"]["name"]: item["metadata"].get("annotations", {}).get(_DIGEST)
        for item in api.request("GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions")["items"]
    }
    served = []
    for definition in definitions:
        digest = hashlib.sha256(json.dumps(definition, sort_keys=True, default=str).encode()).hexdigest()[:16]
        metadata = {"name": definition["metadata"]["name"], "annotations": _annotations(definition, digest)}
        if present.get(metadata["name"]) != digest:
            # The server writes the status, even if the file has one.
            api.apply(
                {
                    "apiVersion": definition["apiVersion"],
                    "kind": definition["kind"],
                    "metadata": metadata,
                    "spec": definition["spec"],
                }
            )
        spec = definition["spec"]
        version = next(version["name"] for version in spec["versions"] if version["served"])
        served.append(f"/apis/{spec['group']}/{version}/{spec['names']['plural']}?limit=1")
    _await_served(api, served)


def _annotations(definition: Object, digest: str) -> dict[str, str]:
    return {**(definition["metadata"].get("annotations") or {}), _DIGEST: digest}


def _await_served(api: Api, paths: Iterable[str]) -> None:
    deadline = time.monotonic() + _ESTABLISHED_SECONDS
    for path in paths:
        while True:
            try:
                api.request("GET", path)
                break
            except ApiError as error:
                if error.status not in {
                    HTTPStatus.NOT_FOUND,
                    HTTPStatus.SERVICE_UNAVAILABLE,
                    HTTPStatus.TOO_MANY_REQUESTS,
                }:
                    raise
                if time.monotonic() > deadline:
                    raise OperatorError(
                        f"{path}: not served after {_ESTABLISHED_SECONDS:.0f} s ({error}); see the API server's log"
                    ) from error
                time.sleep(0.1)
