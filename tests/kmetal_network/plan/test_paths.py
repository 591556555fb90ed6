"""Which paths a change opens and closes: in the verdict, in the risks, and in the plan as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmetal_network.plan.model import Plan, Verdict
from kmetal_network.plan.offline import offline_plan
from kmetal_network.plan.path_change import PathChange
from operations.preview.store import load, save
from operations.preview.text import lines
from tests.kmetal_network.plan.cases import (
    FEWER_DROPS,
    LARGER_POOL,
    MOVED_BLOCK,
    NEW_TENANT,
    OPEN_TENANT,
    OTHER_MTU,
    environment,
    planned,
)

PLATFORM = (
    "management VLAN",
    "Flannel pods",
    "Kube-OVN pods",
    "join range",
    "service range",
    "control-plane addresses",
)


def classes(path: PathChange) -> tuple[str, ...]:
    return tuple(path.to)


def test_a_tenant_that_drops_the_platform_only_adds_and_opens_the_way_to_the_internet() -> None:
    plan = planned(NEW_TENANT)
    assert plan.verdict is Verdict.ADDS
    [path] = plan.paths
    assert (path.way, path.direction, path.sources, classes(path)) == ("opens", "outwards", ("beta",), ("internet",))
    assert not path.risk
    assert plan.risks == ()


def test_a_tenant_that_does_not_drop_the_platform_never_only_adds() -> None:
    plan = planned(OPEN_TENANT)
    assert {change.operation.value for change in plan.changes} == {"create"}
    assert plan.verdict is Verdict.IN_PLACE
    [path] = plan.opened
    assert (path.direction, path.sources, path.tenants, path.comes) == (
        "towards the platform",
        ("beta",),
        ("beta",),
        True,
    )
    assert classes(path) == PLATFORM
    assert path.before == ""
    assert path.after == "leaves towards the physical gateway"
    assert path.after_by == "Vpc beta-vpc spec.staticRoutes[0]: 0.0.0.0/0 via 77.220.70.1"
    [risk] = plan.risks
    assert (risk.rule, risk.place) == ("OPENS", "Pulumi.prod.yaml:115 tenants[2]")


def test_a_drop_that_comes_back_closes_what_it_opened() -> None:
    opens, closes = planned(FEWER_DROPS).paths[0], _reversed(FEWER_DROPS).paths[0]
    assert (opens.way, closes.way) == ("opens", "closes")
    assert (opens.to, opens.before_by, opens.after_by) == (closes.to, closes.after_by, closes.before_by)
    assert _reversed(FEWER_DROPS).risks == ()


def _reversed(edit: tuple[str, str]) -> Plan:
    return offline_plan(environment(), environment(edit))


def test_isolation_that_is_lowered_opens_every_range_to_every_tenant() -> None:
    platform = ("  kmetal-network:tenants:", "  kmetal-network:isolation: {level: platform}\n  kmetal-network:tenants:")
    bare = [
        ("drop: [172.21.212.0/23, 10.16.0.0/16, 10.93.0.0/16, 10.96.0.0/16, 100.64.0.0/16]", "drop: []"),
        ("drop: [172.21.212.0/23, 10.16.0.0/16, 10.93.0.0/16, 10.96.0.0/16, 100.64.0.0/16]", "drop: []"),
    ]
    plan = offline_plan(environment(*bare), environment(platform, *bare))

    assert [path.sources for path in plan.opened] == [("initech", "umbrella")] * len(plan.opened)
    assert {name for path in plan.opened for name in path.to} == set(PLATFORM)
    assert all("alike for the others" in path.before_by for path in plan.opened)


@pytest.mark.parametrize("edit", [LARGER_POOL, OTHER_MTU, MOVED_BLOCK], ids=["larger pool", "another MTU", "a block"])
def test_what_decides_no_path_opens_and_closes_none(edit: tuple[str, str]) -> None:
    assert planned(edit).paths == ()


def test_paths_pass_through_json_and_the_terminal_names_those_that_are_no_risk(tmp_path: Path) -> None:
    plan = planned(OPEN_TENANT)
    save(plan, tmp_path / "plan.json")
    assert load(tmp_path / "plan.json") == plan
    [said] = [line for line in lines(plan) if line.startswith(("opens", "closes"))]
    assert said == (
        "opens outwards: beta to internet: before not there; now leaves towards the physical gateway by Vpc beta-vpc"
        " spec.staticRoutes[0]: 0.0.0.0/0 via 77.220.70.1"
    )
