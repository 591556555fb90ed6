"""Whether a match holds for a range of packets: surely, never, or for some of them."""

from __future__ import annotations

import pytest

from kmetal_network.addresses import Span
from kmetal_network.reach.match import Answer, Packet, read

YES, NO, PERHAPS = Answer.YES, Answer.NO, Answer.PERHAPS


@pytest.mark.parametrize(
    ("match", "answer"),
    [
        ("ip4.dst == 10.0.0.0/8", YES),
        ("ip4.dst == 10.1.0.0/17", PERHAPS),
        ("ip4.dst == 11.0.0.0/8", NO),
        ("ip4.dst != 10.0.0.0/8", NO),
        ("ip4.dst != 10.1.0.0/17", PERHAPS),
        ("ip4.dst == {11.0.0.0/8, 10.1.0.0/16}", YES),
        ("ip4.dst == $somewhere", PERHAPS),
        ("ip4.src == 192.0.2.7", YES),
        ("ip4.src == 192.0.2.7 && ip4.dst == 11.0.0.0/8", NO),
        ("ip4.src == 192.0.2.8 || ip4.dst == 10.1.0.0/16", YES),
        ("!(ip4.src == 192.0.2.8 || ip4.dst == 10.1.0.0/16)", NO),
        ("!(ip4.src == 192.0.2.8) && tcp.dst == 443", PERHAPS),
        ("!(ip4.src == 192.0.2.7) && tcp.dst == 443", NO),
        ("ip6.dst == ::/0", NO),
        ("!(ip6.dst == fd00::/8)", NO),
        ("ip4", YES),
        ("ip6", NO),
        ("ip", YES),
        ("udp", PERHAPS),
        ('inport == "alpha-vpc-external"', PERHAPS),
    ],
)
def test_a_match_is_asked_of_every_packet_between_two_ranges(match: str, answer: Answer) -> None:
    packet = Packet(Span.parse("192.0.2.7"), Span.parse("10.1.0.0/16"))

    assert read(match).test(packet) is answer


def test_what_ovn_cannot_read_is_not_read_here_either() -> None:
    with pytest.raises(ValueError, match="a single `=`"):
        read("ip4.dst = 10.0.0.0/8")
