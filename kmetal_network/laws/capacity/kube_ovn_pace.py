"""Kube-OVN's pace: what its controller does for each Subnet on each node, and for one Vpc after the other.

A Subnet costs something on each node only in the default VPC, without a VLAN and with a distributed gateway
(`createPortGroupForDistributedSubnet` and `addPolicyRouteForDistributedSubnet`, `pkg/controller/subnet.go` of 1.15.24).
Tenants' Subnets, in VPCs of their own, cost nothing of that kind: 450 of them were ready at the pace of the one worker
for Vpcs (docs/evidence/kube-ovn.md#size).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import Final

from kmetal_network.controller_pace import VPC_SECONDS, connecting_seconds
from kmetal_network.errors import Severity
from kmetal_network.facts.kube_ovn import Subnet, Vpc
from kmetal_network.facts.model import Facts
from kmetal_network.facts.unknown import known
from kmetal_network.laws.model import Breach, Law
from kmetal_network.names import DEFAULT_VPC, EXTERNAL_SUBNET

SUBNETS_TIMES_NODES: Final = 2_500
"""The smallest number of pairs of which users report minutes for each change is 2,600 (kubeovn/kube-ovn#4822)."""

FEWEST_NODES: Final = 10
"""Nodes of the smallest cluster in those reports; no report says that fewer nodes bear more Subnets."""

CONNECTED_WITHIN_MINUTES: Final = 30
"""The shortest start of a controller that users report as a defect (kubeovn/kube-ovn#4849)."""

VPC_CLIFF: Final = int(CONNECTED_WITHIN_MINUTES * 60 / VPC_SECONDS)
"""Vpcs with one external port each that are connected in that time."""

_OWN: Final = frozenset({"ovn-default", "join"})
"""Kube-OVN's own Subnets, which every cluster has."""


def _on_each_node(subnet: Subnet) -> bool:
    """Whether Kube-OVN keeps a port group and a policy of it for each node, for sure.

    A provider of two parts is another CNI's, which takes addresses alone: such a Subnet is in no VPC.
    """
    own_port = subnet.provider in (None, "", "ovn") or str(subnet.provider).endswith(".ovn")
    return (
        not subnet.patch
        and subnet.vpc in (None, "", DEFAULT_VPC)
        and not subnet.vlan
        and subnet.gateway_type in (None, "", "distributed")
        and own_port
        and subnet.name not in _OWN
    )


def _subnets_times_nodes(facts: Facts) -> Iterator[Breach]:
    subnets = list({subnet.name: subnet for subnet in facts.subnets if _on_each_node(subnet)}.values())
    nodes = max(len({node.name for node in facts.nodes}), FEWEST_NODES)
    if (pairs := len(subnets) * nodes) > SUBNETS_TIMES_NODES:
        yield Breach(
            subnets[SUBNETS_TIMES_NODES // nodes].place,
            f"the default VPC has {len(subnets)} overlay Subnets, on {nodes} nodes {pairs:,} port groups and policies;"
            f" users report minutes for each change beyond {SUBNETS_TIMES_NODES:,}",
            f"write `vpc` with a VPC of its own, as tenants have; {SUBNETS_TIMES_NODES // nodes} Subnets may stay in"
            f" {DEFAULT_VPC}",
        )


def _ports(vpc: Vpc) -> int:
    """External ports of a Vpc, for sure: the default one, or those that it lists instead."""
    if vpc.enable_external is not True:
        return 0
    return len({EXTERNAL_SUBNET} if vpc.extra_external is None else set(known(vpc.extra_external)))


def _one_after_the_other(facts: Facts) -> Iterator[Breach]:
    vpcs = {vpc.name: vpc for vpc in facts.vpcs if not vpc.patch and vpc.name != DEFAULT_VPC}
    ports = 0
    beyond: Vpc | None = None
    for count, vpc in enumerate(vpcs.values(), start=1):
        ports += _ports(vpc)
        if beyond is None and connecting_seconds(vpcs=count, ports=ports) > CONNECTED_WITHIN_MINUTES * 60:
            beyond = vpc
    if beyond is not None:
        minutes = ceil(connecting_seconds(vpcs=len(vpcs), ports=ports) / 60)
        yield Breach(
            beyond.place,
            f"{len(vpcs):,} Vpcs have {ports:,} external ports; in a new cluster Kube-OVN connects the last of them"
            f" after {minutes} minutes, more than {CONNECTED_WITHIN_MINUTES}",
            "put further tenants into a second environment: all stacks of one cluster share its one worker for Vpcs",
        )


LAWS = (
    Law(
        id="NET-506",
        title=f"Overlay Subnets of the default VPC times nodes are at most {SUBNETS_TIMES_NODES:,}",
        severity=Severity.WARNING,
        why="Kube-OVN keeps a port group and a policy for each of them on each node, and goes through all of them at"
        " each start. Users report 1 to 3 seconds for each with 260 Subnets on 10 nodes, and starts of half an hour"
        " with 300. Subnets of tenants' own VPCs do not count.",
        fix="Give workloads a VPC of their own.",
        reference="kubeovn/kube-ovn#4822, #4849, #4538, #5312; docs/evidence/kube-ovn.md#size",
        judge=_subnets_times_nodes,
    ),
    Law(
        id="NET-509",
        title=f"Kube-OVN connects all tenants of a new cluster within {CONNECTED_WITHIN_MINUTES} minutes",
        severity=Severity.WARNING,
        why="One worker connects one Vpc after the other: a quarter of a second for each, and a second for each"
        " external port. A cluster that is built anew leaves its last tenants without egress for that long.",
        fix="Open a second environment.",
        reference="docs/evidence/kube-ovn.md#size; kube-ovn pkg/controller/controller.go, ovn_eip.go",
        judge=_one_after_the_other,
    ),
)
