"""Which paths a change opens and closes, computed from all objects before and after (`kmetal_network.reach`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from ipaddress import summarize_address_range
from typing import Any, Final

from kmetal_network.addresses import Span
from kmetal_network.errors import Finding, Severity
from kmetal_network.facts.model import Facts
from kmetal_network.facts.reader import facts_of
from kmetal_network.facts.source_objects import SourceObject
from kmetal_network.finding_codes.codes import OPENS
from kmetal_network.plan.path_change import PathChange
from kmetal_network.reach.difference import Change, Direction, difference
from kmetal_network.reach.places import Place
from kmetal_network.reach.verdict import Verdict

DECIDING: Final = frozenset(
    {"Vpc", "Subnet", "Vlan", "OvnEip", "OvnSnatRule", "OvnFip", "OvnDnatRule", "IPAddressPool"}
)
"""Kinds of which a change may open or close a path."""

READ: Final = DECIDING | {"ProviderNetwork", "Node"}
"""Kinds of which the logical network is made."""

_LEFT_OUT: Final = frozenset({Direction.WITHIN, Direction.OF_PLATFORM})
"""Paths inside one VPC, and those of the platform's own pods."""

_REMEDIES: Final = {
    Direction.BETWEEN: "keep what closed it, or agree on it with both tenants",
    Direction.PLATFORM: "drop it (the tenant's `drop`, or `isolation: {level: platform}`), or make sure that the"
    " gateway refuses it",
    Direction.INWARDS: "take the translation away, or make sure that the pod may be public",
    Direction.OUTWARDS: "keep the block among the tenant's `drop`, or make sure that the gateway refuses it",
}


def context_of(settings: Facts) -> Facts:
    """What settings say and no object shows: the platform's ranges and addresses, which give destinations their names.

    Args:
        settings: all that the settings say.
    """
    return Facts(
        ranges=settings.ranges,
        cni=settings.cni,
        management=settings.management,
        control_planes=settings.control_planes,
        clusters=settings.clusters,
    )


def declared(objects: Iterable[tuple[Mapping[str, Any], bool]], context: Facts) -> Facts:
    """Facts of one version of an environment.

    Args:
        objects: every object of the kinds in `READ`, and whether it is a patch of somebody else's.
        context: what the settings say and no object shows.
    """
    sources = [SourceObject(body, patch=patch) for body, patch in objects]
    return Facts.union((context, facts_of(sources, whole=True)))


def path_changes(before: Facts, after: Facts, clusters: Mapping[str, str]) -> tuple[PathChange, ...]:
    """Every path that opens, then every one that closes; alike ones together, risks first.

    Args:
        before: the network before the change.
        after: the network after it.
        clusters: `tenant/cluster` of each tenant's Subnet, before and after.
    """
    alike: dict[tuple[object, ...], list[Change]] = defaultdict(list)
    for change in difference(before, after):
        if change.direction not in _LEFT_OUT and not _is_usual(change):
            verdicts = tuple(verdict.key if verdict else None for verdict in (change.before, change.after))
            alike[change.way, change.direction, change.sources, is_risk(change), *verdicts].append(change)
    found = [_path(changes, clusters) for changes in alike.values()]
    order = [direction.value for direction in Direction]
    return tuple(
        sorted(found, key=lambda one: (one.way != "opens", not one.risk, order.index(one.direction), one.sources))
    )


def _is_usual(change: Change) -> bool:
    """Whether no one asks: what a tenant that comes or goes sends to other tenants' blocks leaves like all the rest."""
    alone = change.before is None or change.after is None
    return change.place is Place.TENANTS and alone and not change.isolates


def is_risk(change: Change) -> bool:
    """Whether a reviewer decides on it: isolation suffers, or packets of a tenant that is there get farther."""
    return change.way == "opens" and (change.isolates or (change.direction is Direction.OUTWARDS and not change.comes))


def _path(changes: Sequence[Change], clusters: Mapping[str, str]) -> PathChange:
    first = changes[0]
    several = len(set(first.vpcs)) > 1
    before, before_by = _verdict_and_decider(first.before, several=several)
    after, after_by = _verdict_and_decider(first.after, several=several)
    return PathChange(
        way=first.way,
        direction=first.direction.value,
        sources=_parties(first.sources, clusters),
        tenants=tuple(sorted({clusters[name].partition("/")[0] for name in first.sources if name in clusters})),
        to={change.place.value: _addresses(change) for change in changes},
        before=before,
        before_by=before_by,
        after=after,
        after_by=after_by,
        comes=first.comes,
        risk=is_risk(first),
    )


def _verdict_and_decider(verdict: Verdict | None, *, several: bool) -> tuple[str, str]:
    """A verdict and what decides it; a translated source says nothing about who is reached, so it is left out."""
    if verdict is None:
        return "", ""
    alike = ", and alike for the others" if several else ""
    return replace(verdict, source_as=None).shown_as, f"{verdict.decider}{alike}"


def _parties(subnets: Iterable[str], clusters: Mapping[str, str]) -> tuple[str, ...]:
    """Tenants of which all clusters are meant by name, single clusters, and classes as they are."""
    meant = {clusters.get(name, name) for name in subnets}
    sizes: dict[str, set[str]] = defaultdict(set)
    for name in clusters.values():
        sizes[name.partition("/")[0]].add(name)
    whole = {tenant for tenant, own in sizes.items() if own <= meant}
    return tuple(sorted({tenant if (tenant := name.partition("/")[0]) in whole else name for name in meant}))


def _addresses(change: Change) -> tuple[str, ...]:
    if change.place is Place.INTERNET:
        return ()
    return tuple(text for part in change.parts for text in _blocks(part))


def _blocks(part: Span) -> tuple[str, ...]:
    """A range as one block where it is one."""
    first, last = part.ends()
    if first.version == last.version:
        blocks = [*summarize_address_range(first, last)]
        if len(blocks) == 1 and part.size > 1:
            return (str(blocks[0]),)
    return (part.canonical(),)


def opened(paths: Iterable[PathChange], place: Callable[[str], str]) -> Iterator[Finding]:
    """A risk for each path on which a reviewer decides.

    Args:
        paths: what opens and closes.
        place: position of a tenant's settings.
    """
    for path in paths:
        if path.risk:
            yield Finding(
                place=place(path.tenants[0]) if path.tenants else path.after_by.partition(" spec.")[0],
                problem=path.problem,
                remedy=_REMEDIES[Direction(path.direction)],
                rule=OPENS,
                severity=Severity.WARNING,
                subject=path.destination,
                names=path.sources,
                tenants=path.tenants,
            )
