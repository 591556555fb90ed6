"""Plain YAML together with an environment: `kmetal-network lint --against STACK`.

The environment's settings say what is there. An object in the YAML of the same kind and name stands for the one that
the settings make. What the settings break without the YAML is `kmetal-network check`'s to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any, Final

from kmetal_network.errors import Finding
from kmetal_network.facts.model import Facts
from kmetal_network.laws.registry import judge

_NAMESPACED: Final = ("attachments", "quotas")
_NAMED: Final = (
    *("pools", "advertisements", "bgp_peers", "bfd_profiles", "provider_networks", "vlans", "subnets", "vpcs"),
    *("snat_rules", "eips", "nodes", *_NAMESPACED),
)


def judged_against(environment: Facts, given: Facts) -> tuple[Finding, ...]:
    """The findings that some objects bring to an environment."""
    others: dict[str, Any] = {name: _others(name, environment, given) for name in _NAMED}
    rest = replace(environment, **others)
    together = replace(Facts.union((rest, given)), whole=environment.whole)
    known = set(judge(environment))
    return tuple(finding for finding in judge(together) if finding not in known)


def _others(collection: str, environment: Facts, given: Facts) -> tuple[Any, ...] | None:
    """What the settings make and the objects do not make anew; a patch leaves the rest of its object as it is."""
    written = getattr(environment, collection)
    if written is None:
        return None
    anew = {_identity(collection, fact) for fact in _made(getattr(given, collection))}
    return tuple(fact for fact in written if _identity(collection, fact) not in anew)


def _made(facts: Iterable[Any] | None) -> Iterable[Any]:
    return (fact for fact in facts or () if not getattr(fact, "patch", False))


def _identity(collection: str, fact: Any) -> tuple[object, ...]:
    """Name, namespace where tenants share names, and what tells two kinds of one collection apart."""
    has = {entry.name for entry in fields(fact)}
    return (
        fact.name,
        fact.namespace if collection in _NAMESPACED else None,
        fact.protocol if collection == "advertisements" and "protocol" in has else None,
    )
