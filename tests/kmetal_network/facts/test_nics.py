"""One identity of NICs: the names that carry a provider VLAN, in Python and as the pattern that CEL matches."""

from __future__ import annotations

import re

import pytest

from kmetal_network.admission.nics import carrying
from kmetal_network.facts.kube_ovn import ProviderNetwork
from kmetal_network.facts.nics import carries, is_under, named_vlan, same_nic

TAGGED = ProviderNetwork(place="", name="pn", default_interface="data.222", custom_interfaces=(("bond1.222", ("w2",)),))
TRUNK = ProviderNetwork(place="", name="pn", default_interface="eth9")
IDS = {"pn": frozenset({222})}
NONE = {"pn": frozenset({0})}

ON_TAGGED = (
    "data.222", "data.0222", "bond1.222", "br-pn", "br-pn.7", "data.222.100", "data.0222.100", "data.222-vlan7",
    "vlan222", "VLAN0222", "v222",
)  # fmt: skip
NOT_ON_TAGGED = ("data", "data.22", "data.2222", "bond1", "br-pn2", "vlan22", "br-p", "eth9.222", "kv222-abc")
ON_TRUNK = (
    "eth9", "eth9.222", "eth9.0222", "eth9-vlan222", "eth9v222", "eth9.222.7", "br-pn", "br-pn-vlan222", "br-pn.222",
    "kv222-ab12cd34ef", "vlan222", "vlan.222",
)  # fmt: skip
NOT_ON_TRUNK = ("eth90", "eth9.223", "br-pn-vlan223", "kv223-ab12cd34ef", "vlan2222", "eth9x222", "eth9222", "eth8.222")


@pytest.mark.parametrize(
    ("network", "ids", "interface", "wanted"),
    [
        *((TAGGED, NONE, name, True) for name in ON_TAGGED),
        *((TAGGED, NONE, name, False) for name in NOT_ON_TAGGED),
        *((TRUNK, IDS, name, True) for name in ON_TRUNK),
        *((TRUNK, IDS, name, False) for name in NOT_ON_TRUNK),
    ],
)
def test_an_interface_carries_the_provider_vlan_by_its_name_or_does_not(
    network: ProviderNetwork, ids: dict[str, frozenset[int]], interface: str, *, wanted: bool
) -> None:
    assert (carries(interface, network, ids) is not None) is wanted


def test_the_admission_policies_pattern_says_the_same() -> None:
    tagged = re.compile(carrying({"pn": ["data.222", "bond1.222"]}, {}))
    trunk = re.compile(carrying({"pn": ["eth9"]}, {"pn": 222}))
    assert [name for name in ON_TAGGED if not tagged.fullmatch(name)] == []
    assert [name for name in NOT_ON_TAGGED if tagged.fullmatch(name)] == []
    assert [name for name in ON_TRUNK if not trunk.fullmatch(name)] == []
    assert [name for name in NOT_ON_TRUNK if trunk.fullmatch(name)] == []


def test_without_a_provider_network_the_pattern_matches_nothing() -> None:
    assert [name for name in ("", "eth0", "br-int") if re.fullmatch(carrying({}, {}), name)] == []


def test_one_vlan_on_one_parent_is_one_nic_whatever_zeros_its_id_has() -> None:
    assert same_nic("bond0.0005", "bond0.5")
    assert same_nic("bond0.05.7", "bond0.5.007")
    assert not same_nic("bond0.5", "bond1.5")
    assert not same_nic("bond0", "bond0.5")


def test_a_parent_is_under_the_nic_that_stands_on_it() -> None:
    assert is_under("data", TAGGED) == "data.222"
    assert is_under("bond1", TAGGED) == "bond1.222"
    assert is_under("data.222", TAGGED) is None
    assert is_under("eth9", TRUNK) is None


@pytest.mark.parametrize(
    ("name", "number"),
    [("data.222", 222), ("vlan222", 222), ("bond0-vlan7", 7), ("bond0vlan7", 7), ("enp3s0f0v2", None), ("eth1", None), ("vlan0", None),
     ("vlan4095", None), ("enp1s0f0", None), ("veth1", None)],
)  # fmt: skip
def test_a_name_tells_a_kernel_vlan_or_nothing(name: str, number: int | None) -> None:
    assert named_vlan(name) == number
