"""The engine, the provider and the API server for the contract suite.

The provider is the `pulumi-resource-kubernetes` on PATH where there is one; else the sandbox's stand-in. The API server
is the sandbox's, or the one of CONTRACT_KUBECONFIG, which must be on loopback.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import plugins
from sandbox.provider_cluster import Cluster, Refused, read_kubeconfig
from tests.contract.engine import API_VERSIONS, Engine, make_stack

NAMESPACED = {"IPAddressPool", "L2Advertisement", "ConfigMap", "Secret", "ResourceQuota"}


class Api:
    """The API server as somebody else than Pulumi uses it: kubectl, a controller, an operator in a hurry."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    @staticmethod
    def obj(kind: str, name: str, **parts: object) -> dict:
        """Write an object of a kind that the suite uses."""
        metadata = {"name": name}
        if kind in NAMESPACED:
            metadata["namespace"] = "default"
        return {"apiVersion": API_VERSIONS.get(kind, "v1"), "kind": kind, "metadata": metadata, **parts}

    def get(self, kind: str, name: str) -> dict | None:
        """Read an object; None when there is none."""
        try:
            return self.cluster.get(self.obj(kind, name))
        except Refused as refused:
            if refused.missing:
                return None
            raise

    def need(self, kind: str, name: str) -> dict:
        """Read an object that must be there."""
        found = self.get(kind, name)
        assert found, f"{kind} {name} is not there"
        return found

    @staticmethod
    def managers(live: dict) -> list[str]:
        """List who owns fields, and how."""
        return [f"{m['manager']}:{m['operation']}" for m in live["metadata"]["managedFields"]]

    def apply(self, manager: str, obj: dict, *, force: bool = True) -> dict:
        """Apply an object as some manager does."""
        return self.cluster.apply(obj, manager, force=force)

    def create(self, manager: str, obj: dict) -> dict:
        """Create a cluster-scoped object by POST, as a controller does."""
        collection = self.cluster.resource(obj["apiVersion"], obj["kind"]).path("")
        return self.cluster.request("POST", collection, obj, fieldManager=manager)

    def path(self, kind: str, name: str) -> str:
        """Find the URL's path of an object."""
        obj = self.obj(kind, name)
        resource = self.cluster.resource(obj["apiVersion"], kind)
        return resource.path(obj["metadata"].get("namespace", ""), name)

    def merge(self, kind: str, name: str, body: dict, *, subresource: str = "", manager: str = "controller") -> dict:
        """Change an object by a merge patch, as a controller does."""
        path = self.path(kind, name) + subresource
        return self.cluster.request("PATCH", path, body, "application/merge-patch+json", fieldManager=manager)

    def delete(self, kind: str, name: str) -> None:
        """Delete an object whoever it belongs to; finalizers are taken off first."""
        if self.get(kind, name):
            self.merge(kind, name, {"metadata": {"finalizers": None}})
            self.cluster.request("DELETE", self.path(kind, name), {"propagationPolicy": "Background"})


@pytest.fixture(scope="session")
def kubeconfig(request: pytest.FixtureRequest) -> str:
    """The text of a kubeconfig that leads to an API server on loopback with the real CRDs."""
    given = os.environ.get("CONTRACT_KUBECONFIG")
    path = Path(given) if given else Path(request.getfixturevalue("control_plane").kubeconfig)
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def cluster(kubeconfig: str) -> Cluster:
    return Cluster(read_kubeconfig(kubeconfig), "")


@pytest.fixture(scope="module")
def cleaned(request: pytest.FixtureRequest) -> None:
    """Take away what tests of other suites left on the sandbox's API server; another server is left as it is."""
    if "CONTRACT_KUBECONFIG" not in os.environ:
        request.getfixturevalue("first_day").restore()


@pytest.fixture
def api(cluster: Cluster, cleaned: None) -> Api:
    del cleaned
    return Api(cluster)


@pytest.fixture(scope="session")
def pulumi_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Pulumi home with the provider in it: the genuine one where it can be had, else the stand-in."""
    home = tmp_path_factory.mktemp("pulumi-home")
    plugins.prepare(home, Path(shutil.which("pulumi") or "pulumi"))
    return home


@pytest.fixture(scope="session")
def stand_in(pulumi_home: Path) -> bool:
    """Tell whether the provider is the stand-in; a few facts are its own."""
    return plugins.present(pulumi_home) is plugins.Provider.STAND_IN


@pytest.fixture(scope="session")
def environment(pulumi_home: Path, tmp_path_factory: pytest.TempPathFactory, keeper: dict[str, str]) -> dict[str, str]:
    return {
        **keeper,
        "PULUMI_HOME": str(pulumi_home),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "KUBECONFIG": str(tmp_path_factory.mktemp("without") / "none"),
    }


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Path:
    """A project with a stack that nobody has used."""
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
