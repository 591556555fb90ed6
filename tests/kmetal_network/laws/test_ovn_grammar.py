"""What is an expression of OVN's, though this project does not reckon with it; and what OVN refuses."""

from __future__ import annotations

import pytest

from kmetal_network.laws.tenants.routing.ovn_grammar import is_expression


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.0/8 == ip4.dst", "1024 <= tcp.dst <= 49151", "ip4.dst == 10.0.0.0/255.0.0.0",
        "eth.src == 00:00:00:00:00:01", "eth.dst == 01:00:00:00:00:00/01:00:00:00:00:00", "ip4.mcast",
        "!ct.est && reg0[0..7] == 0x5", "(ip4 && tcp) || ip.frag != 0", "tcp.flags == 2/2", "reg0[3]",
        'inport == {"a", "b"}', "ip6.dst == {fd00::/8, ::1}", "ip4.src == $set", "ip4.dst == {10.0.0.1 10.0.0.2}",
    ],
)  # fmt: skip
def test_an_expression_of_ovns_is_one(text: str) -> None:
    assert is_expression(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "ip4.dst = 10.0.0.0/8", "ip4.dst == 10.0.0.1/8", "ip4.dst == 10.0.0.1/255.0.0.0", "ip4.dst",
        "ip4.dest == 10.0.0.0/8", "ip4.dst == 300.0.0.1", "ip4.dst ==", "(ip4", "ip4)", "ip4 && tcp || udp",
        "ip4.dst == 10.0.0.0/8 foo", "ip4.dst == ::1", "tcp.dst == 10.0.0.1", "1 == 2", "ip4.dst == ip4.src",
        "tcp.dst == 70000", "1 <= tcp.dst >= 2", "1 < 2 < tcp.dst", "inport == 1", "eth.src == 1", "ip4 &&",
        'ip4.dst == "10.0.0.0"', "ip4.dst == 10.0.0.0/8;", "(" * 40 + "ip4" + ")" * 40,
    ],
)  # fmt: skip
def test_what_ovn_refuses_is_none(text: str) -> None:
    assert not is_expression(text)
