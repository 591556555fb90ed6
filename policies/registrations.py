"""What one run has registered so far, so that the second of two objects that clash is refused before it is created.

The engine calls stack policies only after everything has been created, so on `up --skip-preview` they come too late. A
resource policy comes in time and sees one object; with this memory it also sees those before it. Only laws that no
stack may relax are judged here: a stack's relaxations are outputs, which come last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from threading import Lock
from typing import Final

from kmetal_network.errors import Finding, Severity
from kmetal_network.facts.model import Facts
from kmetal_network.laws.registry import LAWS

_NEVER_RELAXED: Final = tuple(law for law in LAWS if not law.relaxable and law.severity is Severity.ERROR)


def findings_never_relaxed(facts: Facts) -> frozenset[Finding]:
    """Breaches of the laws that no one may relax."""
    return frozenset(
        Finding(
            place=breach.place,
            problem=breach.problem,
            remedy=breach.remedy,
            rule=law.id,
            severity=Severity.WARNING if breach.warning else law.severity,
        )
        for law in _NEVER_RELAXED
        for breach in law.judge(facts)
    )


def _shared(facts: Facts) -> Facts:
    """The part that firm laws hold against other objects: MetalLB's, and what stands on a provider network."""
    return Facts(
        whole=False,
        ranges=facts.ranges,
        pools=facts.pools,
        advertisements=facts.advertisements,
        provider_networks=facts.provider_networks,
        vlans=facts.vlans,
        subnets=tuple(subnet for subnet in facts.subnets if subnet.on_provider_network),
    )


class Registrations:
    """Objects by URN, in the order in which they were registered."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._entries: dict[str, Facts] = {}

    def admit(self, urn: str, facts: Facts, beside: Facts) -> tuple[Finding, ...]:
        """What this object breaks, by itself or together with those before it."""
        facts = replace(facts, whole=False)
        shared = _shared(facts)
        with self._lock:
            before = [entry for key, entry in self._entries.items() if key != urn] if _says_something(shared) else []
            if _says_something(shared):
                self._entries[urn] = shared
        known = Facts.union((beside, *before))
        return tuple(sorted(findings_never_relaxed(Facts.union((known, facts))) - _findings_before(known, before)))


def _findings_before(known: Facts, before: Iterable[Facts]) -> frozenset[Finding]:
    return findings_never_relaxed(known) if any(True for _ in before) else frozenset()


def _says_something(facts: Facts) -> bool:
    return any((facts.ranges, facts.pools, facts.advertisements, facts.provider_networks, facts.vlans, facts.subnets))
