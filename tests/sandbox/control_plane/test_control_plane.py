"""The control plane: it starts once, survives, keeps its data and its address."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from kmetal_network.errors import OperatorError
from sandbox.control_plane import ports
from sandbox.control_plane.api import collection
from sandbox.control_plane.control_plane import API_SERVER, COMPONENTS, ControlPlane

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

sandbox = pytest.mark.sandbox
MARK = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "mark", "namespace": "default"}}
MARK_PATH = f"{collection('v1', 'ConfigMap', 'default')}/mark"


@pytest.fixture(scope="module")
def own_plane(tools_on_path: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane that may be killed: no one else's tests run on it."""
    del tools_on_path
    plane = ControlPlane(tmp_path_factory.mktemp("own"), dies_with_owner=True)
    plane.start()
    yield plane
    plane.stop()


@sandbox
def test_starting_what_runs_changes_nothing_and_says_so(own_plane: ControlPlane) -> None:
    before = own_plane.status()

    assert own_plane.start() is False
    assert own_plane.status() == before


@sandbox
def test_another_command_finds_the_same_servers(own_plane: ControlPlane) -> None:
    assert ControlPlane(own_plane.directory).status() == own_plane.status()


@sandbox
def test_after_a_power_cut_data_address_and_kubeconfig_are_the_old_ones(own_plane: ControlPlane) -> None:
    own_plane.api.create(MARK)
    marked, kubeconfig, address = own_plane.api.find(MARK_PATH), own_plane.kubeconfig.read_text(), own_plane.api.address

    own_plane.kill()
    assert not own_plane.running()
    assert own_plane.start() is True

    assert own_plane.api.find(MARK_PATH) == marked
    assert own_plane.api.address == address
    assert own_plane.kubeconfig.read_text() == kubeconfig


@sandbox
def test_a_single_server_restarts_alone(own_plane: ControlPlane) -> None:
    before = {component.name: component.pid for component in own_plane.status()}

    own_plane.restart([API_SERVER])

    after = {component.name: component.pid for component in own_plane.status()}
    assert {name for name in COMPONENTS if before[name] != after[name]} == {API_SERVER}


@sandbox
def test_it_stops_moves_away_from_a_port_that_was_taken_meanwhile_and_keeps_its_data(own_plane: ControlPlane) -> None:
    own_plane.api.apply(MARK)
    old = own_plane.api.address
    assert own_plane.stop() is True
    assert own_plane.stop() is False
    assert [component.running for component in own_plane.status()] == [False] * 4

    with socket.create_server(("127.0.0.1", int(old.rpartition(":")[2]))):
        own_plane.start()

        assert own_plane.api.address != old
        assert own_plane.api.address in own_plane.kubeconfig.read_text()
        assert own_plane.api.find(MARK_PATH) is not None


@sandbox
def test_it_listens_on_loopback_only(own_plane: ControlPlane) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing; tells the address by which this machine leaves
        outside = probe.getsockname()[0]
    port = int(own_plane.api.address.rpartition(":")[2])

    with pytest.raises(OSError, match="refused"):
        socket.create_connection((outside, port), timeout=5)


def test_a_port_that_another_sandbox_took_since_the_look_is_chosen_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plane, tried = ControlPlane(tmp_path, tools=dict.fromkeys(COMPONENTS, tmp_path)), []

    def start(*_: object) -> None:
        tried.append(ports.load(tmp_path / "control-plane" / "ports.json"))
        if len(tried) < 3:
            raise OperatorError("etcd did not become ready: listen tcp 127.0.0.1:28706: bind: address already in use")

    monkeypatch.setattr(plane, "_start", start)
    plane.start()
    assert None not in tried
    assert len(set(tried)) == 3

    tried.clear()
    monkeypatch.setattr(plane, "_start", lambda *_: (_ for _ in ()).throw(OperatorError("no space left on device")))
    with pytest.raises(OperatorError, match="no space left"):
        plane.start()


def test_a_directory_where_nothing_was_ever_started_says_so(tmp_path: Path) -> None:
    plane = ControlPlane(tmp_path)

    assert plane.stop() is False
    with pytest.raises(OperatorError, match="no control plane was ever started here; start it first"):
        _ = plane.api
