"""What opens and what closes, and by which object: one line for whoever reviews a change."""

from __future__ import annotations

from kmetal_network.reach.difference import Change, difference
from kmetal_network.reach.places import Place
from kmetal_network.reach.table import table
from tests.support.network import EXTERNAL, VPC, Edit, add, good, put, take, tenant


def changes(*edits: Edit) -> list[Change]:
    network = good()
    for edit in edits:
        edit(network)
    return difference(table(good().facts()), table(network.facts()))


def said(found: list[Change]) -> list[tuple[str, tuple[str, ...], str, str]]:
    return [(change.way, change.sources, change.place.value, change.stretch.canonical()) for change in found]


def test_nothing_changed_changes_nothing() -> None:
    assert changes() == []
    assert changes(put(VPC, "spec.policyRoutes.0.priority", 1600)) == []


def test_a_drop_that_is_taken_away_opens_what_it_dropped() -> None:
    (change,) = changes(take(VPC, "spec.policyRoutes.3"))

    assert str(change) == (
        "opens: alpha-dev-subnet to join range (100.64.0.0-100.64.255.255): was dropped by Vpc alpha-vpc"
        " spec.policyRoutes[3]: priority 1500, drop ip4.dst == 100.64.0.0/16; now leaves towards the physical gateway as"
        " an address of external that Kube-OVN picks by Vpc alpha-vpc spec.staticRoutes[0]: 0.0.0.0/0 via 77.220.68.97"
    )
    assert change.isolates


def test_a_drop_one_bit_too_narrow_opens_the_other_half() -> None:
    found = changes(put(VPC, "spec.policyRoutes.0.match", "ip4.dst == 77.220.68.96/28"))

    assert said(found) == [
        ("opens", ("alpha-dev-subnet",), "other tenants' external addresses", "77.220.68.112-77.220.68.127"),
        ("opens", ("alpha-dev-subnet",), "external block", "77.220.68.112-77.220.68.127"),
    ]


def test_a_drop_that_comes_closes_and_does_not_isolate_less() -> None:
    entry = {"priority": 1500, "match": "ip4.dst == 8.8.8.0/24", "action": "drop"}

    assert said(changes(put(VPC, "spec.policyRoutes.+", entry))) == [
        ("closes", ("alpha-dev-subnet",), "internet", "8.8.8.0-8.8.8.255")
    ]


def test_a_tenant_that_comes_opens_its_own_paths_and_its_block_to_the_others() -> None:
    found = changes(add(*tenant("gamma", "dev", "10.102.0")))

    assert said(found) == [
        ("opens", ("gamma-dev-subnet",), "own cluster", "10.102.0.0"),
        (
            "opens",
            ("alpha-dev-subnet", "beta-dev-subnet", "gamma-dev-subnet"),
            "other tenants' pods",
            "10.102.0.0-10.102.0.255",
        ),
        ("opens", ("gamma-dev-subnet",), "internet", "1.0.0.0-9.255.255.255"),
    ]


def test_a_gateway_that_moves_out_of_the_dropped_block_is_seen() -> None:
    found = changes(put(EXTERNAL, "spec.cidrBlock", "77.220.68.64/26"))

    assert any(change.way == "opens" and change.place is Place.EXTERNAL for change in found)
