"""The pack through the SDK's own servicer: what it refuses, what it reports, and that nothing switches it off."""

from __future__ import annotations

import pytest
from pulumi.runtime import proto

from kmetal_network.laws.registry import BY_ID, LAWS
from tests.policies.rendering import (
    LATER,
    Pack,
    advisory,
    external,
    laws_in,
    layer2,
    mandatory,
    manifest,
    pool,
    provider_network,
)

GOOD = (pool("172.21.204.200-172.21.204.250"), external(), provider_network(), layer2("data.204"))
REASON = "the switch filters ARP on this VLAN"


def test_a_patch_is_judged_by_what_it_writes() -> None:
    pack = Pack()
    pack.register(external())
    left_out = (
        manifest("Subnet", "alpha-dev-subnet", {"mtu": 1400}),
        manifest("Vpc", "ovn-cluster", {"extraExternalSubnets": ["external"]}),
        manifest("Vpc", "alpha-vpc", {"namespaces": ["alpha"]}),
        manifest("IPAddressPool", "public", {"autoAssign": False}),
        manifest("L2Advertisement", "announce", {"ipAddressPools": ["public"]}),
    )
    assert [message for data in left_out for message in pack.register(data, "Patch")] == []
    assert laws_in(pack.register(pool("77.220.68.100"), "Patch")) == {"NET-201"}
    patches = [{**data, "kind": f"{data['kind']}Patch"} for data in left_out]
    assert mandatory(Pack().stack(*GOOD, *patches, patches[1])) == []


def test_a_good_network_passes() -> None:
    pack = Pack()
    assert [message for data in GOOD for message in pack.register(data)] == []
    assert mandatory(pack.stack(*GOOD)) == []


@pytest.mark.parametrize(
    ("address", "shared"),
    [
        ("77.220.68.100", "77.220.68.100"),
        ("77.220.68.100/32", "77.220.68.100"),
        ("77.220.68.96/30", "77.220.68.96-77.220.68.99"),
        ("77.220.0.0/16", "77.220.68.96-77.220.68.127"),
        ("77.220.68.120-77.220.68.140", "77.220.68.120-77.220.68.127"),
        ("77.220.68.10-77.220.68.96", "77.220.68.96"),
        ("::ffff:77.220.68.100", "77.220.68.100"),
        ("::ffff:77.220.68.96/123", "77.220.68.96-77.220.68.127"),
    ],
)
def test_a_pool_on_the_provider_vlan_is_refused_with_pool_address_and_subnet(address: str, shared: str) -> None:
    reported = [message for message in mandatory(Pack().stack(pool(address), external())) if "[NET-201]" in message]
    sentence = (
        f"IPAddressPool public: pool 'public' holds {address}, of which {shared} is in provider subnet 'external'"
        " (77.220.68.96/27); write a range of the management VLAN; addresses of the provider VLAN belong to Kube-OVN's"
        " EIPs [NET-201]"
    )
    assert reported == [sentence]


def test_the_neighbours_of_the_provider_block_pass() -> None:
    pools = (pool("77.220.68.64-77.220.68.95"), pool("77.220.68.128/25", name="above"))
    assert "NET-201" not in laws_in(mandatory(Pack().stack(*pools, external())))


def test_the_second_of_two_objects_that_clash_is_refused_before_it_is_created() -> None:
    for first, second in ((external(), pool("77.220.68.100")), (pool("77.220.68.100"), external())):
        pack = Pack()
        assert pack.register(first) == []
        assert laws_in(pack.register(second)) == {"NET-201"}


def test_registering_an_object_again_does_not_hold_it_against_itself() -> None:
    pack = Pack()
    pack.register(external("77.220.68.96/27"))
    pack.register(external("198.51.100.0/27"))
    assert pack.register(pool("77.220.68.100")) == []


def test_what_was_refused_before_creation_is_not_reported_twice() -> None:
    pack = Pack()
    pack.register(external())
    pack.register(pool("77.220.68.100"))
    assert "NET-201" not in laws_in(mandatory(pack.stack(pool("77.220.68.100"), external())))
    assert "NET-201" in laws_in(mandatory(pack.stack(pool("77.220.68.100"), external())))


@pytest.mark.parametrize(
    "data", [pool(LATER), pool("172.21.204.200/32", LATER), manifest("IPAddressPool", "public", LATER)]
)
def test_an_unknown_address_is_a_violation_and_not_a_note(data: dict[str, object]) -> None:
    assert laws_in(Pack().register(data)) == {"NET-201"}
    response = Pack().stack(data, *GOOD[1:])
    assert laws_in(mandatory(response)) == {"NET-201"}
    assert not any("can't run policy" in message for message in advisory(response))


def test_an_unknown_beside_a_breach_does_not_hide_it() -> None:
    reported = mandatory(Pack().stack(pool(LATER, "77.220.68.100"), external()))
    assert [
        message.split(";")[0].removeprefix("IPAddressPool public: ") for message in reported if "-201]" in message
    ] == [
        "an address of pool 'public' is not known yet",
        "pool 'public' holds 77.220.68.100, of which 77.220.68.100 is in provider subnet 'external' (77.220.68.96/27)",
    ]


def test_an_unknown_field_that_no_law_needs_is_no_violation() -> None:
    data = {**GOOD[0], "metadata": {"name": "public", "annotations": {"later": LATER}}}
    assert mandatory(Pack().stack(data, *GOOD[1:])) == []


@pytest.mark.parametrize("interfaces", [(), ("data.222",), ("br-provider",), ("data.204", "data.222"), (LATER,)])
def test_an_advertisement_on_the_provider_nic_is_refused(interfaces: tuple[str, ...]) -> None:
    response = Pack().stack(GOOD[0], external(), provider_network(), layer2(*interfaces))
    assert laws_in(mandatory(response)) == {"NET-202"}


def test_numbers_arrive_as_floats_and_are_judged_as_integers() -> None:
    vlan = manifest("Vlan", "vlan222", {"id": 222, "provider": "provider"})
    (reported,) = [message for message in mandatory(Pack().stack(provider_network(), vlan)) if "[NET-301]" in message]
    assert "has id 222 and" in reported


def test_a_relaxed_law_is_reported_with_its_reason_and_stops_nothing() -> None:
    response = Pack().stack(*GOOD[:3], layer2(), outputs={"relaxed": {"NET-202": REASON}})
    assert mandatory(response) == []
    reported = [message for message in advisory(response) if "[NET-202]" in message]
    assert len(reported) == 1
    assert f"relaxed for this stack: {REASON}" in reported[0]


def test_the_packs_configuration_relaxes_as_well() -> None:
    assert mandatory(Pack({"relaxed": {"NET-202": REASON}}).stack(*GOOD[:3], layer2())) == []


@pytest.mark.parametrize(
    ("relaxed", "sentence"),
    [
        ({"NET-202": "short"}, "stack output `relaxed` NET-202: 'short' is no reason"),
        ({"NET-202": LATER}, "stack output `relaxed` NET-202: the reason is not known yet"),
        ({"NET-999": REASON}, "stack output `relaxed` NET-999: law 'NET-999' does not exist"),
        ({"NET-201": REASON}, "stack output `relaxed` NET-201: law 'NET-201' is never relaxed"),
        ("NET-202", "stack output `relaxed`: is 'NET-202', not a mapping"),
        (LATER, "stack output `relaxed`: is not known yet, not a mapping"),
    ],
)
def test_a_relaxation_that_is_none_is_itself_a_violation(relaxed: object, sentence: str) -> None:
    reported = mandatory(Pack().stack(*GOOD, outputs={"relaxed": relaxed}))
    assert [message.split(";")[0] for message in reported] == [sentence]


def test_no_relaxation_lets_an_address_by() -> None:
    response = Pack().stack(pool("77.220.68.100"), external(), outputs={"relaxed": {"NET-201": REASON}})
    assert "NET-201" in laws_in(mandatory(response))


@pytest.mark.parametrize("level", [proto.DISABLED, proto.ADVISORY])
def test_no_configured_level_lowers_the_laws(level: int) -> None:
    pack = Pack(levels={"before-create": level, "laws": level, "advice": proto.DISABLED})
    pack.register(external())
    assert laws_in(pack.register(pool("77.220.68.100"))) == {"NET-201"}
    assert "NET-202" in laws_in(mandatory(pack.stack(provider_network(), layer2())))


def test_a_relaxed_law_is_reported_with_its_reason_whatever_the_configuration() -> None:
    reason = "the provider NIC filters ARP"
    pack = Pack({"relaxed": {"NET-202": reason}}, levels={"advice": proto.DISABLED})
    (reported,) = [text for text in advisory(pack.stack(provider_network(), layer2())) if "NET-202" in text]
    assert reason in reported


def test_a_provider_network_that_all_stacks_are_configured_with_may_be_this_ones() -> None:
    pack = Pack({"providerInterfaces": ["data.222"]})
    assert mandatory(pack.stack(provider_network(), layer2("data.204"))) == []


def test_a_provider_network_of_another_stack_can_be_declared() -> None:
    pack = Pack({"providerCidrs": ["77.220.68.96/27"], "providerInterfaces": ["data.222"]})
    assert laws_in(pack.register(pool("77.220.68.100"))) == {"NET-201"}
    assert laws_in(mandatory(pack.stack(layer2("data.222")))) == {"NET-202"}


def test_a_wrong_type_is_a_violation() -> None:
    reported = Pack().register(manifest("IPAddressPool", "public", {"addresses": 5}))
    assert laws_in(reported) == {"NET-201", "SHAPE"}


def test_a_violation_is_reported_on_its_resource() -> None:
    response = Pack().stack(external(), pool("77.220.68.100"))
    assert {entry.urn for entry in response.diagnostics if "[NET-201]" in entry.message} == {"urn:1"}


def test_every_law_that_is_never_relaxed_is_checked_before_creation() -> None:
    assert {"NET-201", "NET-203"} <= {law.id for law in LAWS if not law.relaxable}
    assert BY_ID["NET-202"].relaxable
