"""What runs out: egress addresses, control planes' addresses and Vpcs, out of the objects before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kmetal_network.facts.model import Facts
from kmetal_network.facts.reader import facts_of
from kmetal_network.facts.unknown import has_unknown
from kmetal_network.laws.capacity.headroom import usable
from kmetal_network.laws.capacity.kube_ovn_pace import VPC_CLIFF
from kmetal_network.laws.metallb.pools import pool_spans
from kmetal_network.names import DEFAULT_VPC, TENANT_LABEL
from kmetal_network.plan.model import Supply

Body = Mapping[str, Any]


def supplies(before: Iterable[Body], after: Iterable[Body]) -> tuple[Supply, ...]:
    """Size and use of each supply, before and after.

    A tenant's router takes one egress address, and each of its clusters one address for its control plane, whether the
    cluster is there already or not; so this is what the settings grant, not what is in use this minute.
    """
    old, new = _counted(tuple(before)), _counted(tuple(after))
    names = dict.fromkeys((*old, *new))
    found = []
    for name in names:
        size_before, taken_before = old.get(name, (None, 0))
        size_after, taken_after = new.get(name, (None, 0))
        found.append(
            Supply(
                name=name,
                size_before=size_before,
                size_after=size_after,
                taken_before=taken_before,
                taken_after=taken_after,
            )
        )
    return tuple(found)


def _counted(bodies: tuple[Body, ...]) -> dict[str, tuple[int | None, int]]:
    """Name of each supply to its size and what is taken of it."""
    facts = facts_of(bodies)
    clusters = sum(body.get("kind") == "Subnet" and bool(_labels(body).get(TENANT_LABEL)) for body in bodies)
    found: dict[str, tuple[int | None, int]] = {}
    for subnet in facts.subnets:
        if subnet.on_provider_network:
            found[f"egress addresses, {subnet.cidr}"] = usable(subnet), _routers(facts)
    if facts.pools:
        found["control planes, MetalLB's pools"] = _pooled(facts), clusters
    if clusters:
        found["Vpcs (slow beyond that)"] = VPC_CLIFF, _routers(facts)
    return found


def _routers(facts: Facts) -> int:
    return sum(vpc.name != DEFAULT_VPC and vpc.enable_external is True for vpc in facts.vpcs)


def _pooled(facts: Facts) -> int | None:
    if any(has_unknown(pool.addresses) for pool in facts.pools):
        return None
    return sum(block.size for block, _ in pool_spans(facts))


def _labels(body: Body) -> Mapping[str, Any]:
    return (body.get("metadata") or {}).get("labels") or {}
