"""A project of its own for each test, on a clean cluster with the controller double at work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.control_plane import ControlPlane
from sandbox.double.kube_ovn import ControllerDouble
from tests.life_cycle.project import Project

SPEED = 20
"""Kube-OVN looks at its provider nodes every 30 seconds; here every 1.5."""


@pytest.fixture
def double(clean_cluster: ControlPlane) -> Iterator[ControllerDouble]:
    """The controllers, twenty times as fast as life."""
    with ControllerDouble(clean_cluster.kubeconfig, speed=SPEED) as running:
        yield running


@pytest.fixture
def project(
    tmp_path: Path,
    double: ControllerDouble,
    control_plane: ControlPlane,
    sandbox_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Project:
    """The seed's network as settings; nothing is applied yet."""
    assert double.settle(), "the controllers have not come to rest"
    made = Project(tmp_path, control_plane, sandbox_environment)
    for name, value in made.environment().items():
        monkeypatch.setenv(name, value)
    return made
