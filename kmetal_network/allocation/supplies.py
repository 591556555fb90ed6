"""What there is to give: every piece of each declared supply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address
from typing import Final

from kmetal_network.addresses import Span
from kmetal_network.allocation.model import Lock, Supply, extent
from kmetal_network.config.sections.supplies import MOST_SLOTS
from kmetal_network.config.settings import Settings
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.laws.spans import without

_POINT_TO_POINT: Final = 2
"""A block of that size has neither network nor broadcast address (RFC 3021)."""


def pieces(settings: Settings) -> dict[Supply, tuple[str, ...]]:
    """Each piece of each supply that the settings declare, by address; reserved ones are left out.

    Raises:
        OperatorError: a supply has more pieces than a lock file lists.
    """
    declared = settings.supplies
    if declared is None:
        return {}
    blocks = declared.blocks
    cut = (str(piece) for block in blocks.within for piece in block.subnets(new_prefix=blocks.prefix_length))
    found = {Supply.BLOCKS: tuple(sorted(clear(cut, blocks.reserved), key=lambda text: extent(text).first))}
    if declared.egress_addresses is not None:
        external = settings.provider.external
        block = Span.of(external.cidr_block)
        usable = block if block.size <= _POINT_TO_POINT else Span(block.first + 1, block.last - 1)
        taken = (Span.of(external.gateway), *external.exclude_ips, *declared.egress_addresses.reserved)
        found[Supply.EGRESS] = _addresses(without([usable], taken), Supply.EGRESS)
    if declared.control_plane_addresses is not None:
        section = declared.control_plane_addresses
        ranges = [
            entry
            for pool in settings.metallb.pools
            if pool.name in section.pools
            for entry in pool.addresses
            if isinstance(entry.ends()[0], IPv4Address)
        ]
        taken = (*settings.management.reserved, *section.reserved)
        found[Supply.CONTROL_PLANES] = _addresses(without(ranges, taken), Supply.CONTROL_PLANES)
    return found


def _addresses(ranges: Iterable[Span], supply: Supply) -> tuple[str, ...]:
    ordered = sorted(set(ranges))
    if (size := sum(span.size for span in ordered)) > MOST_SLOTS:
        problem = f"has {size:,} addresses, and a lock file lists {MOST_SLOTS:,}"
        remedy = "reserve what tenants are not to get (`reserved`)"
        raise OperatorError([Finding(place=f"supplies.{supply}", problem=problem, remedy=remedy)])
    return tuple(dict.fromkeys(str(Span(at, at)) for span in ordered for at in range(span.first, span.last + 1)))


def clear(texts: Iterable[str], taken: Iterable[Span]) -> tuple[str, ...]:
    """Those that share no address with what is taken, in their order; they share none with each other."""
    spans = {extent(text): text for text in texts}
    return tuple(spans[span] for span in without(spans, taken) if span in spans)


def unlisted(offered: Mapping[Supply, tuple[str, ...]], lock: Lock, supply: Supply) -> tuple[str, ...]:
    """Pieces of a supply that no entry names or overlaps: they are free."""
    return clear(offered.get(supply, ()), map(extent, lock.of(supply)))
