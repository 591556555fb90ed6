"""Twelve networks made by hand, with what a packet meets in each: expectations that nothing computes.

The model is held to them everywhere (`tests/kmetal_network/reach`), and OVN itself where it is available (`tests/oracle`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kmetal_network.reach.verdict import Outcome
from tests.oracle.northbound import Pod
from tests.support.network import Body, build, node, policy

OPEN, ROUTER, LEAVES = Outcome.OPEN, Outcome.ROUTER, Outcome.LEAVES
NODE, DROPPED, NO_ROUTE = Outcome.NODE, Outcome.DROPPED, Outcome.NO_ROUTE

DROP: Final = "ip4.dst == 77.220.68.96/27"
OUTSIDE: Final = ""
"""As a source: the physical network."""


@dataclass(frozen=True, kw_only=True)
class Path:
    """One packet and what becomes of it."""

    source: str
    """Subnet of the sending pod; empty for a packet from the physical network."""
    own: str
    to: str
    outcome: Outcome
    by: str
    """The object and, where a policy route decides, its priority: `Vpc alpha-vpc 1500`."""
    source_as: str | None = None
    port: int = 80


@dataclass(frozen=True, kw_only=True)
class Hand:
    """One network."""

    name: str
    bodies: Sequence[Body]
    paths: Sequence[Path]
    pods: Sequence[Pod] = field(default_factory=tuple)

    def __str__(self) -> str:
        return self.name


def external(name: str = "external", block: str = "77.220.68.96/27", gateway: str = "77.220.68.97") -> Body:
    spec = {"vpc": "ovn-cluster", "vlan": "vlan222", "cidrBlock": block, "gateway": gateway, "excludeIps": [gateway]}
    return build("Subnet", name, spec)


def platform() -> list[Body]:
    return [
        build("Vlan", "vlan222", {"id": 0, "provider": "provider"}),
        external(),
        node("w1", "192.0.2.11", "true"),
    ]


def vpc(name: str, *policies: Body, **spec: Any) -> Body:
    routes = [{"cidr": "0.0.0.0/0", "nextHopIP": "77.220.68.97", "policy": "policyDst"}]
    return build("Vpc", name, {"enableExternal": True, "staticRoutes": routes, "policyRoutes": list(policies), **spec})


def tenant(name: str, block: str, *policies: Body, egress: str, **spec: Any) -> list[Body]:
    """A tenant with one Subnet `<name>` on `<block>.0/24` and a pinned address."""
    return [
        vpc(f"{name}-vpc", *(policies or (policy(1500, DROP),)), **spec),
        build("Subnet", name, {"vpc": f"{name}-vpc", "cidrBlock": f"{block}.0/24", "gateway": f"{block}.1"}),
        eip(f"{name}-vpc-external", egress, "lrp"),
        build("OvnSnatRule", f"{name}-snat", {"ovnEip": f"{name}-vpc-external", "vpcSubnet": name}),
    ]


def eip(name: str, address: str, kind: str, subnet: str = "external") -> Body:
    return build("OvnEip", name, {"externalSubnet": subnet, "type": kind, "v4Ip": address})


def pod(subnet: str, *addresses: str) -> Pod:
    return Pod(subnet, f"p-{subnet}", addresses)


def alpha(to: str, outcome: Outcome, by: str, source_as: str | None = None, **more: Any) -> Path:
    """A packet of alpha's pod."""
    return Path(source="alpha", own="10.100.0.2", to=to, outcome=outcome, by=by, source_as=source_as, **more)


A_OUT: Final = "77.220.68.100"
ALPHA: Final = tenant("alpha", "10.100.0", egress=A_OUT)
BETA: Final = tenant("beta", "10.101.0", egress="77.220.68.101")
PODS: Final = (pod("alpha", "10.100.0.2"), pod("beta", "10.101.0.2"))
VPC: Final = "Vpc alpha-vpc"
OWN_ALLOW: Final = "Subnet {} 31000"

GUIDE = Hand(
    name="the guide's two tenants",
    bodies=[*platform(), *ALPHA, *BETA],
    pods=PODS,
    paths=[
        alpha("8.8.8.8", LEAVES, VPC, A_OUT),
        alpha("77.220.68.101", DROPPED, f"{VPC} 1500"),
        alpha("77.220.68.102", DROPPED, f"{VPC} 1500"),
        alpha("77.220.68.97", DROPPED, f"{VPC} 1500"),
        alpha("10.101.0.2", LEAVES, VPC, A_OUT),
        alpha("10.16.0.5", LEAVES, VPC, A_OUT),
        alpha("100.64.0.3", LEAVES, VPC, A_OUT),
        alpha("192.0.2.11", LEAVES, VPC, A_OUT),
        Path(source=OUTSIDE, own="203.0.113.7", to=A_OUT, outcome=ROUTER, by=VPC),
    ],
)

ISOLATED = Hand(
    name="isolation of the platform",
    bodies=[
        *platform(),
        *tenant(
            "alpha",
            "10.100.0",
            *(policy(1500, f"ip4.dst == {block}") for block in ("77.220.68.96/27", "10.16.0.0/16", "100.64.0.0/16")),
            policy(1500, "ip4.dst == 192.0.2.0/24"),
            egress=A_OUT,
        ),
    ],
    pods=PODS[:1],
    paths=[
        alpha("10.16.0.5", DROPPED, f"{VPC} 1500"),
        alpha("100.64.0.3", DROPPED, f"{VPC} 1500"),
        alpha("192.0.2.11", DROPPED, f"{VPC} 1500"),
        alpha("8.8.8.8", LEAVES, VPC, A_OUT),
    ],
)

OVERLAP = Hand(
    name="tenants on the same block",
    bodies=[*platform(), *ALPHA, *tenant("beta", "10.100.0", egress="77.220.68.101")],
    pods=[PODS[0], pod("beta", "10.100.0.3")],
    paths=[
        alpha("8.8.8.8", LEAVES, VPC, A_OUT),
        alpha("77.220.68.101", DROPPED, f"{VPC} 1500"),
        Path(
            source="beta", own="10.100.0.3", to="8.8.8.8", outcome=LEAVES, by="Vpc beta-vpc", source_as="77.220.68.101"
        ),
    ],
)


def _peer(remote: str, own: str, block: str) -> dict[str, Any]:
    routes = [
        {"cidr": "0.0.0.0/0", "nextHopIP": "77.220.68.97", "policy": "policyDst"},
        {"cidr": block, "nextHopIP": f"169.254.0.{3 - int(own)}", "policy": "policyDst"},
    ]
    return {"vpcPeerings": [{"remoteVpc": remote, "localConnectIP": f"169.254.0.{own}/30"}], "staticRoutes": routes}


PEERED = Hand(
    name="two peered VPCs",
    bodies=[
        *platform(),
        *tenant("alpha", "10.100.0", egress=A_OUT, **_peer("beta-vpc", "1", "10.101.0.0/24")),
        *tenant("beta", "10.101.0", egress="77.220.68.101", **_peer("alpha-vpc", "2", "10.100.0.0/24")),
    ],
    pods=PODS,
    paths=[
        alpha("10.101.0.2", OPEN, VPC),
        Path(source="beta", own="10.101.0.2", to="10.100.0.2", outcome=OPEN, by="Vpc beta-vpc"),
        alpha("169.254.0.2", ROUTER, "Vpc beta-vpc"),
        alpha("77.220.68.101", DROPPED, f"{VPC} 1500"),
        alpha("8.8.8.8", LEAVES, VPC, A_OUT),
    ],
)

SHADOWED = Hand(
    name="a drop below an allow",
    bodies=[
        *platform(),
        *tenant(
            "alpha", "10.100.0", policy(1500, DROP), policy(1600, "ip4.dst == 77.220.68.101", "allow"), egress=A_OUT
        ),
        *BETA,
    ],
    pods=PODS,
    paths=[
        alpha("77.220.68.101", ROUTER, "Vpc beta-vpc", A_OUT),
        alpha("77.220.68.102", DROPPED, f"{VPC} 1500"),
    ],
)

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

NARROW = Hand(
    name="a drop one bit too narrow",
    bodies=[*platform(), *tenant("alpha", "10.100.0", policy(1500, "ip4.dst == 77.220.68.96/28"), egress=A_OUT), *BETA],
    pods=PODS,
    paths=[
        alpha("77.220.68.111", DROPPED, f"{VPC} 1500"),
        alpha("77.220.68.112", LEAVES, VPC, A_OUT),
        alpha("77.220.68.97", DROPPED, f"{VPC} 1500"),
    ],
)

NO_EGRESS = Hand(
    name="a tenant without egress",
    bodies=[
        *platform(),
        build("Vpc", "alpha-vpc", {"enableExternal": False, "staticRoutes": [], "policyRoutes": []}),
        ALPHA[1],
        build("Subnet", "more", {"vpc": "alpha-vpc", "cidrBlock": "10.100.1.0/24", "gateway": "10.100.1.1"}),
        *BETA,
    ],
    pods=[*PODS, pod("more", "10.100.1.2")],
    paths=[
        alpha("8.8.8.8", NO_ROUTE, "Subnet alpha"),
        alpha("77.220.68.101", NO_ROUTE, "Subnet alpha"),
        alpha("10.100.1.2", OPEN, "Subnet more 31000"),
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
    name="IPv6 beside IPv4",
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
