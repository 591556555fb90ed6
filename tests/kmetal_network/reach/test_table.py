"""The table: sources of equal treatment together, and classes of destinations as an operator names them."""

from __future__ import annotations

from kmetal_network.reach.places import Place
from kmetal_network.reach.table import Row, table
from kmetal_network.reach.verdict import Outcome
from tests.support.network.edits import put
from tests.support.network.good import good
from tests.support.network.objects import VPC, policy


def row(name: str, *edits: object) -> Row:
    network = good()
    for edit in edits:
        edit(network)  # type: ignore[operator]  # an edit
    return next(entry for entry in table(network.facts()).rows if entry.name == name)


def outcomes(found: Row) -> dict[str, set[str]]:
    return {place.value: {verdict.outcome.value for _, verdict in cell} for place, cell in found.cells.items()}


def test_the_good_networks_tenant_reaches_the_internet_and_nothing_of_the_platform() -> None:
    assert outcomes(row("alpha-dev-subnet")) == {
        "own cluster": {"open"},
        "other tenants' external addresses": {"dropped"},
        "external block": {"dropped"},
        "physical gateway": {"dropped"},
        "nodes": {"dropped"},
        "Flannel pods": {"dropped"},
        "Kube-OVN pods": {"dropped"},
        "join range": {"dropped"},
        "service range": {"dropped"},
        "control-plane addresses": {"dropped"},
        "internet": {"leaves towards the physical gateway"},
    }


def test_tenants_of_equal_treatment_are_one_group_whatever_their_names_are() -> None:
    groups = [names for found, names in table(good().facts()).groups() if found.vpc]

    assert groups == [("alpha-dev-subnet", "beta-dev-subnet"), ("ovn-default",)]


def test_a_tenant_that_is_treated_otherwise_is_a_group_of_its_own() -> None:
    network = good()
    put(VPC, "spec.policyRoutes.+", policy(1400, "ip4.dst == 8.8.8.8"))(network)

    groups = [names for found, names in table(network.facts()).groups() if found.vpc]
    assert groups == [("alpha-dev-subnet",), ("beta-dev-subnet",), ("ovn-default",)]


def test_from_outside_a_tenants_external_address_ends_at_its_router() -> None:
    found = row("internet")

    assert [verdict.outcome for _, verdict in found.verdicts(Place.TENANT_ADDRESSES)] == [Outcome.ROUTER]
    assert [verdict.outcome for _, verdict in found.verdicts(Place.TENANTS)] == [Outcome.NO_ROUTE]
