"""Checks the laws on the live cluster, including objects that no settings declare.

The objects come from the cluster, read as `lint` reads a file. The settings add only what no object shows: the
platform's ranges, the management VLAN, the addresses reserved for each tenant cluster, and the relaxed laws. So an
object made by `kubectl` is judged like one of ours. A missing object breaks no law; other checks of `verify` report it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from kmetal_network.errors import Finding
from kmetal_network.facts.model import Facts
from kmetal_network.facts.reader import read_objects
from kmetal_network.laws.registry import judge

_RELEASE: Final = "HelmRelease"

Seen = Mapping[str, Mapping[str, Mapping[str, Any]]]


def live_findings(written: Facts, seen: Seen) -> tuple[Finding, ...]:
    """Every breach of form and law by what stands in the cluster.

    Args:
        written: what the settings say.
        seen: objects by kind and name, all that there are of each kind.
    """
    shown = read_objects(_objects(seen, lambda kind: kind != _RELEASE), whole=True, carried=False)
    facts = Facts.union((unshown(written), shown.facts, _shown_by_releases(seen)))
    return tuple(sorted({*shown.shape, *judge(facts)}))


def _shown_by_releases(seen: Seen) -> Facts:
    """Pools and advertisements in a release's values; the platform's ranges there are the settings' own words."""
    shown_there = read_objects(_objects(seen, lambda kind: kind == _RELEASE), carried=False).facts
    return Facts(pools=shown_there.pools, advertisements=shown_there.advertisements)


def unshown(written: Facts) -> Facts:
    """What settings say and no object of a cluster shows."""
    return Facts(
        ranges=written.ranges,
        cni=written.cni,
        management=written.management,
        control_planes=written.control_planes,
        clusters=written.clusters,
        expectations=written.expectations,
        exempt=written.exempt,
        relaxed=written.relaxed,
    )


def _objects(seen: Seen, wanted: Callable[[str], bool]) -> Iterator[Mapping[str, Any]]:
    for kind, objects in seen.items():
        if wanted(kind):
            yield from objects.values()
