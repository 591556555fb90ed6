"""Who holds which addresses of a block, and what is free: as data, and as a picture.

A bar is not to scale: a single pinned address has to be readable next to 200 free ones. Each segment says its own size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from math import ceil
from typing import Final

from kmetal_network.addresses import Span
from kmetal_network.config.settings import Settings
from kmetal_network.counting import counted
from kmetal_network.drawing.shapes import FREE, HELD_BACK, POOL, TAKEN, Mark, box
from kmetal_network.drawing.tenants import shared_prefix
from kmetal_network.laws.spans import without
from kmetal_network.manifests.objects import exclude_ips
from kmetal_network.plan.model import Plan

_WIDTH: Final = 800
"""Pixels of a bar, about."""
_LETTER: Final = 9
"""Pixels of a letter."""
_ROW: Final = 5
"""Segments of a row; a block with more goes on below."""
_FEW_COLUMNS: Final = 3
_COLUMNS: Final = 6
"""Blocks of tenants' clusters next to each other, where there are few and where there are many."""
_CLUSTERS: Final = 8
"""Clusters that are named at a block; the topology has all."""


@dataclass(frozen=True, kw_only=True)
class Segment:
    """Addresses next to each other of one use."""

    span: Span
    who: str
    """Empty where they are free."""
    colour: str = FREE

    @property
    def label(self) -> str:
        """Who, which, how many."""
        return f"{self.who or 'free'}\n{self.span.canonical()}\n{self.span.size:,}"


@dataclass(frozen=True, kw_only=True)
class Block:
    """One block and all of its addresses."""

    title: str
    segments: tuple[Segment, ...]


def segments(whole: Span, claims: Iterable[Segment]) -> tuple[Segment, ...]:
    """Every address of a block once: claims as they come first, what none of them takes is free."""
    taken: list[Segment] = []
    for claim in claims:
        inside = [piece for piece in (claim.span.shared(whole),) if piece]
        parts = without(inside, [one.span for one in taken])
        taken += [Segment(span=part, who=claim.who, colour=claim.colour) for part in parts]
    free = [Segment(span=part, who="") for part in without([whole], [one.span for one in taken])]
    return tuple(sorted((*taken, *free), key=lambda one: one.span.first))


def blocks(settings: Settings) -> Iterator[Block]:
    """The blocks of one environment that several parties share."""
    external = settings.provider.external
    yield Block(
        title=f"{external.cidr_block}: egress addresses of Subnet {external.name}",
        segments=segments(Span.of(external.cidr_block), _egress(settings)),
    )
    if settings.management.cidr is not None:
        title = f"{settings.management.cidr}: management VLAN, with MetalLB's pools"
        yield Block(title=title, segments=segments(Span.of(settings.management.cidr), _management(settings)))
    else:
        for pool in settings.metallb.pools:
            for span in pool.addresses:
                own = Segment(span=span, who=f"pool {pool.name}", colour=POOL)
                yield Block(title=f"{span}: pool {pool.name}", segments=segments(span, [*_reserved(settings), own]))


def _egress(settings: Settings) -> Iterator[Segment]:
    external = settings.provider.external
    yield Segment(span=Span.of(external.gateway), who="gateway", colour=HELD_BACK)
    for tenant in settings.tenants:
        if tenant.egress_address:
            yield Segment(span=Span.of(tenant.egress_address), who=tenant.name, colour=TAKEN)
    for text in exclude_ips(external.gateway, external.exclude_ips):
        yield Segment(span=Span.parse(text), who="excluded", colour=HELD_BACK)
    yield from _ends(external.cidr_block)


def _ends(block: IPv4Network) -> Iterator[Segment]:
    for address, who in ((block.network_address, "network"), (block.broadcast_address, "broadcast")):
        yield Segment(span=Span.of(address), who=who, colour=HELD_BACK)


def _management(settings: Settings) -> Iterator[Segment]:
    for span in settings.management.reserved:
        yield Segment(span=span, who="reserved", colour=HELD_BACK)
    for peer in settings.metallb.bgp_peers:
        yield Segment(span=Span.of(peer.peer_address), who=f"router {peer.name}", colour=HELD_BACK)
    yield from _reserved(settings)
    for pool in settings.metallb.pools:
        for span in pool.addresses:
            yield Segment(span=span, who=f"pool {pool.name}", colour=POOL)


def _reserved(settings: Settings) -> Iterator[Segment]:
    """Addresses that a tenant's API server has for itself."""
    for tenant in settings.tenants:
        for cluster in tenant.clusters:
            if isinstance(cluster.control_plane_address, IPv4Address):
                who = f"API {tenant.name}/{cluster.name}"
                yield Segment(span=Span.of(cluster.control_plane_address), who=who, colour=TAKEN)


def cluster_blocks(settings: Settings) -> dict[str, list[str]]:
    """Each block that tenants' clusters have, and whose it is."""
    found: dict[str, list[str]] = {}
    for tenant in settings.tenants:
        for cluster in tenant.clusters:
            found.setdefault(str(cluster.cidr_block), []).append(f"{tenant.name}/{cluster.name}")
    return dict(sorted(found.items(), key=lambda one: Span.parse(one[0])))


def address_map(settings: Settings, name: str, plan: Plan | None = None) -> str:
    """A picture of all blocks as text of D2; what moves is marked."""
    moved = {text for move in (plan.moves if plan else ()) for text in (move.after, move.who)}
    lines = ["vars: {d2-config: {pad: 24}}", "grid-columns: 1", "grid-gap: 24"]
    for number, block in enumerate(blocks(settings)):
        rows = [block.segments[at : at + _ROW] for at in range(0, len(block.segments), _ROW)]
        inside = [line for index, row in enumerate(rows) for line in _bar(f"row{index}", row, moved)]
        title = block.title if number else f"{name}: {block.title}"
        lines += box(f"block{number}", title, inside=inside, settings=["grid-columns: 1", "grid-gap: 6"])
    held = cluster_blocks(settings)
    if held:
        prefix = shared_prefix([name for who in held.values() for name in who]) if len(held) > _CLUSTERS else ""
        cells = [_cell(index, one, prefix, moved) for index, one in enumerate(held.items())]
        names = f" ({prefix}...)" if prefix else ""
        title = f"{counted(len(held), 'block')} of tenants' clusters{names}; the same block in several VPCs is legal"
        columns = min(_COLUMNS if len(held) > _CLUSTERS else _FEW_COLUMNS, len(held))
        # The rows come first, so that D2 fills them one after the other.
        settings_of_grid = [f"grid-rows: {ceil(len(held) / columns)}", f"grid-columns: {columns}", "grid-gap: 6"]
        lines += box("clusters", title, inside=[line for cell in cells for line in cell], settings=settings_of_grid)
    return "\n".join(lines) + "\n"


def _bar(name: str, row: tuple[Segment, ...], moved: set[str]) -> list[str]:
    """Segments next to each other: as wide as their labels, the larger ones wider."""
    total = sum(one.span.size for one in row)
    inside = []
    for index, one in enumerate(row):
        label = one.label
        need = max(map(len, label.split("\n"))) * _LETTER + 24
        width = max(need, _WIDTH * one.span.size // total // 2)
        mark = Mark.BAD if one.span.canonical() in moved else Mark.NONE
        inside += box(f"s{index}", label, fill=one.colour, mark=mark, size=(width, 76))
    return box(name, "", inside=inside, settings=["grid-rows: 1", "grid-gap: 0"])


def _cell(index: int, held: tuple[str, list[str]], prefix: str, moved: set[str]) -> list[str]:
    block, who = held
    short = [name.removeprefix(prefix) for name in who]
    named = [", ".join(short[at : at + 2]) for at in range(0, min(len(who), _CLUSTERS), 2)]
    more = [f"and {len(who) - _CLUSTERS} more"] if len(who) > _CLUSTERS else []
    size = IPv4Network(block).num_addresses
    label = "\n".join([f"{block} ({size:,})", *named, *more])
    return box(f"c{index}", label, mark=Mark.BAD if moved & set(who) else Mark.NONE)
