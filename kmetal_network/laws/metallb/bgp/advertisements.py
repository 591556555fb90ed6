"""MetalLB's BGP advertisements: what makes MetalLB refuse its whole configuration, and what misleads routers.

MetalLB reads all of its objects as one configuration. If it refuses one of them, the last good set stays in force, so
it never announces a new pool either. Its webhook reports the refusal; without it only the controller's log does.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from kmetal_network.addresses import Span
from kmetal_network.facts.metallb import Advertisement, Pool
from kmetal_network.facts.model import Facts
from kmetal_network.facts.platform import Source
from kmetal_network.facts.unknown import UNKNOWN, has_unknown, known
from kmetal_network.laws import not_admitted
from kmetal_network.laws.metallb.bgp.aggregation import BITS, announced, bgp_advertisements, largest, length_of
from kmetal_network.laws.metallb.pools import entries, provider_spans
from kmetal_network.laws.model import Breach, Law
from kmetal_network.laws.spans import crossing, span, without

REFUSED: Final = (
    "MetalLB refuses its whole configuration and keeps the last good one. Its webhook fails the `up` half way; without"
    " the webhook only the controller's log says so."
)
"""What happens when MetalLB refuses one object."""


def _announces(advertisement: Advertisement, pool: Pool) -> bool:
    """Whether it names that pool, or all; what a selector by label selects is not known."""
    if advertisement.pools is UNKNOWN:
        return False
    named = pool.name in advertisement.pools
    return named or not (advertisement.pools or advertisement.selects_by_label)


def _pairs(facts: Facts) -> Iterator[tuple[Advertisement, Pool]]:
    """Each BGP advertisement with each pool that it announces for sure."""
    for advertisement in bgp_advertisements(facts):
        for pool in facts.pools:
            if _announces(advertisement, pool):
                yield advertisement, pool


def _frr_announces(facts: Facts) -> Iterator[Breach]:
    said_by_frr = [
        (block, (claim, text))
        for claim in facts.claims
        if claim.source is Source.FRR_PREFIX
        for text in known(claim.addresses)
        if (block := span(text)) is not None
    ]
    for (one, (claim, text)), (two, subnet) in crossing(said_by_frr, provider_spans(facts)):
        yield Breach(
            claim.place,
            f"{claim.label} {text}, of which {one.shared(two)} is in {subnet}",
            "announce no prefix of the provider VLAN; routers would send it to MetalLB's nodes",
        )


def _announces_provider(facts: Facts) -> Iterator[Breach]:
    yield from _frr_announces(facts)
    said: list[tuple[Span, tuple[Advertisement, Pool]]] = []
    for advertisement in bgp_advertisements(facts):
        for pool in facts.pools:
            for _, block in entries(pool) if advertisement.selects(pool) else ():
                length = length_of(advertisement, block)
                blocks = (block,) if length is UNKNOWN else announced(block, length)
                said += [(each, (advertisement, pool)) for each in blocks]
    for (one, (advertisement, pool)), (two, subnet) in crossing(said, provider_spans(facts)):
        yield Breach(
            advertisement.place,
            f"{advertisement.label} announces {one.shared(two)} of pool {pool.name!r}, which is in {subnet}",
            "take the range out of the pool, and announce in no larger blocks; routers would send the provider block"
            " to MetalLB's nodes",
        )


def _too_wide(facts: Facts) -> Iterator[Breach]:
    for advertisement in bgp_advertisements(facts):
        for field, written, bits in (
            ("aggregationLength", advertisement.aggregation, BITS[4]),
            ("aggregationLengthV6", advertisement.aggregation_v6, BITS[6]),
        ):
            if isinstance(written, int) and not 0 <= written <= bits:
                yield Breach(
                    advertisement.place,
                    f"{advertisement.label} has {field} {written}",
                    f"write a prefix length up to {bits}, or leave it out",
                )
    for advertisement, pool in _pairs(facts):
        for text, block in entries(pool):
            length, most = length_of(advertisement, block), largest(text, block)
            if length is not UNKNOWN and length < most:
                yield Breach(
                    advertisement.place,
                    f"{advertisement.label} announces pool {pool.name!r} in blocks of /{length}, and {text} holds"
                    f" none: its largest is /{most}",
                    f"write an aggregation length of {most} or more",
                )


def _of_others(facts: Facts) -> Iterator[Breach]:
    for advertisement, pool in _pairs(facts):
        if has_unknown(pool.addresses) or pool.patch:
            continue
        own = [block for _, block in entries(pool)]
        for text, block in entries(pool):
            length = length_of(advertisement, block)
            if length is UNKNOWN or length < largest(text, block):
                continue
            for one in announced(block, length):
                if rest := without([one], own):
                    yield Breach(
                        advertisement.place,
                        f"{advertisement.label} announces {one} for {text} of pool {pool.name!r}, and"
                        f" {rest[0].canonical()} of it is not the pool's",
                        "leave the aggregation length out, so that each address is announced by itself, or give the"
                        f" pool whole blocks of /{length}",
                    )


def _meet(left: Advertisement, right: Advertisement) -> bool:
    """Whether they share a node for sure: one is for every node, or both select by the same labels."""
    if UNKNOWN in (left.nodes, right.nodes):
        return False
    return not left.nodes or not right.nodes or bool({*known(left.nodes)} & {*known(right.nodes)})


def _one_update(left: Advertisement, right: Advertisement, pool: Pool) -> bool:
    """Whether both announce an address of the pool to the same peer from the same node in the same block."""
    if UNKNOWN in (left.peers, right.peers) or not _meet(left, right):
        return False
    if left.peers and right.peers and not {*known(left.peers)} & {*known(right.peers)}:
        return False
    lengths = [(length_of(left, block), length_of(right, block)) for _, block in entries(pool)]
    return any(one == other and one is not UNKNOWN for one, other in lengths)


def _preferences(facts: Facts) -> Iterator[Breach]:
    for pool in facts.pools:
        announcing = [
            entry for entry in bgp_advertisements(facts) if _announces(entry, pool) and entry.local_pref is not UNKNOWN
        ]
        if len({entry.local_pref or 0 for entry in announcing}) < 2:  # noqa: PLR2004 (nothing differs)
            continue
        for left, right in combinations(announcing, 2):
            one, other = left.local_pref or 0, right.local_pref or 0
            if one != other and _one_update(left, right, pool):
                yield Breach(
                    right.place,
                    f"BGPAdvertisements {left.name!r} and {right.name!r} announce pool {pool.name!r} alike, with"
                    f" localPref {one} and {other}",
                    "write one localPref in both, or give each peers of its own",
                )


LAWS = (
    Law(
        id="NET-203",
        title="No BGP advertisement announces an address of the provider VLAN",
        why="Routers would send the tenants' external block to MetalLB's nodes instead of to OVN.",
        fix="Take the range out of the pool, and announce in no larger blocks than the pool's.",
        reference="kMetal's networking guide, MetalLB; metallb speaker/bgp_controller.go",
        not_admitted="alone, only an FRRConfiguration can break it, and no component of this platform uses that kind",
        judge=_announces_provider,
        relaxable=False,
    ),
    Law(
        id="NET-221",
        title="A BGP advertisement's blocks are no larger than those of its pools",
        why=REFUSED,
        fix="Write an aggregation length that every range of the pool has a whole block of.",
        reference="metallb internal/config validateBGPAdvPerPool; run with 0.15.3's code",
        not_admitted=not_admitted.METALLB_WEBHOOK,
        judge=_too_wide,
    ),
    Law(
        id="NET-222",
        title="A BGP advertisement announces only addresses of its pools",
        why="A speaker announces the whole block around each address that MetalLB assigns, even if half of it is"
        " others': routers prefer the longer prefix, and send what is for a node or gateway there to MetalLB's nodes.",
        fix="Leave the aggregation length out, or give the pool whole blocks of it.",
        reference="metallb speaker/bgp_controller.go (SetBalancer: the address, masked to the aggregation length)",
        judge=_of_others,
    ),
    Law(
        id="NET-223",
        title="BGP advertisements of one pool agree on localPref",
        why=REFUSED,
        fix="Write one localPref, or give each advertisement peers of its own.",
        reference="metallb internal/config advertisementsAreCompatible; run with 0.15.3's code",
        judge=_preferences,
    ),
)
