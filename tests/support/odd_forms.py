"""Objects that the laws accept in an odd form or a large number: what CEL must not take for a breach, or for too much."""

from __future__ import annotations

from typing import Any

from tests.support.network.objects import EXTERNAL, LAYER2, POOL, PROVIDER, SUBNET, VPC, build

DROP = {"priority": 1500, "match": "ip4.dst == 77.220.68.96/27", "action": "drop"}
DEFAULT_ROUTE = {"cidr": "0.0.0.0/0", "nextHopIP": "77.220.68.97", "policy": "policyDst"}
PEER = "BGPPeer kmetal-metallb/leaf"
ANNOUNCED = (
    build("BGPAdvertisement", "routed", {"ipAddressPools": ["tenant-cp-pool"]}, namespace="kmetal-metallb"),
    build(
        "BGPPeer", "leaf", {"myASN": 64512, "peerASN": 64513, "peerAddress": "172.21.204.1"}, namespace="kmetal-metallb"
    ),
    build("Service", "web", {"ports": [{"port": 80}]}, namespace="alpha"),
    build("OvnEip", "spare", {"externalSubnet": "external", "type": "nat"}),
)
"""Of kinds that the good network has none of."""

ODD: dict[tuple[str, str], list[Any]] = {
    (POOL, "spec.addresses"): [
        [text]
        for text in (
            "172.21.204.200..172.21.204.250", " 172.21.204.200\t-\n172.21.204.250 ", "172.21.204.0/255.255.255.0",
            "::ffff:172.21.204.200", "::FFFF:172.21.204.0/120", "::ffff:ac15:ccc8", "7::ffff:7.220.68.100", "::/0",
            "::1-7::ffff:7.220.68.100", "::ffff:172.21.204.200-172.21.204.201", "172.21.204.0/024", "fe80::1%eth0",
            "172.21.204.200-172.21.204.250-172.21.204.251", "172.21. 204.200", "77.220.68.96 /27",
        )
    ],
    (SUBNET, "spec.cidrBlock"): [
        " 10.100.0.0/24 ", "10.100.0.0/255.255.255.0", "10.100.0.0/024", "::ffff:10.100.0.0/120", "10.100.0.0/24,",
        "10.100.0.0/24 , fd00::/64", "10.100.0.0-10.100.0.255", "10.100.0.0..10.100.0.255", "10.100.0.1", "fd00::/64",
        "fd00::%1/64", "10.100.0.0/33", "::/80", "10.100.0.0/24,10.100.1.0/24,fd00::/64", "", "10.100.0.0", "0.0.0.0/0",
    ],
    (SUBNET, "spec.gateway"): [
        " 10.100.0.1 ", "10.100.0.1,", "10.100.0.1,fd00::1", "::ffff:10.100.0.1", "10.100.0.1/24", "fd00::1", "",
        "10.100.0.1-10.100.0.2", "10.100.0.01", "10.100.0.1\n",
    ],
    (SUBNET, "spec.excludeIps"): [
        [text]
        for text in (
            " 10.100.0.1 ", "10.100.0.1 .. 10.100.0.9", "10.100.0.1...10.100.0.9", "10.100.0.9..10.100.0.1", "..",
            "::ffff:10.100.0.1", "::ffff:a64:1..10.100.0.9", "10.100.0.1..fd00::1", "010.100.0.1", "fd00::1%1", "",
            "10.100.0.1..10.100.0.2..10.100.0.3", "10.100.0.0/24", "10.100.0.1\t", "10.100.0.1\u001f", "FD00::A",
        )
    ],
    (SUBNET, "spec.provider"): ["", "ovn", "a..ovn", "...", "alpha-dev-net.alpha.OVN", "a.b.ovn"],
    (SUBNET, "spec.protocol"): ["", "IPv4", "Dual"],
    (SUBNET, "spec.mtu"): [0, 68, 67, 1280, 9000],
    (SUBNET, "spec.vlan"): ["", "vlan222"],
    (SUBNET, "spec.vpc"): ["", "ovn-cluster", "gamma-vpc"],
    (EXTERNAL, "spec.gateway"): ["", "77.220.68.97,fd00::1", " 77.220.68.97"],
    (EXTERNAL, "spec.vpc"): ["", "beta-vpc"],
    (PEER, "spec.peerAddress"): [
        " 77.220.68.97 ", "::ffff:77.220.68.97", "7::ffff:7.220.68.97", "77.220.68. 97", "77.220.68.96/27", "router", "",
        "77.220.68.097",
    ],
    (PEER, "spec.peerASN"): [0, 1, 4294967295, 4294967296, -1],
    (PEER, "spec.dynamicASN"): ["internal"],
    ("OvnEip spare", "spec.v4Ip"): [
        " 77.220.68.97", "77.220.68.98", "::ffff:77.220.68.97", "77.220.68.96/27", "77.220.68.1-77.220.68.2", "2001:db8::1",
        "77.220.68.127 ", "", " ", "077.220.68.98",
    ],
    (PROVIDER, "spec.customInterfaces"): [[{}], [{"nodes": ["w1"]}], [{"interface": "a\u00a0b", "nodes": []}]],
    (VPC, "spec.policyRoutes.0.match"): [
        "((ip4.dst == 77.220.68.96/27) && (tcp || (udp)))", "((((ip4.dst == 77.220.68.96/27))))", "!!tcp", "!(!(tcp))",
        "ip4.dst == 77.220.68.96/27\n", "ip4.dst ==\n  77.220.68.96/27", "ip4.dst==77.220.68.96/27&&tcp", "tcp&&udp||arp",
        "ip4.dst == 77.220.68.96/255.255.255.224", "ip4.dst == 77.220.68.96/027", "ip6.dst == ::ffff:77.220.68.97",
        'inport == "a && b"', 'inport == {"a", "10.0.0.1/8"}', "udp.dst == 000053", "ip4.dst == {$a, 10.0.0.0/8}", "(tcp",
        "tcp) && (udp", "((((tcp)))", "ip4.dst == 10.0.0.1/8 || tcp", "tcp udp", "", " ", "ip", "tcp &", '"', "((((tcp udp))))",
        "ip4.dst == 77.220.68.96/27\u00a0", "tcp.dst == 65535", "tcp.dst == 65536", "!(tcp.dst == 80)", "!(ip.proto != 6)",
        "!(!(ip.proto == 6) && !(tcp))", "!(ip.ttl < 5)", "ip.ttl < 5", "ip.ttl == 255", "ip.dscp == 64", "ip.dscp == {0, 63}",
        "tcp && !(tcp.dst == {80, 443} || ip4.dst == 10.0.0.0/8)", "!(ip4 && !tcp)", '!(outport != "a")', '!(outport == "a")',
        "10.0.0.0/255.0.0.0 == ip4.dst", "ip4.dst == {10.0.0.0/255.0.0.0, 10.1.0.0/16, 10.2.0.1}", "ip4.src != 0.0.0.1/0.0.0.255",
        "arp.spa == 10.0.0.0/255.0.255.0", "arp.tpa == 10.0.0.1", "ip4.dst == 10.0.0.0/255.0.0.0 && !(ip4.src == 10.0.0.0/0.0.0.0)",
        "{10.0.0.1, 10.0.0.2} == ip4.dst", "ip4.dst == {10.0.0.0/255.0.0.0 10.0.0.1}", "ip4.dst == {10.0.0.0/8 10.1.0.0/16}", "icmp4.type != 8", "udp.src >= 1024 && udp.src <= {1, 2}",
    ],
    (VPC, "spec.policyRoutes.0.nextHopIP"): ["", "10.100.0.1"],
    (VPC, "spec.policyRoutes"): [
        [{"priority": 1, "match": "tcp", "action": "reroute", "nextHopIP": hop}, {**DROP, "match": "ip4"}]
        for hop in ("::ffff:10.0.0.1", "10.0.0.1-10.0.0.2", "10.0.0.1..10.0.0.2", " 10.0.0.1", "10.0.0.1,", "fd00::1", "x")
    ]
    + [[{}, DROP], [{"action": "drop"}], [DROP, DROP], [{**DROP, "action": "allow"}], []],
    (VPC, "spec.staticRoutes"): [
        [{"cidr": cidr, "nextHopIP": hop, "policy": kind}, DEFAULT_ROUTE]
        for cidr, hop, kind in (
            (" 10.0.0.0/8 ", " 10.0.0.1 ", ""), ("10.0.0.1", "::ffff:10.0.0.1", "policySrc"), ("10.0.0.0/255.0.0.0", "::1", ""),
            ("10.0.0.0..10.0.0.9", "10.0.0.1..10.0.0.2", ""), ("10.0.0.0-10.0.0.9", "10.0.0.1", ""), ("", "", ""),
            ("::ffff:10.0.0.0/104", "10.0.0.1/8", ""), ("::/0", "fd00::1", "policyDst"),
        )
    ]
    + [[{}], [], [{**DEFAULT_ROUTE, "cidr": "::/0"}], [{**DEFAULT_ROUTE, "cidr": "0.0.0.0/0 "}]],
    (VPC, "spec.vpcPeerings"): [
        [{"remoteVpc": "beta-vpc", "localConnectIP": address}]
        for address in ("169.254.0.1/30", " 169.254.0.1/30", "169.254.0.1/255.255.255.252", "::ffff:169.254.0.1/126", "", "x/30")
    ]
    + [[{}]],
    (VPC, "spec.enableBfd"): [True, False],
    (VPC, "spec.enableExternal"): [False],
}  # fmt: skip
"""Forms that the law's reader and CEL's functions may take differently."""

STRICTER: dict[tuple[str, str], dict[str, set[str]]] = {
    (POOL, "spec.addresses"): {
        text: {"NET-201"} for text in ("['172.21.204.0/255.255.255.0']", "['::ffff:ac15:ccc8']", "['172.21.204.0/024']")
    },
}
"""A law that must not fail open refuses what CEL cannot read, where its own reader can."""

LARGE: tuple[tuple[str, str, Any], ...] = (
    (VPC, "spec.policyRoutes", [{**DROP, "priority": number} for number in range(500)]),
    (
        VPC,
        "spec.policyRoutes",
        [
            DROP,
            *({**DROP, "priority": number, "match": "ip4.src == 10.0.0.96/255.0.255.224"} for number in range(250)),
        ],
    ),
    (VPC, "spec.staticRoutes", [DEFAULT_ROUTE, *({**DEFAULT_ROUTE, "cidr": f"8.8.{n}.0/24"} for n in range(250))]),
    (SUBNET, "spec.excludeIps", [f"10.100.0.{n}..10.100.0.{n}" for n in range(1, 251)] * 8),
    (POOL, "spec.addresses", [f"172.{n}.{m}.1-172.{n}.{m}.9" for n in range(20, 30) for m in range(200)]),
    (PROVIDER, "spec.excludeNodes", [f"node-{n}" for n in range(2000)]),
    (LAYER2, "spec.interfaces", [f"nic{n}" for n in range(500)]),
)

ENTRIES = [
    ("2001:db8:0:1::1", True),
    ("2001:db8:0:1:ffff:ffff:ffff:ffff/128", True),
    ("2001:db8:0:2::/64", False),
    ("2001:db8::/48", True),
    ("2001:db8::1-2001:db8::ffff", False),
    ("2001:db8::1-2001:db8:0:1::", True),
    ("2001:db8::-2001:db9::", True),
    ("2001:db8:0:2::-2001:db8:0:2:1::", False),
    ("2001:db8:0:1:ffff:ffff:ffff:ffff-2001:db8:0:2::", True),
    ("::1-::2", False),
    ("9.0.0.0-10.0.0.0", False),
    ("9.0.0.0-100.0.0.0", True),
    ("77.220.68.9-77.220.68.95", False),
    ("77.220.68.9 - 77.220.68.100", True),
    ("::FFFF:77.220.68.100", True),
    ("::ffff:77.220.68.128", False),
    ("::ffff:77.220.68.64/123", False),
    ("::ffff:0:0/90", True),
    ("10.0.0.9-10.0.0.1", True),
    ("10.0.0.1-::2", True),
    ("1-2-3", True),
    ("", True),
    ("077.220.068.100", True),
]
"""Entries of a pool's addresses, and whether NET-201 refuses them. The last ones cannot be read."""
