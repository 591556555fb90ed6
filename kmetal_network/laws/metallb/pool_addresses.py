"""Addresses of a pool: in a form that MetalLB reads, and claimed by no one else."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from kmetal_network.facts.metallb import Pool
from kmetal_network.facts.model import Facts
from kmetal_network.facts.platform import RangeKind
from kmetal_network.facts.unknown import known
from kmetal_network.laws import not_admitted
from kmetal_network.laws.metallb.pools import Written, entries, pool_label, pool_spans
from kmetal_network.laws.model import Breach, Law
from kmetal_network.laws.spans import crossing, is_address, is_block, overlapping, span, spans


def _pool_form(facts: Facts) -> Iterator[Breach]:
    for pool in facts.pools:
        if pool.addresses == () and not pool.patch:
            yield Breach(pool.place, f"{pool_label(pool)} holds no address", "write one, or take the pool out")
        for text, block in entries(pool):
            if not _as_metallb_reads(text):
                first, _, last = block.canonical().partition("-")
                yield Breach(
                    pool.place,
                    f"{pool_label(pool)} holds {text!r}, which MetalLB cannot read",
                    f"write {first}-{last}" if last else f"write {first}/{32 if '.' in first else 128}",
                )


def _as_metallb_reads(text: str) -> bool:
    first, dash, last = text.partition("-")
    return is_address(first.strip()) and is_address(last.strip()) if dash else is_block(text)


def _one_pool(left: Pool, right: Pool) -> bool:
    """Whether two are one pool: declared by two owners (NET-703 covers that), or patched, which replaces the list."""
    return left is not right and left.name == right.name and (left.owner != right.owner or left.patch or right.patch)


def _lane(item: Written) -> tuple[Hashable, Hashable]:
    """Patches of one pool lie together, apart from its other objects: they are never compared with each other."""
    pool = item[1][0]
    return (("patches of", pool.name) if pool.patch else pool.name), pool.owner


def _comparable(one: Hashable, other: Hashable) -> bool:
    return one != other or isinstance(one, str)


def _overlapping_entries(facts: Facts) -> Iterator[tuple[Written, Written]]:
    yield from overlapping(
        pool_spans(facts), lane=_lane, meet=_comparable, apart=lambda left, right: _one_pool(left[0], right[0])
    )
    for pool in facts.pools:
        if pool.patch:
            yield from overlapping([(block, (pool, text)) for text, block in entries(pool)])


def _pools_overlap(facts: Facts) -> Iterator[Breach]:
    for (one, (left, left_text)), (two, (right, right_text)) in _overlapping_entries(facts):
        yield Breach(
            right.place,
            f"{pool_label(right)} holds {right_text}, of which {one.shared(two)} is also in {pool_label(left)}"
            f" ({left_text})",
            "give each pool addresses of its own",
        )


def _on_nodes(facts: Facts) -> Iterator[Breach]:
    nodes = [
        (block, f"node {node.name!r}")
        for node in facts.nodes
        for text in known(node.addresses)
        if (block := span(text))
    ]
    nodes += [
        (block, entry.name) for entry in facts.ranges if entry.kind is RangeKind.NODE for block in spans(entry.text)
    ]
    for (one, (pool, text)), (two, owner) in crossing(pool_spans(facts), nodes):
        yield Breach(
            pool.place,
            f"{pool_label(pool)} holds {text}, of which {one.shared(two)} belongs to {owner}",
            "write a range without the nodes' own addresses",
        )


def _reserved(facts: Facts) -> Iterator[Breach]:
    reserved = [
        (block, entry) for entry in facts.ranges if entry.kind is RangeKind.RESERVED for block in spans(entry.text)
    ]
    for (one, (pool, text)), (two, entry) in crossing(pool_spans(facts), reserved):
        yield Breach(
            pool.place,
            f"{pool_label(pool)} holds {text}, of which {one.shared(two)} is reserved by {entry.name} {entry.text}",
            f"write a range outside {entry.text}",
        )


LAWS = (
    Law(
        id="NET-205",
        title="MetalLB pools do not overlap",
        why="The controller keeps its last good configuration forever and says so only in its log.",
        fix="Give each pool addresses of its own.",
        reference="metallb internal/config; seen with 0.15.3, webhook off",
        not_admitted=not_admitted.PAIRS,
        judge=_pools_overlap,
    ),
    Law(
        id="NET-207",
        title="MetalLB pools hold no node's address",
        why="The speaker would answer ARP for the node's own address and cut off its API server or kubelet. MetalLB"
        " once refused this and took the check back (0.15.1), no one else has it.",
        fix="Take the nodes' addresses out of the pool.",
        reference="metallb/metallb#2585, #2779",
        not_admitted=not_admitted.OTHER_OBJECT,
        judge=_on_nodes,
    ),
    Law(
        id="NET-208",
        title="MetalLB pools hold no address that is reserved for others",
        why="A DHCP server or another device of the management VLAN would use the address of a tenant's API server.",
        fix="Write a range outside the reserved one.",
        reference="kMetal admin guide, load balancer (not used by DHCP)",
        judge=_reserved,
    ),
    Law(
        id="NET-220",
        title="Every MetalLB address is written as MetalLB reads it",
        why="Its webhook refuses any other form; where that is off, the controller keeps its last good configuration"
        " for ever and says so only in its log.",
        fix="Write FIRST-LAST or ADDRESS/LENGTH; a single address ends in /32.",
        reference="metallb internal/config ParseCIDR",
        judge=_pool_form,
    ),
)
