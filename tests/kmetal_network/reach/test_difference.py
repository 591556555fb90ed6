"""What opens and what closes, and by which object: one line for whoever reviews a change."""

from __future__ import annotations

from kmetal_network.reach.difference import Change, difference
from kmetal_network.reach.places import Place
from tests.support.network.edits import Edit, add, put, take
from tests.support.network.good import good, tenant
from tests.support.network.objects import EXTERNAL, SUBNET, VPC, build, policy


def changes(*edits: Edit) -> list[Change]:
    network = good()
    for edit in edits:
        edit(network)
    return difference(good().facts(), network.facts())


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


def test_a_tenant_that_comes_opens_its_own_paths_and_none_of_the_others() -> None:
    found = changes(add(*tenant("gamma", "dev", "10.102.0")))

    assert said(found) == [
        ("opens", ("gamma-dev-subnet",), "own cluster", "10.102.0.0"),
        ("opens", ("gamma-dev-subnet",), "other tenants' pods", "10.100.0.0-10.100.0.255"),
        ("opens", ("gamma-dev-subnet",), "internet", "1.0.0.0-9.255.255.255"),
    ]


def test_a_gateway_that_moves_out_of_the_dropped_block_is_seen() -> None:
    found = changes(put(EXTERNAL, "spec.cidrBlock", "77.220.68.64/26"))

    assert any(change.way == "opens" and change.place is Place.EXTERNAL for change in found)


def opened(found: list[Change]) -> list[tuple[str, str, bool]]:
    """Class, direction and whether isolation suffers, of what opens."""
    return [(change.place.value, change.direction.value, change.isolates) for change in found if change.way == "opens"]


def test_a_tenant_without_drops_opens_paths_towards_the_platform() -> None:
    bodies = tenant("gamma", "dev", "10.102.0")
    bodies[0]["spec"]["policyRoutes"] = [policy(1500, "ip4.dst == 77.220.68.96/27")]

    assert [place for place, _, isolates in opened(changes(add(*bodies))) if isolates] == [
        "nodes", "Flannel pods", "Kube-OVN pods", "join range", "service range", "control-plane addresses",
    ]  # fmt: skip


def test_a_drop_of_addresses_without_a_name_is_not_taken_away_unnoticed() -> None:
    entry = {"priority": 1500, "match": "ip4.dst == 10.200.0.0/16", "action": "drop"}
    dropped = good()
    put(VPC, "spec.policyRoutes.+", entry)(dropped)

    (change,) = difference(dropped.facts(), good().facts())

    assert (change.place.value, change.direction.value, change.sources) == (
        "addresses that nothing names",
        "outwards",
        ("alpha-dev-subnet",),
    )
    assert [part.canonical() for part in change.parts] == ["10.200.0.0-10.200.255.255"]


def test_a_pod_that_is_published_is_a_path_inwards_also_where_routers_answered_before() -> None:
    public = [
        build("OvnEip", "public", {"externalSubnet": "external", "type": "nat", "v4Ip": "77.220.68.110"}),
        build("OvnFip", "public", {"ovnEip": "public", "vpc": "alpha-vpc", "v4Ip": "10.100.0.5"}),
    ]
    (change,) = changes(add(*public))

    assert change.sources == ("internet", "nodes", "Flannel pods")
    assert (change.way, change.direction.value, change.isolates) == ("opens", "inwards", True)
    assert change.after is not None
    assert str(change.after.decider) == "OvnFip public spec.ovnEip: public"


def test_a_block_that_moves_opens_and_closes_nothing_between_tenants() -> None:
    found = changes(put(SUBNET, "spec.cidrBlock", "10.103.0.0/24"), put(SUBNET, "spec.gateway", "10.103.0.1"))

    assert {change.place.value for change in found} == {"own cluster"}


def test_a_range_of_the_platform_that_comes_where_tenants_can_send_to_opens_a_path() -> None:
    pools = build("IPAddressPool", "more", {"addresses": ["198.51.100.0/24"]}, namespace="kmetal-metallb")

    (change,) = changes(add(pools))

    assert (change.place.value, change.isolates) == ("control-plane addresses", True)
    assert change.sources == ("alpha-dev-subnet", "beta-dev-subnet")
