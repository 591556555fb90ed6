"""Addresses that tenants' control planes reserve."""

from __future__ import annotations

from collections.abc import Iterator

from kmetal_network.facts.model import Facts
from kmetal_network.facts.unknown import has_unknown
from kmetal_network.laws.metallb.pools import pool_spans
from kmetal_network.laws.model import Breach, Law
from kmetal_network.laws.spans import overlapping, span


def _control_plane_outside(facts: Facts) -> Iterator[Breach]:
    blocks = [block for block, _ in pool_spans(facts)]
    if not facts.whole or any(has_unknown(pool.addresses) for pool in facts.pools):
        return
    for plane in facts.control_planes:
        address = span(plane.address)
        if address is not None and not any(block.contains(address) for block in blocks):
            have = ", ".join(text for _, (_, text) in pool_spans(facts)) or "there is none"
            yield Breach(
                plane.place,
                f"control plane {plane.name!r} reserves {plane.address}, which is in no pool of MetalLB ({have})",
                "write an address of a pool",
            )


def _control_planes_apart(facts: Facts) -> Iterator[Breach]:
    planes = [(block, plane) for plane in facts.control_planes if (block := span(plane.address)) is not None]
    for (_, one), (_, two) in overlapping(planes):
        left, right = sorted((one, two), key=lambda plane: (plane.place, plane.name))
        yield Breach(
            right.place,
            f"control planes {left.name!r} and {right.name!r} both reserve {right.address}",
            "give each cluster an address of its own",
        )


LAWS = (
    Law(
        id="NET-217",
        title="A control plane's reserved address is in a pool",
        why="MetalLB assigns addresses of its pools only: the tenant's API server stays pending.",
        fix="Reserve an address of a pool, or leave it to MetalLB.",
        reference="docs/evidence/kmetal.md#tenant-clusters",
        judge=_control_plane_outside,
    ),
    Law(
        id="NET-218",
        title="No two control planes reserve one address",
        why="The second one's Service stays pending, and with it the whole tenant cluster.",
        fix="Give each cluster an address of its own.",
        reference="docs/evidence/kmetal.md#tenant-clusters",
        judge=_control_planes_apart,
    ),
)
