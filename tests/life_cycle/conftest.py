"""A project of its own for each test, on a cluster with known content and running controllers.

A test marked `network_applied` begins with the network of the settings applied, `network_applied("beta")` with that of a second tenant
as well; any other with a cluster on its first day.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.control_plane.control_plane import ControlPlane
from sandbox.controllers.kube_ovn import KubeOvnSimulator
from sandbox.controllers.northbound import Northbound
from tests.life_cycle.live_project import Project
from tests.support.etcd_snapshot import EtcdSnapshot

SPEED = 20
"""Kube-OVN checks its provider nodes every 30 seconds; here every 1.5."""


@dataclass(frozen=True)
class AppliedNetwork:
    """A network that was applied and at rest."""

    more: str
    """The tenant besides those of the settings, if any."""

    state: Path
    """Of the engine."""

    northbound: Northbound
    """OVN's records, which a restarted controller finds."""

    cluster: EtcdSnapshot


@pytest.fixture(scope="session")
def engine_environment(sandbox_environment: dict[str, str], keeper: dict[str, str]) -> dict[str, str]:
    """The variables with which a project's engine works."""
    return {**sandbox_environment, **keeper}


@pytest.fixture(scope="session")
def applied(
    control_plane: ControlPlane,
    first_day: EtcdSnapshot,
    engine_environment: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, AppliedNetwork]:
    """Both networks, by the tenant that is more than the settings name: applied once by an `up` and a real engine."""
    first_day.restore()
    found: dict[str, AppliedNetwork] = {}
    root = tmp_path_factory.mktemp("network_applied")
    with pytest.MonkeyPatch.context() as patch, KubeOvnSimulator(control_plane.kubeconfig, speed=SPEED) as simulator:
        made = Project(root, control_plane, engine_environment, simulator)
        for name, value in made.environment().items():
            patch.setenv(name, value)
        for tenant in ("", "beta"):
            if tenant:
                made.add_beta()
            made.must("up")
            assert simulator.settle(), "the controllers have not come to rest"
            state = Path(shutil.copytree(root / "state", root / f"state-{tenant}"))
            found[tenant] = AppliedNetwork(tenant, state, simulator.northbound.copy(), EtcdSnapshot(control_plane))
    return found


@pytest.fixture
def begins_with(request: pytest.FixtureRequest) -> AppliedNetwork | None:
    """The network that exists when the test begins."""
    marker = request.node.get_closest_marker("network_applied")
    if marker is None:
        return None
    found: dict[str, AppliedNetwork] = request.getfixturevalue("applied")
    return found["".join(marker.args)]


@pytest.fixture
def cluster(control_plane: ControlPlane, first_day: EtcdSnapshot, begins_with: AppliedNetwork | None) -> ControlPlane:
    """The session's control plane with what the test begins with."""
    (begins_with.cluster if begins_with else first_day).restore()
    return control_plane


@pytest.fixture
def simulator(cluster: ControlPlane, begins_with: AppliedNetwork | None) -> Iterator[KubeOvnSimulator]:
    """The controllers, twenty times as fast as life."""
    running = KubeOvnSimulator(cluster.kubeconfig, speed=SPEED)
    if begins_with:
        running.northbound = begins_with.northbound.copy()
    with running:
        assert running.settle(), "the controllers have not come to rest"
        yield running


@pytest.fixture
def project(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    simulator: KubeOvnSimulator,
    begins_with: AppliedNetwork | None,
    control_plane: ControlPlane,
    engine_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Project:
    """The guide's network as settings."""
    made = Project(tmp_path, control_plane, engine_environment, simulator)
    if request.node.get_closest_marker("without_admission"):
        made.leave_admission_out("not what the test is about")
    for name, value in made.environment().items():
        monkeypatch.setenv(name, value)
    if begins_with:
        shutil.copytree(begins_with.state, made.root / "state", dirs_exist_ok=True)
        if begins_with.more:
            made.add_beta()
    return made
