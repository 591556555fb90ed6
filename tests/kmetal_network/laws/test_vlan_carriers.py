"""Filing provider networks by names and ids finds exactly those that a comparison with each of them finds."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from kmetal_network.facts.kube_ovn import ProviderNetwork, Vlan
from kmetal_network.facts.nics import carries, vlan_ids
from kmetal_network.laws.vlan_carriers import Carriers

NICS = st.sampled_from(
    (
        "data",
        "data.222",
        "data.0222",
        "data.222.100",
        "bond0",
        "bond0.7",
        "eth0",
        "eth01",
        "d",
        "br-provider",
        "vlan222",
    )
)
NAMES = st.sampled_from(("provider", "second", "p", "int"))
IDS = st.sampled_from((0, 7, 100, 222))
INTERFACES = st.one_of(
    NICS,
    st.builds(
        "{}{}{}".format,
        st.one_of(NICS, NAMES.map("br-{}".format)),
        st.sampled_from(("", ".", "-vlan", ".vlan", "v", ":")),
        st.sampled_from(("", "7", "222", "0222", "222.100")),
    ),
    st.sampled_from(("vlan222", "vlan7", "v100", "kv222-a1b2", "kv7-0", "kv-", "", "x" * 300)),
)
NETWORKS = st.lists(
    st.builds(
        lambda name, nic, others: ProviderNetwork(
            place=f"ProviderNetwork {name}",
            name=name,
            default_interface=nic,
            custom_interfaces=tuple((other, ("n1",)) for other in others),
        ),
        NAMES,
        NICS,
        st.lists(NICS, max_size=2),
    ),
    max_size=4,
)
VLANS = st.lists(
    st.builds(lambda number, network: Vlan(place="Vlan v", name="v", id=number, provider=network), IDS, NAMES),
    max_size=4,
)


@given(interface=INTERFACES, networks=NETWORKS, vlans=VLANS)
@example(
    interface="data.0222.100",
    networks=[ProviderNetwork(place="", name="provider", default_interface="data.222")],
    vlans=[],
)
def test_an_interface_finds_the_networks_that_a_comparison_with_each_finds(
    interface: str, networks: list[ProviderNetwork], vlans: list[Vlan]
) -> None:
    ids = vlan_ids(vlans)
    each = [(network, reason) for network in networks if (reason := carries(interface, network, ids))]
    assert list(Carriers(networks, vlans).of(interface)) == each


def test_the_names_in_use_are_found() -> None:
    provider = ProviderNetwork(place="", name="provider", default_interface="data")
    carriers = Carriers([provider], [Vlan(place="", name="v", id=222, provider="provider")])
    found = {
        name: [reason for _, reason in carriers.of(name)] for name in ("data", "br-provider", "data.222", "data.7")
    }
    assert found == {
        "data": ["is the NIC of provider network 'provider'"],
        "br-provider": ["is the bridge of provider network 'provider'"],
        "data.222": ["is VLAN 222 on 'data', the NIC of provider network 'provider'"],
        "data.7": [],
    }
