"""Compares the paths that the settings want open or closed with the verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kmetal_network.addresses import Span
from kmetal_network.facts.model import Expectation, Facts
from kmetal_network.laws.spans import ALL_IPV4, span
from kmetal_network.names import DEFAULT_VPC, TenantNames
from kmetal_network.reach.packets.paths import Paths
from kmetal_network.reach.places import Place
from kmetal_network.reach.table import Row, Table, table
from kmetal_network.reach.topology.router import pieces
from kmetal_network.reach.verdict import Outcome, Verdict

EVERY_TENANT = "tenants"
_CLASSES = frozenset(Place) - {Place.ELSEWHERE}


def unmet(facts: Facts) -> Iterator[tuple[Expectation, str]]:
    """Every expectation that a verdict contradicts, and how; what is not known contradicts nothing."""
    if not facts.expectations:
        return
    found = table(facts)
    for wanted in facts.expectations:
        rows = sources(found, wanted.source)
        if (missing := _missing(found, wanted, rows)) is not None:
            if facts.whole:  # else another program may have it
                yield wanted, missing
            continue
        for row in rows:
            if (said := _contradiction(wanted, row.name, verdicts(found, row, wanted.target))) is not None:
                yield wanted, said
                break


def _missing(found: Table, wanted: Expectation, rows: Sequence[Row]) -> str | None:
    if not rows:
        return f"names the source {wanted.source!r}, which is not there"
    if not is_target(found, wanted.target):
        return f"names the destination {wanted.target!r}, which is not there"
    return None


def sources(found: Table, name: str) -> list[Row]:
    """The rows that a name means: a tenant, `tenant/cluster`, a Vpc, a Subnet, `tenants`, or a class outside."""
    if name == EVERY_TENANT:
        return [row for row in found.rows if row.vpc and row.vpc != DEFAULT_VPC]
    wanted = _names(name)
    return [row for row in found.rows if row.name in wanted or row.vpc in wanted]


def _names(name: str) -> tuple[str, ...]:
    tenant, _, cluster = name.partition("/")
    names = TenantNames(tenant)
    return (names.subnet(cluster),) if cluster and "." not in name and ":" not in name else (name, names.vpc)


def is_target(found: Table, name: str) -> bool:
    """Whether a name means any destination."""
    return span(name) is not None or name in _CLASSES or bool(_blocks(found, name))


def verdicts(found: Table, row: Row, target: str) -> list[Verdict]:
    """Verdicts of a source towards a class, an address, a block, or the pods of a tenant."""
    for place in Place:
        if target == place.value:
            return [verdict for _, verdict in row.cells.get(place, ())]
    block = span(target)
    blocks = [block] if block is not None else _blocks(found, target)
    return [verdict for each in blocks for verdict in _towards(found, row, each)]


def _blocks(found: Table, name: str) -> list[Span]:
    wanted = _names(name)
    return [
        b for switch in found.network.switches if switch.name in wanted or switch.vpc in wanted for b in switch.blocks
    ]


def _towards(found: Table, row: Row, block: Span) -> list[Verdict]:
    switch = found.network.by_name.get(row.name)
    if switch is None:
        paths = Paths(found.network)
        return [
            piece.verdict
            for external, entry in found.network.externals.items()
            if any(each.overlaps(block) for each in entry.blocks)
            for piece in paths.from_outside(external, ALL_IPV4, block)
        ]
    paths = Paths(found.network)
    cuts = found.network.routers[switch.vpc].source_cuts
    return [
        piece.verdict
        for own in switch.blocks
        if ALL_IPV4.contains(own) is ALL_IPV4.contains(block)
        for source in pieces(own, cuts)
        for piece in paths.from_subnet(switch, source, block)
    ]


def _contradiction(wanted: Expectation, source: str, found: Sequence[Verdict]) -> str | None:
    """How verdicts contradict an expectation; an open path may be open in a part, a closed one may not."""
    passed = [verdict for verdict in found if not verdict.closed and verdict.outcome is not Outcome.NOT_KNOWN]
    if not wanted.open and passed:
        actual = f"{passed[0].shown_as} by {passed[0].decider}"
        return f"wants {source} to {wanted.target} closed, and it is {actual}"
    if wanted.open and found and all(verdict.closed for verdict in found):
        return f"wants {source} to {wanted.target} open, and it is {found[0].shown_as} by {found[0].decider}"
    return None
