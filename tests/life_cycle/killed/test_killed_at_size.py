"""Fifty tenants in two cells, killed at many moments: nothing is orphaned and nothing is lost. By night."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

import pytest

from operations.parts.environment_run import run_environment
from tests.life_cycle.killed.all_at_once import killed_when
from tests.life_cycle.live_project import PREFIX, STACK, Project

pytestmark = [pytest.mark.sandbox, pytest.mark.sweep, pytest.mark.without_admission, pytest.mark.timeout(1800)]

TENANTS, CELLS = 50, 2
ROUTERS = (5, 25, 45)
"""Moments: so many routers are there."""


def _tenants(count: int) -> list[dict[str, Any]]:
    blocks = IPv4Network("10.100.0.0/14").subnets(new_prefix=24)
    return [
        {"name": f"tenant-{number:03}", "clusters": [{"name": "main", "cidrBlock": str(block)}]}
        for number, block in zip(range(count), blocks, strict=False)
    ]


@pytest.fixture
def large(project: Project) -> Project:
    """Settings with room for fifty tenants."""
    external = {"cidrBlock": "77.220.64.0/21", "gateway": "77.220.64.1", "excludeIps": ["77.220.64.1"]}
    project.section("provider")["external"].update(external)
    project.section("metallb")["pools"][0]["addresses"] = ["172.21.204.30-172.21.211.250"]
    project.document["config"][f"{PREFIX}cells"] = CELLS
    project.document["config"][f"{PREFIX}tenants"] = _tenants(TENANTS)
    project.save()
    return project


def _routers(project: Project) -> int:
    return len(project.objects("Vpc").keys() - {"Vpc ovn-cluster"})


def _killed_at(project: Project, verb: str, routers: int, *, rising: bool) -> None:
    def there() -> bool:
        return _routers(project) >= routers if rising else _routers(project) <= routers

    killed_when(project, verb, there)


def _applied(project: Project) -> None:
    run_environment(project.root, STACK, "up").stop()
    planned = run_environment(project.root, STACK, "preview", refresh=True)
    planned.stop()
    assert planned.steps == []


def _names(project: Project) -> set[str]:
    """Names of the tenants that anything in the cluster belongs to."""
    labels = [item["metadata"].get("labels") or {} for item in project.objects().values()]
    return {entry["kmetal-network/tenant"] for entry in labels if "kmetal-network/tenant" in entry}


@pytest.mark.parametrize("routers", ROUTERS)
def test_a_first_up_that_dies_is_finished_by_the_next(large: Project, routers: int) -> None:
    _killed_at(large, "up", routers, rising=True)
    _applied(large)
    assert _routers(large) == TENANTS
    assert len(_names(large)) == TENANTS


@pytest.mark.parametrize("routers", ROUTERS)
def test_what_left_or_changed_after_the_kill_is_deleted_or_replaced(large: Project, routers: int) -> None:
    _killed_at(large, "up", routers, rising=True)
    made = _names(large)
    left = [tenant for tenant in _tenants(TENANTS) if int(tenant["name"][-3:]) % 3]
    for tenant in left:
        block = tenant["clusters"][0]["cidrBlock"]
        tenant["clusters"][0]["cidrBlock"] = block.replace("10.100.", "10.101.")
    large.document["config"][f"{PREFIX}tenants"] = left
    large.save()

    done = large.command("up", STACK, "--yes")
    said, _ = done.communicate(timeout=900)

    assert done.returncode == 0, said
    assert made - {tenant["name"] for tenant in left}, "nothing was made that left"
    assert _names(large) == {tenant["name"] for tenant in left}
    blocks = {item["spec"]["cidrBlock"] for item in large.objects("Subnet").values()}
    assert blocks >= {tenant["clusters"][0]["cidrBlock"] for tenant in left}
    assert not {block for block in blocks if block.startswith("10.100.")}
    _applied(large)


def test_a_first_up_that_dies_is_ended_by_a_destroy(large: Project) -> None:
    before = large.objects().keys()
    _killed_at(large, "up", ROUTERS[1], rising=True)
    done = large.command("destroy", STACK, "--yes")
    said, _ = done.communicate(timeout=900)
    assert done.returncode == 0, said
    assert large.objects().keys() == before


def test_replacements_that_die_are_finished_by_the_next(large: Project) -> None:
    _applied(large)
    for number, tenant in enumerate(large.tenants):
        tenant["clusters"][0]["cidrBlock"] = str(IPv4Network((0x0A800000 + number * 256, 24)))
    large.save()

    def some_moved() -> bool:
        blocks = [item["spec"]["cidrBlock"] for item in large.objects("Subnet").values()]
        return sum(block.startswith("10.128.") for block in blocks) >= 10

    killed_when(large, "up", some_moved)
    _applied(large)
    rules = large.objects("OvnSnatRule").values()
    assert len(rules) == TENANTS
    assert {item["status"]["v4IpCidr"] for item in rules} == {
        tenant["clusters"][0]["cidrBlock"] for tenant in large.tenants
    }


def test_a_destroy_that_dies_is_finished_by_the_next(large: Project) -> None:
    before = large.objects().keys()
    _applied(large)
    _killed_at(large, "destroy", ROUTERS[1], rising=False)
    run_environment(large.root, STACK, "destroy").stop()
    assert large.objects().keys() == before
