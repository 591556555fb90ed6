"""A tenant that `allocate` wrote is applied from its own file, and offboarding deletes that file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from operations.commands.allocate import check_locks, give
from operations.commands.offboard import offboard
from tests.life_cycle.live_project import PREFIX, STACK, Project

pytestmark = pytest.mark.sandbox

SUPPLIES = {
    "blocks": {"within": ["10.110.0.0/20"], "prefixLength": 24},
    "egressAddresses": {"reserved": ["77.220.68.98-77.220.68.110"]},
    "controlPlaneAddresses": {"pools": ["tenant-cp-pool"]},
    "quarantineDays": 10,
}


@pytest.mark.network_applied
def test_a_tenant_of_its_own_file_is_applied_and_offboarding_deletes_the_file_and_releases_what_it_had(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.document["config"][f"{PREFIX}supplies"] = SUPPLIES
    project.save()
    day = datetime.now(UTC).date()
    give(project.root, STACK, "gamma", ("main",), day)
    folder = project.root / "tenants" / STACK
    stack_file = (project.root / f"Pulumi.{STACK}.yaml").read_text()

    project.must("up")
    assert project.must("preview", refresh=True).changes == {}
    eip = project.look("OvnEip", "gamma-vpc-external")
    lock = (folder / "allocations.lock").read_text()
    assert f"{eip['spec']['v4Ip']} given gamma {day}" in lock
    block = project.look("Subnet", "gamma-main-subnet")["spec"]["cidrBlock"]
    assert f"{block} given gamma/main {day}" in lock
    others = {key: version for key, version in project.versions().items() if "gamma" not in key}

    offboard(project.root, STACK, "gamma", yes=True)

    assert f"{STACK}: nothing of gamma is left" in capsys.readouterr().out
    assert not (folder / "gamma.yaml").exists()
    assert (project.root / f"Pulumi.{STACK}.yaml").read_text() == stack_file
    after = project.versions()
    assert not [key for key in after if "gamma" in key]
    assert {**after, "Subnet external": ""} == {**others, "Subnet external": ""}
    until = day + timedelta(days=10)
    assert f"{block} released gamma/main {day} until {until}" in (folder / "allocations.lock").read_text()
    assert check_locks(project.root, STACK, day) == 0
