"""What OVN reads of a policy route's match, the law reads, and what it refuses, the law refuses (NET-414)."""

from __future__ import annotations

import pytest

from kmetal_network.laws.tenants.routing.ovn_grammar import is_expression
from kmetal_network.laws.tenants.routing.ovn_match import OvnRefusalError, destinations
from tests.oracle.local_ovn.ovn import Ovn
from tests.oracle.translate import rows
from tests.support.network.objects import build, policy

READ = (
    "ip4.dst == 10.0.0.0/8",
    "ip4.dst != {1.1.1.1, 8.8.8.8}",
    "!(ip4.dst == 1.1.1.1)",
    "!(!ip4)",
    "!(!tcp && ip4.dst == 1.1.1.1)",
    "tcp.dst != {80, 443}",
    "!(tcp.dst == 80)",
    "tcp.dst >= 5",
    "ip.ttl == 255 && ip.dscp == 63 && ip.proto == 255",
    "icmp4.type == 255",
    'inport == {"x", "y"}',
    "ip4.dst == 1.2.3.4 && ip6",
    "(ip4.dst == 1.1.1.1 || tcp) && ip4.src == 2.2.2.2",
)
REFUSED = (
    "ip4.dst = 10.0.0.0/8",
    "!ip",
    "!ip4",
    "!ip6",
    "!arp",
    "!tcp",
    "!udp",
    "!icmp4",
    "!(ip4 && tcp)",
    "!!(ip4)",
    "ip.proto != 6",
    "!(ip.proto == 6)",
    "ip.ttl > 3",
    "ip.dscp != 3",
    "icmp4.type > 3",
    'inport != "x"',
    '!(inport == "x")',
    "tcp.dst < {5, 6}",
    "tcp.dst == 070",
    "tcp.dst == 65536",
    "ip.ttl == 256",
    "ip.dscp == 64",
    "ip.proto == 256",
    "icmp4.type == 256",
    "ip4.dst == fd00::1",
    "ip4.dst == 1.1.1.1 && tcp || udp",
)


_FEW = 6
"""OVN's log leaves out what comes too often."""


def test_ovn_refuses_exactly_these_matches(ovn: Ovn) -> None:
    every = [*READ, *REFUSED]
    refused = []
    for few in (every[start : start + _FEW] for start in range(0, len(every), _FEW)):
        entries = [policy(1000 + index, match) for index, match in enumerate(few)]
        with ovn.network(rows([build("Vpc", "a-vpc", {"policyRoutes": entries})], [])) as tracer:
            complaints = tracer.log()
        refused += [match for match in few if f"|WARN|{match}: " in complaints]

    assert refused == list(REFUSED)


@pytest.mark.parametrize("match", READ)
def test_the_law_reads_what_ovn_reads(match: str) -> None:
    destinations(match)


@pytest.mark.parametrize("match", REFUSED)
def test_the_law_refuses_what_ovn_refuses(match: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        destinations(match)


@pytest.mark.parametrize("match", REFUSED)
def test_what_ovn_refuses_is_never_taken_for_an_expression_that_only_ovn_knows(match: str) -> None:
    """Such an expression is a warning; one that OVN refuses is an error, because the policy does nothing."""
    with pytest.raises(ValueError, match=r"\w") as refused:
        destinations(match)
    assert isinstance(refused.value, OvnRefusalError) or not is_expression(match)
