"""The engine, the genuine Kubernetes provider and the sandbox's API server for the contract suite."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest

from sandbox.control_plane.api import Api as Server
from sandbox.control_plane.api import ApiError, collection
from sandbox.control_plane.control_plane import ControlPlane
from tests.contract.real_engine import API_VERSIONS, Engine, make_stack
from tests.support.etcd_snapshot import EtcdSnapshot

NAMESPACED = {"IPAddressPool", "L2Advertisement", "ConfigMap", "Secret", "ResourceQuota"}
POOLS = "kmetal-metallb"
"""MetalLB's webhooks refuse its objects in any other namespace."""


def namespace_of(kind: str) -> str | None:
    """Where the suite keeps objects of a kind; None for a kind without namespaces."""
    if kind in {"IPAddressPool", "L2Advertisement"}:
        return POOLS
    return "default" if kind in NAMESPACED else None


class Api:
    """The API server as somebody else than Pulumi uses it: kubectl, a controller, an operator in a hurry."""

    def __init__(self, server: Server) -> None:
        self.server = server

    @staticmethod
    def obj(kind: str, name: str, **parts: object) -> dict:
        """Write an object of a kind that the suite uses."""
        metadata = {"name": name}
        if namespace := namespace_of(kind):
            metadata["namespace"] = namespace
        return {"apiVersion": API_VERSIONS.get(kind, "v1"), "kind": kind, "metadata": metadata, **parts}

    def get(self, kind: str, name: str) -> dict | None:
        """Read an object; None when there is none."""
        return self.server.find(self.path(kind, name))

    def need(self, kind: str, name: str) -> dict:
        """Read an object that must be there."""
        found = self.get(kind, name)
        assert found, f"{kind} {name} is not there"
        return found

    @staticmethod
    def managers(live: dict) -> list[str]:
        """List who owns fields, and how; the status that MetalLB's controller writes is not the suite's matter."""
        return [
            f"{m['manager']}:{m['operation']}"
            for m in live["metadata"]["managedFields"]
            if m.get("subresource") != "status"
        ]

    def apply(self, manager: str, obj: dict) -> dict:
        """Apply an object as some manager does."""
        return self.server.apply(obj, manager)

    def create(self, manager: str, obj: dict) -> None:
        """Create an object by POST, as a controller does."""
        assert self.server.create(obj, manager)

    def path(self, kind: str, name: str) -> str:
        """Find the URL's path of an object."""
        plural = {"OvnSnatRule": "ovn-snat-rules"}.get(kind)
        root = collection(API_VERSIONS.get(kind, "v1"), kind, namespace_of(kind))
        return f"{root.rpartition('/')[0]}/{plural}/{name}" if plural else f"{root}/{name}"

    def merge(self, kind: str, name: str, body: dict, *, subresource: str = "", manager: str = "controller") -> dict:
        """Change an object by a merge patch, as a controller does."""
        path = f"{self.path(kind, name)}{subresource}?{urlencode({'fieldManager': manager})}"
        return self.server.request("PATCH", path, body, "application/merge-patch+json")

    def delete(self, kind: str, name: str) -> None:
        """Delete an object whoever it belongs to; finalizers are taken off first."""
        if self.get(kind, name):
            self.merge(kind, name, {"metadata": {"finalizers": None}})
            with suppress(ApiError):  # the last finalizer may have been all that held it
                self.server.request("DELETE", f"{self.path(kind, name)}?propagationPolicy=Background")


@pytest.fixture(scope="session")
def kubeconfig(control_plane: ControlPlane) -> str:
    """The text of the sandbox's kubeconfig."""
    return control_plane.kubeconfig.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def cleaned(first_day: EtcdSnapshot) -> None:
    """Take away what tests of other suites left on the sandbox's API server."""
    first_day.restore()


@pytest.fixture
def api(control_plane: ControlPlane, cleaned: None) -> Api:
    del cleaned
    return Api(control_plane.api)


@pytest.fixture(scope="session")
def environment(
    sandbox_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory, keeper: dict[str, str]
) -> dict[str, str]:
    return {**sandbox_environment, **keeper, "KUBECONFIG": str(tmp_path_factory.mktemp("without") / "none")}


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Path:
    """A project with a stack that no one has used."""
    directory = tmp_path_factory.mktemp("made") / "project"
    make_stack(directory, environment)
    return directory


@pytest.fixture
def engine(tmp_path: Path, kubeconfig: str, environment: dict[str, str], made: Path, cleaned: None) -> Engine:
    del cleaned
    return Engine(made, tmp_path / "project", kubeconfig, environment)


@pytest.fixture
def name(api: Api) -> Iterator[str]:
    """A name of the test's own; objects under it are gone afterwards, finalizers or not."""
    chosen = f"t{secrets.token_hex(4)}"
    yield chosen
    for kind in (*API_VERSIONS, "ConfigMap", "Secret", "ResourceQuota", "Node", "Namespace"):
        api.delete(kind, chosen)
        api.delete(kind, f"{chosen}-b")
