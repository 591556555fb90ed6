"""What a network made by hand consists of: its objects, its pods, and what becomes of their packets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kmetal_network.reach.verdict import Outcome
from tests.oracle.local_ovn.northbound import Pod
from tests.support.network.objects import Body, build, node, policy

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
