"""`kmetal-network reach`: who can reach whom, according to the settings, plain YAML, or the live cluster.

It sends no packet and writes nothing: every verdict is computed (`kmetal_network.reach`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.markup import escape
from rich.table import Table as Grid

from kmetal_network.addresses import Span
from kmetal_network.config.stackfile import Environment
from kmetal_network.counting import counted
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.facts.model import Facts
from kmetal_network.facts.reader import read_objects
from kmetal_network.finding_codes.codes import USAGE
from kmetal_network.laws.spans import ALL_IPV4, span
from kmetal_network.names import DEFAULT_VPC
from kmetal_network.reach.difference import difference
from kmetal_network.reach.packets.paths import Paths
from kmetal_network.reach.places import Place
from kmetal_network.reach.table import Row, Table, table
from kmetal_network.reach.topology.router import pieces
from kmetal_network.reach.verdict import Outcome, Verdict
from operations.cluster.live import LiveCluster
from operations.cluster.view import ClusterView
from operations.commands.lint import UNREADABLE
from operations.console import Output, out
from operations.linting.sources import read_sources
from operations.reachability.as_json import change_json, row_json, verdict_json
from operations.revision import stack_at, stack_now
from operations.state.identity import make_sure_of_identity
from operations.verify.live_laws import unshown

FINE: Final = 0
OPENS: Final = 1

_COLOURS: Final = {
    Outcome.OPEN: "green",
    Outcome.ROUTER: "yellow",
    Outcome.LEAVES: "yellow",
    Outcome.NODE: "yellow",
    Outcome.NOT_KNOWN: "magenta",
    Outcome.NO_ROUTE: "dim",
    Outcome.DROPPED: "red",
}
_KINDS_READ: Final = (
    "Vlan", "Subnet", "Vpc", "OvnEip", "OvnSnatRule", "OvnFip", "OvnDnatRule", "Node", "IPAddressPool", "ServiceCIDR",
)  # fmt: skip
_NAMED: Final = 4
"""Names of sources that a heading lists; the rest are counted."""


@dataclass(frozen=True)
class Asked:
    """Source and target from the command line."""

    source: str | None = None
    """Part of the name of a source or its VPC, or a class of sources."""
    target: str | None = None
    """An address, a block, or part of a class's name."""


def reach(facts: Facts, title: str, asked: Asked, output: Output) -> int:
    """Print who can reach whom; the exit code is 0."""
    found = table(facts)
    rows = [row for row in found.rows if _wanted(row, asked.source)]
    if asked.source and not rows:
        raise OperatorError(_no_such("--from", asked.source, [row.name for row in found.rows]))
    target = span(asked.target) if asked.target else None
    if target is not None:
        _answer(found, rows, target, title, output)
        return FINE
    wanted = [place for place in Place if asked.target is None or asked.target.lower() in place.value.lower()]
    if not wanted:
        raise OperatorError(_no_such("--to", str(asked.target), [place.value for place in Place]))
    if output is Output.JSON:
        out.print_json(json.dumps([row_json(found, row, wanted) for row in rows]))
        return FINE
    _print(Table(tuple(rows), found.places, found.network), wanted, title)
    return FINE


def compare(before: Facts, after: Facts, title: str, output: Output) -> int:
    """Print what opens and what closes; 1 if a path between tenants, to the platform or inwards opens."""
    changes = difference(before, after)
    opened = [change for change in changes if change.way == "opens"]
    if output is Output.JSON:
        out.print_json(json.dumps([change_json(change) for change in changes]))
    else:
        for change in changes:
            colour = (
                "red" if change.way == "opens" and change.isolates else "yellow" if change.way == "opens" else "green"
            )
            first, _, rest = str(change).partition(":")
            out.print(f"[{colour}]{first}[/]:{escape(rest)}", soft_wrap=True, highlight=False)
        opens, closes = counted(len(opened), "path"), counted(len(changes) - len(opened), "path")
        out.print(f"{title}: {opens} open, {closes} close" if changes else f"{title}: nothing opens, nothing closes")
    return OPENS if any(change.isolates for change in opened) else FINE


def settings_facts(root: Path, stack: str) -> Facts:
    """Facts from a stack file. It may break laws: this command reports open paths and does not judge them."""
    return stack_now(root, stack).facts()


def base_facts(root: Path, stack: str, revision: str) -> Facts:
    """Facts from the same stack file at another git revision.

    Raises:
        OperatorError: git does not know the revision, or the file is not in it or cannot be read.
    """
    return stack_at(root, stack, revision).facts()


def live_facts(root: Path, stack: str) -> Facts:
    """Facts from the stack's live cluster.

    Raises:
        UnreachableError: the cluster does not answer.
    """
    environment = stack_now(root, stack)
    with LiveCluster.of(root, environment.settings.cluster) as cluster:
        view = ClusterView(cluster)
        make_sure_of_identity(environment, view)
        return facts_in(environment, view)


def facts_in(environment: Environment, view: ClusterView) -> Facts:
    """Facts from a cluster's objects, and those settings that no object shows."""
    return Facts.union((unshown(environment.facts()), view.facts(*_KINDS_READ, whole=True)))


def files_facts(files: Sequence[str]) -> tuple[Facts, int]:
    """Facts from plain YAML, and exit code 2 if a part of it cannot be read."""
    sources = read_sources(files)
    unreadable = [*sources.unreadable]
    for finding in unreadable:
        out.print(f"[red]error[/] {escape(str(finding))}", soft_wrap=True, highlight=False)
    return read_objects(sources.manifests).facts, UNREADABLE if unreadable else FINE


def _wanted(row: Row, source: str | None) -> bool:
    return source is None or source.lower() in (row.name.lower(), row.vpc.lower()) or source.lower() in row.name.lower()


def _no_such(option: str, text: str, there: Sequence[str]) -> list[Finding]:
    problem = f"{text!r} matches nothing here"
    return [
        Finding(place=option, problem=problem, remedy=f"write part of one of these: {', '.join(there)}", rule=USAGE)
    ]


def _print(found: Table, wanted: Sequence[Place], title: str) -> None:
    """One table for each group of sources with the same verdicts."""
    for row, names in found.groups():
        grid = Grid(title=_heading(row, names), title_justify="left", expand=False)
        for heading in ("to", "verdict", "decided by"):
            grid.add_column(heading, overflow="fold")
        for where, verdict in _lines(found, row, wanted):
            colour = _COLOURS[verdict.outcome]
            why = f"\n[dim]{escape(verdict.why)}[/]" if verdict.why else ""
            grid.add_row(escape(where), f"[{colour}]{escape(verdict.shown_as)}[/]", escape(str(verdict.decider)) + why)
        if grid.row_count:
            out.print(grid)
    kinds = counted(len(found.groups()), "kind")
    out.print(f"{title}: {counted(len(found.rows), 'source')} of {kinds} of treatment", highlight=False)
    named = [place for place in wanted if place is not Place.ELSEWHERE]
    unknown = [place.value for place in named if not any(place in row.cells for row in found.rows)]
    if unknown:
        out.print(f"not known: {', '.join(unknown)}", highlight=False)


def _lines(table_of: Table, row: Row, wanted: Sequence[Place]) -> list[tuple[str, Verdict]]:
    """Classes grouped by verdict; a class with several verdicts lists the addresses of each."""
    found: dict[Verdict, list[str]] = {}
    for place in (each for each in wanted if each in row.cells):
        name = place.value if row.vpc else place.value.removeprefix("other ")
        entries = row.verdicts(place)
        for stretch, verdict in entries:
            shown = table_of.part(place, stretch) or stretch
            part = f" ({shown.canonical()})" if len(entries) > 1 else ""
            found.setdefault(verdict, []).append(name + part)
    return [(", ".join(names), verdict) for verdict, names in found.items()]


def _heading(row: Row, names: Sequence[str]) -> str:
    named = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    if not row.vpc:
        return f"from outside: {escape(named)}"
    what = "default VPC" if row.vpc == DEFAULT_VPC else "tenants"
    return f"{what}: {escape(named)}"


def _answer(found: Table, rows: Sequence[Row], target: Span, title: str, output: Output) -> None:
    """Verdicts of each source for one address or block."""
    paths = Paths(found.network)
    answers: list[tuple[str, Span, Verdict]] = []
    for row in rows:
        switch = found.network.by_name.get(row.name)
        for block in switch.blocks if switch else ():
            if switch and ALL_IPV4.contains(block) is ALL_IPV4.contains(target):
                router = found.network.routers[switch.vpc]
                for source in pieces(block, router.source_cuts):
                    found_here = paths.from_subnet(switch, source, target)
                    answers += [(row.name, piece.destination, piece.verdict) for piece in found_here]
    if output is Output.JSON:
        said = [{"from": name, "to": where.canonical(), **verdict_json(verdict)} for name, where, verdict in answers]
        out.print_json(json.dumps(said))
        return
    grid = Grid()
    for heading in ("from", "to", "verdict", "decided by"):
        grid.add_column(heading, overflow="fold")
    for name, where, verdict in answers:
        colour = _COLOURS[verdict.outcome]
        told = f"[{colour}]{escape(verdict.shown_as)}[/]"
        grid.add_row(escape(name), where.canonical(), told, escape(f"{verdict.decider} {verdict.why}".strip()))
    out.print(grid)
    out.print(f"{title}: {counted(len(answers), 'verdict')}", highlight=False)
