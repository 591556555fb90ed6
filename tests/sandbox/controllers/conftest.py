"""A separate control plane for the simulated controllers, since their tests delete everything on it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from sandbox.control_plane.control_plane import ControlPlane
from sandbox.controllers.api import Client, key_of
from sandbox.controllers.faults import Faults
from sandbox.controllers.kube_ovn import KubeOvnSimulator
from tests.sandbox.controllers.replay import delete_pod

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NODES = ("c1", "w1", "w2")
WRITTEN = ("OvnSnatRule", "OvnEip", "IP", "Subnet", "Vlan", "ProviderNetwork", "Vpc", "Service")


@pytest.fixture(scope="package")
def kubeconfig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A real API server with the CRDs and three nodes, and no one who acts on them."""
    plane = ControlPlane(tmp_path_factory.mktemp("simulated"), dies_with_owner=True)
    plane.start()
    yield plane.kubeconfig
    plane.stop()


@pytest.fixture
def client(kubeconfig: Path) -> Iterator[Client]:
    """An empty cluster: bare nodes, not even the default Vpc."""
    client = Client(kubeconfig, Faults())
    wipe(client)
    yield client
    client.close()


@pytest.fixture
def start(kubeconfig: Path, client: Client) -> Iterator[Callable[..., KubeOvnSimulator]]:
    """Start the simulated controllers, twenty times as fast as recorded; they stop with the test."""
    del client  # wiped first
    with contextlib.ExitStack() as running:

        def begin(faults: Faults | None = None, speed: float = 20.0) -> KubeOvnSimulator:
            return running.enter_context(KubeOvnSimulator(kubeconfig, faults=faults, speed=speed))

        yield begin


def wipe(client: Client) -> None:
    for pod in client.list("Pod")[0]:
        delete_pod(client, pod["metadata"]["namespace"], pod["metadata"]["name"])
    for kind in WRITTEN:
        for obj in client.list(kind)[0]:
            if obj["metadata"]["name"] == "kubernetes":
                continue
            if obj["metadata"].get("finalizers"):
                client.patch(kind, key_of(obj), {"metadata": {"finalizers": None}})
            client.delete(kind, key_of(obj))
    present = {key_of(node): node["metadata"] for node in client.list("Node")[0]}
    for name in NODES:
        if name not in present:
            client.create("Node", {"metadata": {"name": name}})
        marks = present.get(name, {})
        bare = {part: dict.fromkeys(marks.get(part, {})) for part in ("labels", "annotations")}
        client.patch("Node", name, {"metadata": bare})
    for name in set(present) - set(NODES):
        client.delete("Node", name)
