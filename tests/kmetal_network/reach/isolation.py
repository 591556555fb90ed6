"""Networks made by hand: what tenants reach of each other and of the platform."""

from __future__ import annotations

from typing import Any

from tests.kmetal_network.reach.hand import (
    A_OUT,
    ALPHA,
    BETA,
    DROP,
    DROPPED,
    LEAVES,
    NO_ROUTE,
    OPEN,
    OUTSIDE,
    PODS,
    ROUTER,
    VPC,
    Hand,
    Path,
    alpha,
    platform,
    pod,
    tenant,
)
from tests.support.network.objects import build, policy

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
