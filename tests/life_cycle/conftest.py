"""A project of its own for each test, on a cluster of which it knows what stands there, with the controllers at work.

A test marked `standing` begins with the network of the settings applied, `standing("beta")` with that of a second tenant
as well; any other with a cluster on its first day.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.control_plane.control_plane import ControlPlane
from sandbox.controllers.kube_ovn import ControllerDouble
from sandbox.controllers.northbound import Northbound
from tests.life_cycle.live_project import Project
from tests.support.etcd_snapshot import Photograph

SPEED = 20
"""Kube-OVN looks at its provider nodes every 30 seconds; here every 1.5."""


@dataclass(frozen=True)
class Standing:
    """A network that was applied and at rest."""

    more: str
    """The tenant beside those of the settings, if any."""

    state: Path
    """Of the engine."""

    northbound: Northbound
    """What OVN was told, which a controller that starts anew finds there."""

    cluster: Photograph


@pytest.fixture(scope="session")
def engine_environment(sandbox_environment: dict[str, str], keeper: dict[str, str]) -> dict[str, str]:
    """The variables with which a project's engine works."""
    return {**sandbox_environment, **keeper}


@pytest.fixture(scope="session")
def applied(
    control_plane: ControlPlane,
    first_day: Photograph,
    engine_environment: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Standing]:
    """Both networks, by the tenant that is more than the settings name: applied once by an `up` and a real engine."""
    first_day.restore()
    found: dict[str, Standing] = {}
    root = tmp_path_factory.mktemp("standing")
    with pytest.MonkeyPatch.context() as patch, ControllerDouble(control_plane.kubeconfig, speed=SPEED) as double:
        made = Project(root, control_plane, engine_environment, double)
        for name, value in made.environment().items():
            patch.setenv(name, value)
        for tenant in ("", "beta"):
            if tenant:
                made.add_beta()
            made.must("up")
            assert double.settle(), "the controllers have not come to rest"
            state = Path(shutil.copytree(root / "state", root / f"state-{tenant}"))
            found[tenant] = Standing(tenant, state, double.northbound.copy(), Photograph(control_plane))
    return found


@pytest.fixture
def begins_with(request: pytest.FixtureRequest) -> Standing | None:
    """What stands when the test begins."""
    marker = request.node.get_closest_marker("standing")
    if marker is None:
        return None
    found: dict[str, Standing] = request.getfixturevalue("applied")
    return found["".join(marker.args)]


@pytest.fixture
def cluster(control_plane: ControlPlane, first_day: Photograph, begins_with: Standing | None) -> ControlPlane:
    """The session's control plane with what the test begins with."""
    (begins_with.cluster if begins_with else first_day).restore()
    return control_plane


@pytest.fixture
def double(cluster: ControlPlane, begins_with: Standing | None) -> Iterator[ControllerDouble]:
    """The controllers, twenty times as fast as life."""
    running = ControllerDouble(cluster.kubeconfig, speed=SPEED)
    if begins_with:
        running.northbound = begins_with.northbound.copy()
    with running:
        assert running.settle(), "the controllers have not come to rest"
        yield running


@pytest.fixture
def project(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    double: ControllerDouble,
    begins_with: Standing | None,
    control_plane: ControlPlane,
    engine_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Project:
    """The seed's network as settings."""
    made = Project(tmp_path, control_plane, engine_environment, double)
    if request.node.get_closest_marker("unwalled"):
        made.leave_wall_out("not what the test is about")
    for name, value in made.environment().items():
        monkeypatch.setenv(name, value)
    if begins_with:
        shutil.copytree(begins_with.state, made.root / "state", dirs_exist_ok=True)
        if begins_with.more:
            made.add_beta()
    return made
