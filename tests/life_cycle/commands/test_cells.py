"""An environment split into cells and joined again: the states move, live objects do not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from kmetal_network.cells import cell_of
from operations.commands.apply import destroy, up
from operations.commands.cells import move_states
from operations.commands.offboard import offboard
from operations.parts.environment_run import run_environment
from operations.run import run
from tests.life_cycle.live_project import PREFIX, STACK, Project

pytestmark = pytest.mark.sandbox

CELLS = 3


def _split(project: Project, cells: int) -> None:
    project.document["config"][f"{PREFIX}cells"] = cells
    project.save()


def _resources(project: Project, stack: str) -> list[Mapping[str, str]]:
    path = project.root / "state" / ".pulumi" / "stacks" / "kmetal-network" / f"{stack}.json"
    if not path.exists():
        return []
    found: list[Mapping[str, str]] = json.loads(path.read_text())["checkpoint"]["latest"].get("resources") or []
    return found


def _tenants(project: Project, stack: str) -> set[str]:
    """Tenants in the state of a stack."""
    return {
        one["urn"].rpartition("::")[2]
        for one in _resources(project, stack)
        if one["type"].rpartition(":")[2] == "TenantNetwork"
    }


def _order_and_output(project: Project, tenant: str) -> tuple[set[str], object]:
    """What a tenant goes before when all is destroyed, and what the one stack's output says of it."""
    by_urn: dict[str, Any] = {one["urn"]: one for one in _resources(project, STACK)}
    [component] = [one for urn, one in by_urn.items() if urn.endswith(f"TenantNetwork::{tenant}")]
    [stack] = [one for one in by_urn.values() if one["type"] == "pulumi:pulumi:Stack"]
    return set(component["dependencies"]), stack["outputs"]["tenants"][tenant]


def test_the_tenants_of_the_guide_are_in_different_cells() -> None:
    assert (cell_of("alpha", CELLS), cell_of("beta", CELLS)) == (3, 1)


@pytest.mark.network_applied("beta")
def test_an_applied_network_is_split_and_changed_and_no_other_object_is_touched(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    before = project.versions()
    _split(project, CELLS)

    with pytest.raises(Exception, match=r"(?s)its state holds alpha, beta.*kmetal-network cells dev"):
        up(project.root, STACK, yes=True, refresh=False)
    assert project.versions() == before

    move_states(project.root, STACK, yes=True)
    assert _tenants(project, STACK) == set()
    assert [_tenants(project, f"{STACK}-cell-{cell}") for cell in (1, 2, 3)] == [{"beta"}, set(), {"alpha"}]
    planned = run_environment(project.root, STACK, "preview", skip=())
    planned.stop()
    assert planned.steps == []
    assert len(planned.objects) == len(run_environment(project.root, STACK, "preview", refresh=True).objects)
    assert project.versions() == before
    capsys.readouterr()

    up(project.root, STACK, yes=True, refresh=False)  # the new states get their outputs
    assert "1 cell not asked" in capsys.readouterr().out
    up(project.root, STACK, yes=True, refresh=False)
    assert "3 cells not asked, as applied by their states (--all asks them)" in capsys.readouterr().out
    assert project.versions() == before

    beta = project.tenants[1]
    beta["clusters"].append({"name": "second", "cidrBlock": "10.101.0.0/24"})
    project.save()
    up(project.root, STACK, yes=True, refresh=False)
    said = capsys.readouterr().out
    assert "2 cells not asked" in said
    after = project.versions()
    assert "Subnet beta-second-subnet" in after
    assert {key: value for key, value in after.items() if "alpha" in key} == {
        key: value for key, value in before.items() if "alpha" in key
    }


@pytest.mark.sweep
@pytest.mark.network_applied("beta")
def test_cells_that_were_applied_are_offboarded_from_and_joined_again(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = _order_and_output(project, "alpha")
    _split(project, CELLS)
    move_states(project.root, STACK, yes=True)
    up(project.root, STACK, yes=True, refresh=False)
    capsys.readouterr()

    offboard(project.root, STACK, "beta", yes=True)
    assert f"{STACK}: nothing of beta is left" in capsys.readouterr().out
    left = project.versions()
    assert not [key for key in left if "beta" in key]

    project.tenants.pop()  # as the file has it
    _split(project, 0)
    with pytest.raises(Exception, match=r"applied with 3 cells|has no cells"):
        up(project.root, STACK, yes=True, refresh=False)
    move_states(project.root, STACK, yes=True)
    assert _tenants(project, STACK) == {"alpha"}
    assert not list(project.root.glob("Pulumi.dev-cell-*"))
    assert _order_and_output(project, "alpha") == begun
    assert project.must("preview", refresh=True).steps == []
    assert project.versions() == left


@pytest.mark.sweep
@pytest.mark.without_admission
def test_a_first_up_of_cells_makes_the_platform_first_and_a_destroy_deletes_it_last(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.add_beta()
    project.section("chart").clear()
    project.section("chart")["install"] = "external"  # of one in a folder no state tells whether it has changed
    _split(project, CELLS)
    empty = project.objects()

    alone = run(project.root, f"{STACK}-cell-1", "up")
    assert alone.failed
    assert "Subnet external is not there" in " ".join(alone.errors)
    assert project.objects() == empty

    up(project.root, STACK, yes=True, refresh=False)
    said = capsys.readouterr().out
    assert "created" in said
    made = set(project.objects())
    assert {"Vpc alpha-vpc", "Vpc beta-vpc", "Subnet external"} <= made
    assert run_environment(project.root, STACK, "preview", skip=()).steps == []

    _split(project, CELLS + 1)  # alpha and beta stay where they are
    with pytest.raises(Exception, match=r"the environment was applied with 3 cells, and the settings say 4"):
        up(project.root, STACK, yes=True, refresh=False)
    assert set(project.objects()) == made
    _split(project, CELLS)

    project.tenants[1]["clusters"].append({"name": "second", "cidrBlock": "10.101.0.0/24"})
    project.save()
    up(project.root, STACK, yes=True, refresh=False)
    assert "the platform and 2 cells not asked" in capsys.readouterr().out
    assert "Subnet beta-second-subnet" in project.objects()

    destroy(project.root, STACK, yes=True)

    assert set(project.objects()) == set(empty)
    assert [_resources(project, f"{STACK}{suffix}") for suffix in ("", "-cell-1", "-cell-2", "-cell-3")] == [
        [],
        [],
        [],
        [],
    ]
