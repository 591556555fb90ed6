"""Environments: what two of them share by accident, and differences that neither declares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Final, TypeAlias

from kmetal_network.addresses import Span, sub_interface
from kmetal_network.errors import Severity
from kmetal_network.facts.model import Facts
from kmetal_network.facts.unknown import known
from kmetal_network.laws.metallb.pools import pool_spans, provider_spans
from kmetal_network.laws.model import Breach, Estate, Law
from kmetal_network.laws.spans import overlapping, span

Claim: TypeAlias = tuple[Span, tuple[str, str, str]]
"""A span with its environment, its place and its name."""


def _between(claims: list[Claim], remedy: str) -> Iterator[tuple[str, Breach]]:
    """Every overlapping pair of claims of two environments; the finding is at the later one by name."""
    for (one, left), (two, right) in overlapping(claims):
        if left[0] == right[0]:
            continue
        (other, _, theirs), (environment, place, ours) = sorted((left, right))
        yield (
            environment,
            Breach(
                place,
                f"{ours} of {environment!r} and {theirs} of {other!r} share {one.shared(two)}",
                remedy,
            ),
        )


def _external_blocks(estate: Estate) -> Iterator[tuple[str, Breach]]:
    claims = []
    for environment, facts in estate.items():
        places = {f"provider subnet {subnet.name!r} ({subnet.cidr})": subnet.place for subnet in facts.subnets}
        claims += [(block, (environment, places.get(name, environment), name)) for block, name in provider_spans(facts)]
    yield from _between(claims, "give each environment an external block of its own")


def _pools(estate: Estate) -> Iterator[tuple[str, Breach]]:
    claims = [
        (block, (environment, pool.place, f"pool {pool.name!r} ({text})"))
        for environment, facts in estate.items()
        for block, (pool, text) in pool_spans(facts)
    ]
    yield from _between(claims, "give each environment a range of its own on the management VLAN")


def _pools_and_external(estate: Estate) -> Iterator[tuple[str, Breach]]:
    claims: list[Claim] = []
    pools: set[str] = set()
    for environment, facts in estate.items():
        for block, (pool, text) in pool_spans(facts):
            name = f"pool {pool.name!r} ({text})"
            pools.add(name)
            claims.append((block, (environment, pool.place, name)))
        claims += [(block, (environment, environment, name)) for block, name in provider_spans(facts)]
    for (one, left), (two, right) in overlapping(claims):
        if left[0] == right[0] or (left[2] in pools) == (right[2] in pools):
            continue
        (environment, place, pool_name), (other, _, subnet) = (left, right) if left[2] in pools else (right, left)
        yield (
            environment,
            Breach(
                place,
                f"{pool_name} of {environment!r} holds {one.shared(two)}, which is in {subnet} of {other!r}",
                "write a range of the management VLAN",
            ),
        )


def _same_cluster(estate: Estate) -> Iterator[tuple[str, Breach]]:
    owners: dict[str, str] = {}
    for environment, facts in sorted(estate.items()):
        for cluster in facts.clusters:
            uid = cluster.expected_uid
            if isinstance(uid, str) and owners.setdefault(uid, environment) != environment:
                yield (
                    environment,
                    Breach(
                        cluster.place,
                        f"environments {owners[uid]!r} and {environment!r} both name the cluster with uid {uid}",
                        "give each environment a cluster of its own",
                    ),
                )


def _vlan_tagging(facts: Facts) -> str:
    nics = [nic for network in facts.provider_networks for nic in known(network.interfaces)]
    return "by the kernel" if any(map(sub_interface, nics)) else "by OVN" if nics else ""


def _tunnel(facts: Facts) -> str:
    return ", ".join(sorted({str(cni.tunnel_type) for cni in facts.cni if isinstance(cni.tunnel_type, str)}))


def _announcement(facts: Facts) -> str:
    return " and ".join(sorted({advertisement.protocol for advertisement in facts.advertisements}))


TOPICS: Final[dict[str, tuple[str, Callable[[Facts], str]]]] = {
    "announcement": ("announces its pools by", _announcement),
    "tunnelType": ("tunnels by", _tunnel),
    "vlanTagging": ("tags the provider VLAN", _vlan_tagging),
}
"""What one environment proves about the next only if they are alike; the key by which a difference is declared."""


def _undeclared(estate: Estate) -> Iterator[tuple[str, Breach]]:
    for topic, (what, read) in TOPICS.items():
        ways: dict[str, list[str]] = defaultdict(list)
        for environment, facts in sorted(estate.items()):
            if topic not in facts.differences and (way := read(facts)):
                ways[way].append(environment)
        for (one, ours), (other, theirs) in combinations(sorted(ways.items()), 2):
            environment = max(*ours, *theirs)
            first, mine, yours = (theirs[0], one, other) if environment in ours else (ours[0], other, one)
            yield (
                environment,
                Breach(
                    _place(estate[environment], environment),
                    f"{environment!r} {what} {mine}, {first!r} {yours}, and neither says that it means to",
                    f"make them alike, or declare the difference: `differences: {{{topic}: <reason>}}`",
                ),
            )


def _place(facts: Facts, environment: str) -> str:
    return next((entry.place for entry in facts.cni or facts.provider_networks), environment)


def _same_address(estate: Estate) -> Iterator[tuple[str, Breach]]:
    claims = [
        (address, (environment, node.place, f"node {node.name!r} ({text})"))
        for environment, facts in estate.items()
        for node in facts.nodes
        for text in known(node.addresses)
        if (address := span(text)) is not None
    ]
    yield from _between(claims, "give each environment nodes of its own")


LAWS = (
    Law(
        id="NET-601",
        title="No two environments claim one external block",
        why="Two Kube-OVNs would hand out the same addresses on one provider network: tenants of one environment"
        " answer for those of the other.",
        fix="Give each environment a block of its own.",
        reference="docs/adr/0002-one-stack-per-environment.md",
        judge_estate=_external_blocks,
    ),
    Law(
        id="NET-602",
        title="No two environments claim one MetalLB address",
        why="Two speakers answer ARP for the API server of one tenant.",
        fix="Give each environment a range of its own.",
        reference="docs/adr/0002-one-stack-per-environment.md",
        judge_estate=_pools,
    ),
    Law(
        id="NET-603",
        title="An environment has a cluster of its own",
        why="Applying the one would undo the other: Kube-OVN's kinds are cluster-scoped and their names the same.",
        fix="Name another cluster's uid.",
        reference="docs/architecture.md (glossary: environment, stack)",
        judge_estate=_same_cluster,
    ),
    Law(
        id="NET-604",
        title="Environments differ only where the settings declare it",
        severity=Severity.WARNING,
        why="A test in one environment proves nothing about another that announces, tunnels or tags differently.",
        fix="Make them alike, or declare the difference with its reason.",
        reference="docs/adr/0002-one-stack-per-environment.md",
        judge_estate=_undeclared,
    ),
    Law(
        id="NET-605",
        title="No MetalLB address of one environment lies on the provider VLAN of another",
        why="Anyone with a Service of type LoadBalancer would have an address on that VLAN, as within one environment.",
        fix="Write a range of the management VLAN.",
        reference="kMetal's networking guide, MetalLB: Do not expose MetalLB on the provider VLAN",
        judge_estate=_pools_and_external,
        relaxable=False,
    ),
    Law(
        id="NET-606",
        title="No two environments share a node",
        why="Two sets of controllers would build bridges over one NIC.",
        fix="Give each environment nodes of its own.",
        reference="docs/architecture.md (glossary: environment, stack)",
        judge_estate=_same_address,
    ),
)
