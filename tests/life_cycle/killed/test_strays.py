"""A run dies while a tenant's Vpc waits for its port, and before the next one the tenant gets another egress address.

What the state does not track is taken over and then recreated; no other object is touched.
"""

from __future__ import annotations

import copy
import os
import signal

import pytest

from kmetal_network.names import STACK_LABEL, TENANT_LABEL
from sandbox.controllers import vpc
from sandbox.controllers.kube_ovn import KubeOvnSimulator
from tests.life_cycle.changes.test_rerouting import EIP, FIRST, RULE, SECOND, VPC, apply, pin, uids, way_out
from tests.life_cycle.live_project import BETA, STACK, Project, wait_until

pytestmark = pytest.mark.sandbox


def _killed_while_the_vpc_waits(project: Project, simulator: KubeOvnSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """One `kmetal-network up`, killed with its engine when Kube-OVN has the Vpc and gives it no port."""
    with monkeypatch.context() as patched:
        patched.setattr(vpc, "CHASSIS", "no node has it")
        running = project.command("up", STACK, "--yes")
        wait_until(lambda: project.objects("OvnEip").keys() >= {f"OvnEip {EIP}"}, "the address of the router", 120)
        wait_until(lambda: f"Vpc {VPC}" in project.objects("Vpc"), "the Vpc")
        os.killpg(running.pid, signal.SIGKILL)
        running.communicate()
    assert f"OvnSnatRule {RULE}" not in project.objects("OvnSnatRule")
    simulator.restart()  # its back-off would only take time


def _add_alpha_beside_beta(project: Project) -> dict[str, str]:
    """Alpha is new in the settings; returns what exists without it."""
    [alpha] = project.tenants
    project.tenants[:] = [copy.deepcopy(dict(BETA))]
    project.save()
    project.must("up")
    project.tenants.insert(0, alpha)
    project.save()
    return uids(project)


def _words(project: Project) -> str:
    return " ".join(apply(project).split())


def _converged(project: Project, address: str) -> str:
    words = _words(project)
    assert way_out(project) == (address, address, "True")
    assert project.must("preview", refresh=True).changes == {}
    return words


@pytest.mark.without_admission
def test_a_router_that_a_dead_run_left_in_no_state_gets_its_address_and_no_other_tenant_goes(
    project: Project, simulator: KubeOvnSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _add_alpha_beside_beta(project)
    _killed_while_the_vpc_waits(project, simulator, monkeypatch)

    pin(project, SECOND)
    words = _converged(project, SECOND)

    assert f"to be deleted first, then recreated: Vpc {VPC}, OvnEip {EIP}" in words
    assert f"taken over first, because the state did not contain it: Vpc {VPC}" in words
    assert {key: uid for key, uid in uids(project).items() if "alpha" not in key} == before


@pytest.mark.sweep
@pytest.mark.without_admission
def test_two_routers_of_which_one_is_in_no_state_may_swap_addresses(
    project: Project, simulator: KubeOvnSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    _add_alpha_beside_beta(project)
    pin(project, FIRST)
    _killed_while_the_vpc_waits(project, simulator, monkeypatch)

    present = project.look("OvnEip", "beta-vpc-external")["status"]["v4Ip"]
    project.tenants[1]["egressAddress"] = FIRST
    pin(project, present)
    words = _converged(project, present)

    assert f"taken over first, because the state did not contain it: Vpc {VPC}" in words
    assert project.look("OvnEip", "beta-vpc-external")["status"]["v4Ip"] == FIRST
    assert project.look("OvnSnatRule", "beta-snat-main")["status"]["v4Eip"] == FIRST


@pytest.mark.sweep
@pytest.mark.without_admission
def test_an_address_that_a_dead_run_left_alone_is_not_what_the_next_vpc_leaves_through(project: Project) -> None:
    alpha = project.tenants.pop()
    project.save()
    project.must("up")
    labels = {STACK_LABEL: STACK, TENANT_LABEL: "alpha"}
    head = {"apiVersion": "kubeovn.io/v1", "kind": "OvnEip", "metadata": {"name": EIP, "labels": labels}}
    spec = {"externalSubnet": "external", "type": "lrp", "v4Ip": FIRST}
    project.api.request("POST", "/apis/kubeovn.io/v1/ovn-eips", {**head, "spec": spec})
    project.tenants.append(alpha)

    pin(project, None)
    assert f"taken over first, because the state did not contain it: OvnEip {EIP}" in _words(project)

    address, translated, connected = way_out(project)
    assert (address, connected) == (translated, "True")
    assert address != FIRST
    assert project.must("preview", refresh=True).changes == {}
