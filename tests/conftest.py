"""What tests of several packages share: the sandbox's tools, one control plane per session, clients for it.

A test that needs it carries the marker `sandbox`; without such a test nothing is built or started.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from kubernetes import config
from kubernetes.dynamic import DynamicClient

from sandbox import environment
from sandbox.control_plane.control_plane import ControlPlane
from tests.support.etcd_snapshot import EtcdSnapshot, until_at_rest
from tests.support.vault import vault
from tests.support.xdist_groups import LONG, XdistGroups

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubernetes.client import ApiClient
    from xdist.remote import Producer


settings.register_profile("next to others", deadline=None)  # a worker may have to wait for its processor
settings.load_profile("next to others")


@pytest.fixture(scope="session")
def sandbox_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the session's sandbox, which is not the user's `.sandbox`."""
    return tmp_path_factory.mktemp("sandbox")


@pytest.fixture(scope="session", autouse=True)
def tools_on_path(request: pytest.FixtureRequest, sandbox_directory: Path) -> Iterator[None]:
    """Put the sandbox's tools on PATH, built if need be, for a session of which any test needs the sandbox."""
    if not any(item.get_closest_marker("sandbox") for item in request.session.items):
        yield
        return
    environment.prepare(sandbox_directory)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", environment.environment(sandbox_directory)["PATH"])
        # Servers and engines are Go programs with small heaps: a fifth of the tier's processor time was their collector.
        patch.setenv("GOGC", "400")
        yield


@pytest.fixture(scope="session")
def sandbox_environment(tools_on_path: None, sandbox_directory: Path) -> dict[str, str]:
    """The variables with which Pulumi, Helm and the `kmetal-network` command work in the session's sandbox."""
    del tools_on_path
    return environment.environment(sandbox_directory)


@pytest.fixture(scope="session")
def keeper() -> Iterator[dict[str, str]]:
    """The variables by which the CLI finds who keeps the secrets of stacks."""
    with vault() as found:
        yield found


@pytest.fixture(scope="session")
def first_day(tools_on_path: None, sandbox_directory: Path) -> Iterator[EtcdSnapshot]:
    """The session's control plane before any test."""
    del tools_on_path
    plane = ControlPlane(sandbox_directory, dies_with_owner=True, checks_expressions=False)
    plane.start()
    until_at_rest(plane)
    yield EtcdSnapshot(plane)
    plane.stop()


@pytest.fixture(scope="session")
def control_plane(first_day: EtcdSnapshot) -> ControlPlane:
    """The session's control plane; it ends with the session, and with the test process however that ends."""
    return first_day.plane


@pytest.fixture
def clean_cluster(control_plane: ControlPlane, first_day: EtcdSnapshot) -> ControlPlane:
    """The session's control plane as on its first day."""
    first_day.restore()
    return control_plane


@pytest.fixture
def api_client(control_plane: ControlPlane) -> Iterator[ApiClient]:
    """The official client, as an administrator."""
    with config.new_client_from_config(str(control_plane.kubeconfig)) as client:
        yield client


@pytest.fixture
def dynamic_client(api_client: ApiClient, tmp_path: Path) -> DynamicClient:
    """The official client for custom resources; its discovery is never that of another test's server."""
    return DynamicClient(api_client, cache_file=str(tmp_path / "discovery.json"))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out files without a test of the sandbox where only such are asked for: each worker would build their cases."""
    asked: str = config.option.markexpr
    alone = asked.startswith(("sandbox", "sweep")) and collection_path.name.startswith("test_")
    return True if alone and "pytest.mark.s" not in collection_path.read_text(encoding="utf-8") else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> XdistGroups:
    """What the workers of `make test` run at the same time."""
    return XdistGroups(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have life cycles that begin alike follow each other, and of those the longest begin first.

    A cluster with other admission policies than the last test's costs the API server three seconds of work; and at the end
    one worker is not to wait for the other. Before any of them pytest-xdist hands out the files, the largest first.
    """
    items.sort(key=lambda item: (item.get_closest_marker("network_applied") is not None, item.path.stem not in LONG))
