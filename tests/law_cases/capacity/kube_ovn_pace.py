"""Cases of `kmetal_network.laws.capacity.kube_ovn_pace`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.law_cases.case import breaks, passes
from tests.support.network.edits import NO, Edit, add, partial, patch, put
from tests.support.network.good import Network
from tests.support.network.objects import Body, build, node, policy


def subnets(count: int, **spec: Any) -> Edit:
    """So many Subnets, by default overlay Subnets of the default VPC, each with a block of its own that tenants drop."""

    def edit(network: Network) -> None:
        for tenant in ("Vpc alpha-vpc", "Vpc beta-vpc"):
            put(tenant, "spec.policyRoutes.+", policy(1500, "ip4.dst == 11.0.0.0/8"))(network)
        add(*_subnets(count, spec))(network)

    return edit


def _subnets(count: int, spec: Mapping[str, Any]) -> Iterator[Body]:
    for number in range(count):
        block = {"vpc": "ovn-cluster", "cidrBlock": f"11.{number}.0.0/24", "gateway": f"11.{number}.0.1"}
        yield build("Subnet", f"shared-{number}", {**block, **spec})


def addresses(count: int) -> Edit:
    """So many Subnets that only give addresses to another CNI's attachment."""

    def edit(network: Network) -> None:
        for number in range(count):
            ipam = {"type": "kube-ovn", "provider": f"lan-{number}.default"}
            config = {"cniVersion": "0.3.1", "type": "macvlan", "master": "eth0", "ipam": ipam}
            spec = {"config": json.dumps(config)}
            add(build("NetworkAttachmentDefinition", f"lan-{number}", spec, namespace="default"))(network)
        subnets(count)(network)
        for number in range(count):
            network.objects[f"Subnet shared-{number}"]["spec"]["provider"] = f"lan-{number}.default"
            del network.objects[f"Subnet shared-{number}"]["spec"]["vpc"]

    return edit


def nodes(count: int) -> Edit:
    """So many nodes besides the three of the good network."""
    return add(*(node(f"n{number}", f"172.21.204.{20 + number}") for number in range(count)))


def vpcs(count: int, **spec: Any) -> Edit:
    """So many Vpcs of tenants besides the two of the good network, on an external Subnet that is elsewhere."""

    def edit(network: Network) -> None:
        network.whole = False  # their Subnets, SNAT rules and quotas are elsewhere
        alike = {**network.objects["Vpc alpha-vpc"]["spec"], "extraExternalSubnets": ["second"]}
        add(
            *(
                build("Vpc", f"t{number}-vpc", {**alike, "namespaces": [f"t{number}"], **spec})
                for number in range(count)
            )
        )(network)

    return edit


TEN_NODES = nodes(7)
CASES = (
    passes("NET-506", "250 Subnets of the default VPC on ten nodes", TEN_NODES, subnets(250)),
    breaks("NET-506", "251 Subnets of the default VPC on ten nodes", TEN_NODES, subnets(251), at="Subnet shared-250"),
    passes("NET-506", "25 Subnets of the default VPC on a hundred nodes", nodes(97), subnets(25)),
    breaks(
        "NET-506",
        "26 Subnets of the default VPC on a hundred nodes",
        nodes(97),
        subnets(26),
        at="Subnet shared-25",
    ),
    passes(
        "NET-506",
        "25 Subnets on a hundred nodes, with patches of Subnets and of nodes",
        partial,
        nodes(97),
        subnets(25),
        patch("Subnet alpha-dev-subnet", mtu=1400),
        patch("Subnet ovn-default", mtu=1400),
        patch("Node w1", taints=[]),
    ),
    breaks("NET-506", "251 Subnets on three nodes", subnets(251), at="Subnet shared-250"),
    breaks("NET-506", "251 Subnets that name no VPC", subnets(251, vpc=""), at="Subnet shared-250"),
    passes("NET-506", "251 Subnets of a VPC of their own", partial, subnets(251, vpc="shared-vpc")),
    passes("NET-506", "251 Subnets with a centralized gateway", subnets(251, gatewayType="centralized")),
    passes("NET-506", "26 Subnets on a hundred nodes that give addresses alone", partial, nodes(97), addresses(26)),
    passes("NET-509", "1,440 Vpcs with an external port each", vpcs(1438)),
    breaks("NET-509", "1,441 Vpcs with an external port each", vpcs(1439), at="Vpc t1438-vpc"),
    breaks(
        "NET-509",
        "801 Vpcs, all but two with two external ports",
        vpcs(799, extraExternalSubnets=["second", "third"]),
        at="Vpc t798-vpc",
    ),
    passes("NET-509", "3,000 Vpcs without an external port", vpcs(3000, enableExternal=NO)),
)
