"""Twelve networks made by hand, with what a packet meets in each: expectations that nothing computes.

The model is held to them everywhere (`tests/kmetal_network/reach`), and OVN itself where it is available (`tests/oracle`).
"""

from __future__ import annotations

from typing import Final

from tests.kmetal_network.reach.hand import (
    A_OUT,
    ALPHA,
    BETA,
    DROP,
    DROPPED,
    LEAVES,
    NODE,
    OPEN,
    OUTSIDE,
    PODS,
    ROUTER,
    VPC,
    Hand,
    Path,
    alpha,
    eip,
    external,
    platform,
    pod,
    tenant,
    vpc,
)
from tests.kmetal_network.reach.isolation import GUIDE, ISOLATED, NARROW, NO_EGRESS, OVERLAP, PEERED, SHADOWED
from tests.support.network.objects import build, policy

TWO = Hand(
    name="two external Subnets",
    bodies=[
        *platform(),
        external("external-two", "185.12.0.0/28", "185.12.0.1"),
        *tenant(
            "alpha",
            "10.100.0",
            policy(1500, DROP),
            egress=A_OUT,
            extraExternalSubnets=["external", "external-two"],
            staticRoutes=[
                {"cidr": "0.0.0.0/0", "nextHopIP": "77.220.68.97", "policy": "policyDst"},
                {"cidr": "9.0.0.0/8", "nextHopIP": "185.12.0.1", "policy": "policyDst"},
            ],
        ),
        eip("alpha-vpc-external-two", "185.12.0.3", "lrp", "external-two"),
    ],
    pods=PODS[:1],
    paths=[
        alpha("8.8.8.8", LEAVES, VPC, A_OUT),
        alpha("9.9.9.9", LEAVES, VPC),
        alpha("185.12.0.1", LEAVES, VPC),
        alpha("185.12.0.9", LEAVES, VPC),
        alpha("77.220.68.97", DROPPED, f"{VPC} 1500"),
    ],
)

PINNED = Hand(
    name="a pinned address",
    bodies=[*platform(), *tenant("alpha", "10.100.0", egress="77.220.68.126"), *BETA],
    pods=PODS,
    paths=[
        alpha("8.8.8.8", LEAVES, VPC, "77.220.68.126"),
        Path(source=OUTSIDE, own="203.0.113.7", to="77.220.68.126", outcome=ROUTER, by=VPC),
        Path(source="beta", own="10.101.0.2", to="77.220.68.126", outcome=DROPPED, by="Vpc beta-vpc 1500"),
    ],
)

PUBLISHED = Hand(
    name="an OvnFip and an OvnDnatRule",
    bodies=[
        *platform(),
        *tenant("alpha", "10.100.0", policy(100, "ip4.dst == 192.0.2.0/24"), egress=A_OUT),
        *BETA,
        eip("fip", "77.220.68.110", "nat"),
        build("OvnFip", "beta-fip", {"ovnEip": "fip", "vpc": "beta-vpc", "v4Ip": "10.101.0.2"}),
        eip("dnat", "77.220.68.111", "nat"),
        build(
            "OvnDnatRule",
            "beta-dnat",
            {
                "ovnEip": "dnat",
                "vpc": "beta-vpc",
                "v4Ip": "10.101.0.2",
                "externalPort": "443",
                "internalPort": "8443",
                "protocol": "tcp",
            },
        ),
    ],
    pods=PODS,
    paths=[
        Path(source=OUTSIDE, own="203.0.113.7", to="77.220.68.110", outcome=OPEN, by="OvnFip beta-fip"),
        Path(source=OUTSIDE, own="203.0.113.7", to="77.220.68.111", outcome=OPEN, by="OvnDnatRule beta-dnat", port=443),
        alpha("77.220.68.110", OPEN, "OvnFip beta-fip", A_OUT),
        alpha("77.220.68.111", OPEN, "OvnDnatRule beta-dnat", A_OUT, port=443),
        Path(
            source="beta", own="10.101.0.2", to="8.8.8.8", outcome=LEAVES, by="Vpc beta-vpc", source_as="77.220.68.110"
        ),
    ],
)

DEFAULT = Hand(
    name="the default VPC",
    bodies=[
        *platform(),
        build("Vpc", "ovn-cluster", {"extraExternalSubnets": ["external"]}),
        build("Subnet", "ovn-default", {"vpc": "ovn-cluster", "cidrBlock": "10.16.0.0/16", "gateway": "10.16.0.1"}),
        build("Subnet", "join", {"vpc": "ovn-cluster", "cidrBlock": "100.64.0.0/16", "gateway": "100.64.0.1"}),
        build("Subnet", "tools", {"vpc": "ovn-cluster", "cidrBlock": "10.17.0.0/24", "gateway": "10.17.0.1"}),
        *ALPHA,
    ],
    pods=[PODS[0], pod("ovn-default", "10.16.0.5"), pod("tools", "10.17.0.5")],
    paths=[
        Path(source="ovn-default", own="10.16.0.5", to="10.17.0.5", outcome=OPEN, by="Subnet tools 31000"),
        Path(source="ovn-default", own="10.16.0.5", to="8.8.8.8", outcome=NODE, by="Vpc ovn-cluster 29000"),
        Path(source="ovn-default", own="10.16.0.5", to="192.0.2.11", outcome=NODE, by="Node w1 30000"),
        Path(source="tools", own="10.17.0.5", to="10.100.0.2", outcome=NODE, by="Vpc ovn-cluster 29000"),
        alpha("10.16.0.5", LEAVES, VPC, A_OUT),
    ],
)

DUAL = Hand(
    name="IPv6 together with IPv4",
    bodies=[
        *platform()[:1],
        external("external", "77.220.68.96/27,fd00:ffff::/64", "77.220.68.97,fd00:ffff::1"),
        vpc(
            "alpha-vpc",
            policy(1500, DROP),
            policy(1500, "ip6.dst == fd00:ffff::/64"),
            staticRoutes=[
                {"cidr": "0.0.0.0/0", "nextHopIP": "77.220.68.97", "policy": "policyDst"},
                {"cidr": "::/0", "nextHopIP": "fd00:ffff::1", "policy": "policyDst"},
            ],
        ),
        build(
            "Subnet",
            "alpha",
            {
                "vpc": "alpha-vpc",
                "cidrBlock": "10.100.0.0/24,fd00:100::/64",
                "gateway": "10.100.0.1,fd00:100::1",
            },
        ),
        build(
            "OvnEip",
            "alpha-vpc-external",
            {"externalSubnet": "external", "type": "lrp", "v4Ip": A_OUT, "v6Ip": "fd00:ffff::100"},
        ),
        build("OvnSnatRule", "alpha-snat", {"ovnEip": "alpha-vpc-external", "vpcSubnet": "alpha"}),
    ],
    pods=[pod("alpha", "10.100.0.2", "fd00:100::2")],
    paths=[
        alpha("8.8.8.8", LEAVES, VPC, A_OUT),
        alpha("77.220.68.97", DROPPED, f"{VPC} 1500"),
        Path(source="alpha", own="fd00:100::2", to="2001:db8::8", outcome=LEAVES, by=VPC, source_as="fd00:ffff::100"),
        Path(source="alpha", own="fd00:100::2", to="fd00:ffff::1", outcome=DROPPED, by=f"{VPC} 1500"),
    ],
)

HANDS: Final = (
    GUIDE, ISOLATED, OVERLAP, PEERED, SHADOWED, TWO, PINNED, PUBLISHED, NARROW, NO_EGRESS, DEFAULT, DUAL,
)  # fmt: skip
