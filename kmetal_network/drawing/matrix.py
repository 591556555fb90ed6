"""Who can reach whom, as a picture: a row for each class of destinations, a column for each kind of source.

Sources of which every class has the same outcomes share a column, so that 3 and 300 tenants are read alike. Which
object decides each verdict, `kmetal-network reach` says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from kmetal_network.counting import counted
from kmetal_network.drawing.shapes import Mark, box
from kmetal_network.names import DEFAULT_VPC
from kmetal_network.plan.model import Plan
from kmetal_network.reach.places import Place
from kmetal_network.reach.table import Row, Table
from kmetal_network.reach.verdict import CLOSED, Outcome

_HEAD: Final = (300, 64)
_CELL: Final = (230, 64)
"""Pixels: width and height."""
_TALL: Final = 96
"""Pixels of the line of sources."""
_NAMED: Final = 3
"""Sources that a column names; the rest are counted."""
_LETTERS: Final = 26
"""Characters in a line of a column."""

_COLOURS: Final = {
    Outcome.OPEN: "#f8d7a8",
    Outcome.ROUTER: "#fdf3d0",
    Outcome.LEAVES: "#fbe3d6",
    Outcome.NODE: "#fbe3d6",
    Outcome.NOT_KNOWN: "#e9ddf5",
    Outcome.NO_ROUTE: "#e3eee6",
    Outcome.DROPPED: "#cfe3d6",
}
_USUAL: Final = "#e6f0fb"
"""Colour of what no one asks about: inside a VPC, to the internet, and from the platform's pods to the platform."""
_WORDS: Final = {
    Outcome.ROUTER: "ends at a router",
    Outcome.LEAVES: "leaves towards\nthe physical gateway",
    Outcome.NODE: "leaves into a node",
}


def matrix(table: Table, name: str, plan: Plan | None = None) -> str:
    """A picture as text of D2.

    Args:
        table: verdicts of the environment, after the change.
        name: of the environment.
        plan: what changes; classes that open for a source are marked.
    """
    groups = columns(table.rows)
    places = [place for place in Place if any(place in group[0].cells for group in groups)]
    opened = {(source, to) for path in (plan.opened if plan else ()) for source in path.sources for to in path.to}
    lines = [
        "vars: {d2-config: {pad: 24}}",
        f"grid-rows: {len(places) + 1}",  # first, so that the rows are filled one after the other
        f"grid-columns: {len(groups) + 1}",
        "grid-gap: 4",
        *box("head", f"{name}: who can reach whom\n(rows: to; columns: from)", fill="#ffffff", size=(_HEAD[0], _TALL)),
    ]
    for column, group in enumerate(groups):
        lines += box(f"source{column}", _title(group), fill="#e4e7eb", size=(_CELL[0], _TALL))
    for row, place in enumerate(places):
        lines += box(f"place{row}", place.value, fill="#f4f5f7", size=_HEAD)
        for column, group in enumerate(groups):
            outcomes = _outcomes(group[0], place)
            mark = Mark.BAD if any((party, place.value) in opened for party in _parties(group)) else Mark.NONE
            fill = _fill(group[0], place, outcomes)
            lines += box(f"cell{row}x{column}", _text(outcomes), fill=fill, mark=mark, size=_CELL)
    return "\n".join(lines) + "\n"


def _fill(row: Row, place: Place, outcomes: Sequence[Outcome]) -> str:
    if not outcomes:
        return "#ffffff"
    usual = place in (Place.OWN_CLUSTER, Place.OWN_VPC, Place.INTERNET)
    usual |= row.vpc == DEFAULT_VPC and place not in (Place.TENANTS, Place.TENANT_ADDRESSES)
    return _USUAL if usual and outcomes[0] not in CLOSED else _COLOURS[outcomes[0]]


def columns(rows: Sequence[Row]) -> list[list[Row]]:
    """Sources whose outcomes are the same in every class: tenants first, then the default VPC, then what is outside."""
    found: dict[object, list[Row]] = {}
    for row in rows:
        pattern = tuple((place, frozenset(_outcomes(row, place))) for place in Place)
        found.setdefault((_kind(row), pattern), []).append(row)
    return sorted(found.values(), key=lambda group: (_kind(group[0]), -len(group)))


def _kind(row: Row) -> int:
    return 2 if not row.vpc else int(row.vpc == DEFAULT_VPC)


def _outcomes(row: Row, place: Place) -> list[Outcome]:
    """The most open first."""
    return list(dict.fromkeys(verdict.outcome for _, verdict in row.verdicts(place)))


def _text(outcomes: Sequence[Outcome]) -> str:
    if not outcomes:
        return "-"
    if len(outcomes) == 1:
        return _WORDS.get(outcomes[0], outcomes[0].value)
    short = {Outcome.LEAVES: "leaves", Outcome.NODE: "into a node", Outcome.ROUTER: "router"}
    return " or\n".join(short.get(outcome, outcome.value) for outcome in outcomes)


def _title(group: Sequence[Row]) -> str:
    names = [_cut(_party(row)) for row in group]
    if len(group) <= _NAMED:
        return "\n".join(names)
    what = counted(len(group), "cluster" if _kind(group[0]) == 0 else "source")
    tenants = counted(len({row.vpc for row in group}), "tenant")
    return f"{what} of {tenants},\nsuch as\n{names[0]}"


def _party(row: Row) -> str:
    """`tenant/cluster`, or the class outside."""
    if row.vpc == DEFAULT_VPC:
        return f"{row.name} (default VPC)"
    tenant = row.vpc.removesuffix("-vpc")
    return f"{tenant}/{row.name.removeprefix(f'{tenant}-').removesuffix('-subnet')}" if tenant else row.name


def _cut(name: str) -> str:
    return name if len(name) <= _LETTERS else f"{name[: _LETTERS - 3]}..."


def _parties(group: Sequence[Row]) -> Iterator[str]:
    """Names under which a plan speaks of these sources: tenants, `tenant/cluster`, classes outside."""
    for row in group:
        yield row.vpc.removesuffix("-vpc") or row.name
        yield _party(row)
