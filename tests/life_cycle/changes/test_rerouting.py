"""An existing tenant gets another egress address: `kmetal-network up` alone replaces its router in order."""

from __future__ import annotations

import os
import signal
from itertools import cycle

import pytest

from tests.life_cycle.live_project import Project, said, wait_until

pytestmark = pytest.mark.sandbox

FIRST, SECOND = "77.220.68.110", "77.220.68.111"
EIP, VPC, SUBNET, RULE = "alpha-vpc-external", "alpha-vpc", "alpha-dev-subnet", "alpha-snat-dev"


def pin(project: Project, address: str | None) -> None:
    """Write another egress address for alpha, or none."""
    project.tenants[0].pop("egressAddress", None)
    if address:
        project.tenants[0]["egressAddress"] = address
    project.save()


def apply(project: Project) -> str:
    """`kmetal-network up`, to its good end; returns what it said."""
    running = project.command("up", "dev", "--yes")
    words, _ = running.communicate(timeout=300)
    assert running.returncode == 0, words
    return words


def way_out(project: Project) -> tuple[str, str, str]:
    """Address of the router, address under which its rule translates, and whether it is connected at all."""
    return (
        project.look("OvnEip", EIP)["status"]["v4Ip"],
        project.look("OvnSnatRule", RULE)["status"]["v4Eip"],
        str(project.look("Vpc", VPC)["status"]["enableExternal"]),
    )


def uids(project: Project) -> dict[str, str]:
    return {key: item["metadata"]["uid"] for key, item in project.objects().items()}


@pytest.mark.network_applied("beta")
def test_an_address_is_pinned_where_it_is_changed_and_let_go_of(project: Project) -> None:
    before = uids(project)
    present, _, _ = way_out(project)

    pin(project, present)
    assert said(project.must("preview").steps) == {("create", "alpha-egress")}
    assert "to be recreated" not in apply(project)
    assert uids(project) == before, "to pin the present address cuts no one off"
    assert project.must("preview", refresh=True).changes == {}

    pin(project, FIRST)
    versions = project.versions()
    refused = project.run("up")
    assert refused.failed
    [reported] = {text for text in refused.errors if "REROUTED" in text}
    assert "tenants[0].egressAddress: alpha-vpc has another way out than this" in reported
    assert "apply it by `kmetal-network up dev`" in reported
    assert project.versions() == versions, "something was written"

    assert [text for text in project.must("preview").advice if "its clusters are cut off meanwhile" in text]
    words = apply(project)
    assert "to be recreated: alpha-snat-dev, alpha-subnet-dev, " in words
    assert way_out(project) == (FIRST, FIRST, "True")
    after = uids(project)
    assert after.keys() == before.keys()
    changed = {key for key in after if after[key] != before[key]}
    nad = "NetworkAttachmentDefinition alpha/alpha-dev-net"
    assert changed == {f"OvnEip {EIP}", f"Vpc {VPC}", f"Subnet {SUBNET}", f"OvnSnatRule {RULE}", nad}
    assert project.must("preview", refresh=True).changes == {}

    pin(project, None)
    assert "to be recreated" in apply(project)
    address, translated, connected = way_out(project)
    assert (address, connected) == (translated, "True")
    assert address != FIRST
    assert uids(project).keys() == before.keys()
    assert project.must("preview", refresh=True).changes == {}


@pytest.mark.without_admission
def test_a_router_with_pods_behind_it_is_left_alone_and_the_pods_are_named(project: Project) -> None:
    pin(project, FIRST)
    project.must("up")
    project.start_pod("worker-1")
    versions = project.versions()

    for address in (SECOND, None):
        pin(project, address)
        running = project.command("up", "dev", "--yes")
        words, _ = running.communicate(timeout=300)
        assert running.returncode == 1
        assert "the plan replaces Subnet alpha-dev-subnet, and pod alpha/worker-1 would be cut off" in words
    assert project.versions() == versions


@pytest.mark.without_admission
@pytest.mark.parametrize(
    "moments",
    [
        pytest.param([f"Subnet {SUBNET}"], id="once"),
        pytest.param(
            [f"OvnSnatRule {RULE}", f"Subnet {SUBNET}", f"OvnEip {EIP}"], id="thrice", marks=pytest.mark.sweep
        ),
    ],
)
def test_a_run_that_is_killed_between_two_routers_is_finished_by_the_next(project: Project, moments: list[str]) -> None:
    pin(project, FIRST)
    project.must("up")
    before = uids(project).keys()

    for gone, address in zip(moments, cycle((SECOND, FIRST)), strict=False):
        there = uids(project)
        pin(project, address)
        running = project.command("up", "dev", "--yes")
        wait_until(lambda gone=gone, there=there: uids(project).get(gone) != there[gone], f"{gone} to go", 120)  # type: ignore[misc]  # loop variables bound
        os.killpg(running.pid, signal.SIGKILL)
        running.communicate()

        apply(project)
        assert way_out(project) == (address, address, "True")
        assert uids(project).keys() == before
    assert project.must("preview", refresh=True).changes == {}
