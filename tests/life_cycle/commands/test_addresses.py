"""`up` requests the addresses of new routers before their Vpcs: they become Kube-OVN's own, and nothing stays behind."""

from __future__ import annotations

from typing import Any

import pytest

from operations.commands.apply import destroy, up
from operations.parts import addresses
from operations.parts.environment_run import run_environment
from sandbox.control_plane.control_plane import ControlPlane
from sandbox.controllers.faults import Faults
from sandbox.controllers.kube_ovn import KubeOvnSimulator
from tests.life_cycle.conftest import SPEED
from tests.life_cycle.killed.all_at_once import killed_when
from tests.life_cycle.live_project import STACK, Project

pytestmark = pytest.mark.sandbox


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other run is in progress."""
    monkeypatch.setattr(addresses, "_IN_FLIGHT", 0.5)


NEW = ("one", "two", "three", "four", "five")
REQUESTED = "kmetal-network/requested-by"
NAMES = {f"OvnEip {name}-vpc-external" for name in NEW}


def _add(project: Project) -> None:
    """Five tenants more: from that number on it is worth it."""
    for number, name in enumerate(NEW):
        block = f"10.100.{16 + number}.0/24"
        project.tenants.append({"name": name, "clusters": [{"name": "dev", "cidrBlock": block}]})
    project.save()


def _requested(project: Project) -> dict[str, dict[str, Any]]:
    eips = project.objects("OvnEip")
    return {name: eip for name, eip in eips.items() if REQUESTED in (eip["metadata"].get("annotations") or {})}


@pytest.mark.network_applied
def test_new_tenants_get_their_addresses_from_kube_ovn_and_lose_them_with_their_vpcs(project: Project) -> None:
    _add(project)
    up(project.root, STACK, yes=True, refresh=False)

    requested = _requested(project)
    assert requested.keys() == NAMES
    for name, eip in requested.items():
        assert eip["status"]["ready"], name
        assert eip["spec"]["v4Ip"], "Kube-OVN chose one"
        assert eip["metadata"]["labels"]["ovn.kubernetes.io/vpc"] == name.removeprefix("OvnEip ").removesuffix(
            "-external"
        )
        assert "kmetal-network/stack" not in eip["metadata"]["labels"], "it is in no state"
        assert {entry["manager"] for entry in eip["metadata"]["managedFields"]} == {"kube-ovn-controller"}
    planned = run_environment(project.root, STACK, "preview", refresh=True)
    planned.stop()
    assert planned.steps == []

    del project.tenants[1:]
    project.save()
    up(project.root, STACK, yes=True, refresh=False)
    assert _requested(project) == {}
    destroy(project.root, STACK, yes=True)
    assert project.objects("OvnEip") == {}


@pytest.mark.network_applied
@pytest.mark.parametrize("share", [0.4, 1.0], ids=["some", "all"])
def test_addresses_that_kube_ovn_forgets_stop_no_tenant(
    share: float, project: Project, simulator: KubeOvnSimulator, control_plane: ControlPlane
) -> None:
    _add(project)
    simulator.stop()
    with KubeOvnSimulator(control_plane.kubeconfig, faults=Faults(stale=share), speed=SPEED) as forgetful:
        forgetful.northbound = simulator.northbound
        up(project.root, STACK, yes=True, refresh=False)

    eips = project.objects("OvnEip")
    assert eips.keys() >= NAMES
    assert all(eip["status"]["v4Ip"] == eip["spec"]["v4Ip"] for eip in eips.values())


@pytest.mark.network_applied
@pytest.mark.parametrize("ends", [False, True], ids=["up", "destroy"])
def test_addresses_that_a_dead_run_has_requested_for_tenants_that_left_are_taken_away(
    project: Project, *, ends: bool
) -> None:
    _add(project)
    killed_when(project, "up", lambda: len(_requested(project)) == len(NEW))
    del project.tenants[1:]
    project.save()

    if ends:
        destroy(project.root, STACK, yes=True)
        assert project.objects("OvnEip") == {}
    else:
        up(project.root, STACK, yes=True, refresh=False)
        assert project.objects("OvnEip").keys() == {"OvnEip alpha-vpc-external"}
