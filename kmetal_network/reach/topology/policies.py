"""Policy routes of a router: those that its Vpc writes, and those that Kube-OVN adds by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from kmetal_network.addresses import Span
from kmetal_network.facts.kube_ovn import PolicyRoute, Vpc
from kmetal_network.facts.unknown import UNKNOWN
from kmetal_network.laws.spans import ALL_IPV4, span
from kmetal_network.reach import match as matches
from kmetal_network.reach.topology.router import PolicyEntry
from kmetal_network.reach.verdict import Decider

SUBNET_PRIORITY: Final = 31000
"""Kube-OVN's allow towards a Subnet of the VPC (pkg/util/const.go, SubnetRouterPolicyPriority)."""
NODE_PRIORITY: Final = 30000
"""Its way to a node, in the default VPC (NodeRouterPolicyPriority)."""
GATEWAY_PRIORITY: Final = 29000
"""Its way out for pods, in the default VPC (GatewayRouterPolicyPriority)."""

TO_NODE: Final = "node"
"""Action of Kube-OVN's reroutes to a node."""
NOBODY_KNOWS: Final = "?"
"""Action of a policy of which nothing is known."""
_ANY_PRIORITY: Final = 1 << 16
"""Above every priority: a policy whose priority is not known may apply first."""
_ACTIONS: Final = ("allow", "drop", "reroute")


def written(vpc: Vpc) -> Iterator[PolicyEntry]:
    """The policies of a Vpc's spec; one that cannot be read may match anything."""
    if vpc.policies is UNKNOWN or (vpc.policies is None and vpc.patch):
        yield doubtful(vpc, f"policyRoutes of vpc {vpc.name!r} are not known here")
        return
    for index, policy in enumerate(vpc.policies or ()):
        yield _entry(vpc, index, policy)


def doubtful(vpc: Vpc, doubt: str) -> PolicyEntry:
    """A policy that represents all those not in sight."""
    decider = Decider(kind="Vpc", name=vpc.name, field="spec.policyRoutes", place=vpc.place)
    return PolicyEntry(_ANY_PRIORITY, None, NOBODY_KNOWS, (), decider, doubt)


def _entry(vpc: Vpc, index: int, policy: PolicyRoute) -> PolicyEntry:
    match, doubt = None, ""
    if isinstance(policy.match, str):
        try:
            match = matches.read(policy.match)
        except ValueError as error:
            doubt = f"its match {policy.match!r} cannot be read ({error})"
    else:
        doubt = "its match is not known"
    priority = policy.priority if isinstance(policy.priority, int) else 0
    if policy.priority is UNKNOWN:
        priority, doubt = _ANY_PRIORITY, "its priority is not known"
    action = policy.action if policy.action in _ACTIONS else NOBODY_KNOWS
    if action == NOBODY_KNOWS:
        doubt = doubt or f"its action {policy.action!r} is none that OVN has"
    hops: tuple[Span, ...] = ()
    if action == "reroute":
        found = (
            [span(hop.strip()) for hop in policy.next_hop.split(",")] if isinstance(policy.next_hop, str) else [None]
        )
        hops = tuple(hop for hop in found if hop is not None)
        doubt = doubt or ("" if len(hops) == len(found) else f"its next hop {policy.next_hop!r} is no address")
    known_priority = policy.priority if isinstance(policy.priority, int) else None
    decider = Decider(
        kind="Vpc",
        name=vpc.name,
        field=f"spec.policyRoutes[{index}]",
        text=f"{policy.action} {policy.match}",
        priority=known_priority,
        place=vpc.place,
    )
    return PolicyEntry(priority, match, action, hops, decider, doubt)


def towards(subnet: str, place: str, blocks: Iterable[Span]) -> Iterator[PolicyEntry]:
    """Kube-OVN's own allow towards a Subnet of the VPC, above everything that a Vpc can write lawfully."""
    for block in blocks:
        text = _compared("dst", block)
        decider = Decider(
            kind="Subnet",
            name=subnet,
            field="spec.cidrBlock",
            text=f"Kube-OVN's own allow {text}",
            priority=SUBNET_PRIORITY,
            place=place,
            own=True,
        )
        yield PolicyEntry(SUBNET_PRIORITY, matches.read(text), "allow", (), decider)


def through_nodes(nodes: Iterable[tuple[str, str, Span]], pods: Iterable[Span]) -> Iterator[PolicyEntry]:
    """The default VPC's ways into the nodes: to a node's own address, and for everything that pods send elsewhere.

    Args:
        nodes: name, place and internal address of each node.
        pods: the blocks of the default VPC's Subnets.
    """
    for name, place, address in nodes:
        text = _compared("dst", address)
        decider = Decider(
            kind="Node",
            name=name,
            field="status.addresses",
            text=f"Kube-OVN's own reroute {text}",
            priority=NODE_PRIORITY,
            place=place,
            own=True,
        )
        yield PolicyEntry(NODE_PRIORITY, matches.read(text), TO_NODE, (), decider)
    for block in pods:
        text = _compared("src", block)
        decider = Decider(
            kind="Vpc",
            name="ovn-cluster",
            field="router",
            text="Kube-OVN's own reroute of each node's pods to that node",
            priority=GATEWAY_PRIORITY,
        )
        yield PolicyEntry(GATEWAY_PRIORITY, matches.read(text), TO_NODE, (), decider)


def _compared(side: str, block: Span) -> str:
    """`ip4.dst == 10.100.0.0/24`; a Subnet's block is a CIDR, a node's address a single one."""
    first, _ = block.ends()
    version = 4 if ALL_IPV4.contains(block) else 6
    bits = 32 if version == 4 else 128  # noqa: PLR2004 (IP versions)
    length = bits - (block.size - 1).bit_length()
    return f"ip{version}.{side} == {first}" + (f"/{length}" if block.size > 1 else "")
