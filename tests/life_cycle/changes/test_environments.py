"""Each environment of the project is applied, verified and deleted, with nodes as its settings have them.

Flux does not run in the sandbox; for `chart.install: flux` a thread reports what its controllers would.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

import pytest

from kmetal_network.config.stackfile import load_stack
from operations.cluster.live import COLLECTIONS, LiveCluster
from operations.cluster.view import ClusterView
from operations.verify.checks import Verdict
from operations.verify.verification import verify
from sandbox.control_plane.api import Api, ApiError
from sandbox.control_plane.control_plane import ControlPlane
from sandbox.control_plane.initial_objects import node
from sandbox.controllers.kube_ovn import KubeOvnSimulator
from tests.life_cycle.live_project import Project

pytestmark = pytest.mark.sandbox

NODES = {
    "dev": {},
    "staging": {"c1": "172.21.208.11", "w1": "172.21.208.12", "w2": "172.21.208.13"},
    "prod": {name: f"172.21.212.{11 + place}" for place, name in enumerate(("c1", "c2", "c3", "w1", "w2", "w3", "w4"))},
}
"""Nodes by name, where they are not those of the sandbox."""

LEFT = {"Vpc ovn-cluster", "Subnet ovn-default", "Subnet join"}
"""Kube-OVN's own."""


# `dev` by night: the main job applies and verifies it, and test_taking_away takes it away.
@pytest.fixture(params=[pytest.param("dev", marks=pytest.mark.sweep), "staging", "prod"])
def environment(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    cluster: ControlPlane,
    engine_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Project]:
    stack: str = request.param
    if NODES[stack]:
        for name in ("c1", "w1", "w2"):
            cluster.api.request("DELETE", f"/api/v1/nodes/{name}")
    for name, address in NODES[stack].items():
        cluster.api.create(node(name, address))
    with KubeOvnSimulator(cluster.kubeconfig, speed=20) as simulator:
        assert simulator.settle()
        project = Project(tmp_path, cluster, engine_environment, simulator, stack)
        # Whose cluster it is, and where the chart comes from, is the sandbox's; all else is the environment's.
        project.section("cluster").update(context="kmetal-sandbox")
        project.section("cluster").pop("uid", None)
        if project.section("chart").get("install") == "flux":
            project.section("chart").pop("reference")
        project.save()
        for name, value in project.environment().items():
            monkeypatch.setenv(name, value)
        with flux(project):
            yield project


@contextmanager
def flux(project: Project) -> Iterator[None]:
    """Report each release as ready, as Flux does."""
    over = threading.Event()

    def report(api: Api) -> None:
        ready = [{"type": "Ready", "status": "True", "reason": "UpgradeSucceeded", "message": ""}]
        while not over.is_set():
            for kind in ("OCIRepository", "HelmRelease"):
                for item in api.request("GET", COLLECTIONS[kind])["items"]:
                    metadata = item["metadata"]
                    if (item.get("status") or {}).get("observedGeneration") == metadata["generation"]:
                        continue
                    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
                    conditions = [{**one, "lastTransitionTime": now} for one in ready]
                    body = {"status": {"observedGeneration": metadata["generation"], "conditions": conditions}}
                    head, _, plural = COLLECTIONS[kind].rpartition("/")
                    path = f"{head}/namespaces/{metadata['namespace']}/{plural}/{metadata['name']}/status"
                    try:
                        api.request("PATCH", path, body, "application/merge-patch+json")
                    except ApiError as error:
                        if error.status != HTTPStatus.NOT_FOUND:  # deleted meanwhile
                            raise
            over.wait(0.2)

    thread = threading.Thread(target=report, args=(project.api,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_it_is_applied_verified_and_taken_away(environment: Project) -> None:
    before = environment.objects().keys()
    environment.must("up")
    assert environment.must("preview").steps == []

    loaded, _ = load_stack(environment.root, environment.stack)
    with LiveCluster.of(environment.root, loaded.settings.cluster) as live:
        lines = verify(loaded, ClusterView(live))
    assert [line for line in lines if line.verdict is Verdict.FAIL] == []
    [configuration] = [line for line in lines if (line.layer, line.what) == ("metallb", "configuration")]
    assert (configuration.verdict, configuration.seen) == (Verdict.PASS, "taken, by the pools' counters")

    environment.must("destroy")
    assert environment.objects().keys() == before
