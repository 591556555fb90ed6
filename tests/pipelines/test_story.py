"""From the pull request to the cluster and the next nights, each workflow run whole on the sandbox.

`dev` comes up on a control plane of its own, as on GitHub's runner; `staging` and `prod` are the session's cluster, with
their nodes. What is replaced of GitHub: `tests/pipelines/github_runner.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from kmetal_network.comment.compose import MARKER
from kmetal_network.comment.overview import digests
from operations.cluster.live import COLLECTIONS
from sandbox.control_plane.control_plane import ControlPlane
from sandbox.control_plane.initial_objects import node
from sandbox.controllers.kube_ovn import KubeOvnSimulator
from sandbox.environment import PASSPHRASE
from tests.life_cycle.changes.test_environments import NODES
from tests.operations.forges.server import Server, forge
from tests.pipelines.changes import ANOTHER_CLUSTER, ON_THE_SANDBOX
from tests.pipelines.github_runner import Runner
from tests.pipelines.repository import repository

pytestmark = [pytest.mark.sandbox, pytest.mark.sweep, pytest.mark.timeout(1800)]
"""Five runs with a virtual environment for each job; `_SECONDS` of the runner ends one that hangs."""

MERGE_PATCH = "application/merge-patch+json"

LEFT_TO_THE_JOB = frozenset({"KUBECONFIG", "PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE"})
"""What a job has from its secrets."""


@pytest.fixture
def server() -> Iterator[Server]:
    with forge() as made:
        yield made


@pytest.fixture
def cluster(clean_cluster: ControlPlane) -> Iterator[ControlPlane]:
    """The session's cluster with the nodes of staging and of prod, and running controllers."""
    for name in ("c1", "w1", "w2"):
        clean_cluster.api.request("DELETE", f"/api/v1/nodes/{name}")
    for name, address in {**NODES["prod"], **NODES["staging"]}.items():
        clean_cluster.api.create(node(name, address))
    with KubeOvnSimulator(clean_cluster.kubeconfig, speed=20) as simulator:
        assert simulator.settle()
        yield clean_cluster


@pytest.fixture
def runner(tmp_path: Path, server: Server, cluster: ControlPlane, sandbox_environment: Mapping[str, str]) -> Runner:
    """A pull request that gives tenants of dev and staging one more cluster, and what its jobs work with."""
    made = repository(tmp_path / "origin", stands=ON_THE_SANDBOX, proposed=ANOTHER_CLUSTER)
    server.state.head = server.state.merged = made.head
    (tmp_path / "state").mkdir()
    kubeconfig = cluster.kubeconfig.read_text()
    return Runner(
        folder=tmp_path,
        repository=made,
        server=server,
        environment={name: value for name, value in sandbox_environment.items() if name not in LEFT_TO_THE_JOB},
        secrets={
            "KUBECONFIG_PREVIEW": kubeconfig,
            "KUBECONFIG_APPLY": kubeconfig,
            "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        },
    )


def vpc(cluster: ControlPlane, name: str) -> Mapping[str, Any] | None:
    """A Vpc of the cluster."""
    found = cluster.api.request("GET", COLLECTIONS["Vpc"])["items"]
    return next((item for item in found if item["metadata"]["name"] == name), None)


def test_what_a_pull_request_shows_is_applied_after_the_merge_and_watched_at_night(
    runner: Runner, server: Server, cluster: ControlPlane
) -> None:
    run = runner.pull_request()
    assert run.code == 0, run.log
    [comment] = server.state.of("github-actions[bot]")
    assert comment.startswith(f"{MARKER}\n### 🟠 In place in dev: 1 path opens towards the platform"), comment
    reviewed = digests(comment)
    assert set(reviewed) == {"dev", "staging", "prod"}
    assert vpc(cluster, "acme-vpc") is None, "a preview writes nothing"

    runner.repository.merge()
    other = runner.deploy("staging", digest="0123456789ab")
    assert other.code == 1
    assert "nothing was written" in " ".join(other.log.split()), other.log
    assert vpc(cluster, "acme-vpc") is None

    deployed = runner.deploy("staging")
    assert deployed.code == 0, deployed.log
    applied = vpc(cluster, "acme-vpc")
    assert applied is not None
    assert "<html" in deployed.artifact("report-staging/report-staging.html")

    at = f"{COLLECTIONS['Vpc']}/acme-vpc"
    routes = applied["spec"]["policyRoutes"]
    more = {"priority": 1400, "match": "ip4.dst == 192.0.2.0/24", "action": "drop"}
    cluster.api.request("PATCH", at, {"spec": {"policyRoutes": [*routes, more]}}, MERGE_PATCH)
    night = runner.drift("staging")
    assert night.code == 1
    [issue] = server.state.issues
    assert (issue["state"], issue["title"]) == ("open", "staging: the cluster drifts"), night.log
    assert "acme-vpc" in issue["body"]

    cluster.api.request("PATCH", at, {"spec": {"policyRoutes": routes}}, MERGE_PATCH)
    night = runner.drift("staging")
    assert [one["state"] for one in server.state.issues] == ["closed"], night.log
    assert night.code == 0
