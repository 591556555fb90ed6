"""The one registry: every law, and the one function that judges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Final

from kmetal_network.errors import Finding, Severity
from kmetal_network.facts.model import Facts
from kmetal_network.laws.addresses import overlaps, subnet_addresses, subnet_cidrs
from kmetal_network.laws.capacity import headroom
from kmetal_network.laws.environments import comparison
from kmetal_network.laws.metallb import announcements, control_planes, layer2, pool_addresses, pools
from kmetal_network.laws.metallb.bgp import advertisements, sessions, speaker_peers
from kmetal_network.laws.model import Breach, Estate, Law
from kmetal_network.laws.platform import chart_values, controller
from kmetal_network.laws.provider import claims, gateways, nics, pod_access, vlans
from kmetal_network.laws.tenants import attachments, egress, naming, quotas, reachability
from kmetal_network.laws.tenants.routing import isolation, policy_routes, routes

_FAMILIES: Final = (
    overlaps,
    announcements,
    attachments,
    advertisements,
    control_planes,
    layer2,
    pool_addresses,
    subnet_addresses,
    subnet_cidrs,
    headroom,
    claims,
    egress,
    pod_access,
    comparison,
    gateways,
    isolation,
    policy_routes,
    pools,
    chart_values,
    controller,
    speaker_peers,
    nics,
    vlans,
    quotas,
    reachability,
    routes,
    sessions,
    naming,
)

LAWS: Final[tuple[Law, ...]] = tuple(
    sorted((law for family in _FAMILIES for law in family.LAWS), key=lambda law: law.id)
)

BY_ID: Final[dict[str, Law]] = {law.id: law for law in LAWS}


MOST: Final = 10_000
"""How many breaches of one law are reported."""


def _bounded(breaches: Iterable[Breach]) -> Iterable[Breach]:
    """Each breach once; a law stops after so many errors, since further ones add nothing."""
    errors: set[Breach] = set()
    warnings: set[Breach] = set()
    for breach in breaches:
        kept = warnings if breach.warning else errors
        if len(kept) < MOST:
            kept.add(breach)
        elif kept is errors:
            break
    return errors | warnings


def judge(facts: Facts, laws: Iterable[Law] = LAWS) -> tuple[Finding, ...]:
    """Every breach of every law, sorted by place. A relaxed law's breaches come as warnings that carry the reason."""
    findings = [_finding(law, breach, facts.relaxed) for law in laws for breach in _bounded(law.judge(facts))]
    return tuple(sorted(findings))


def judge_estate(estate: Estate, laws: Iterable[Law] = LAWS) -> tuple[Finding, ...]:
    """Every breach between environments, sorted by place; what each breaks alone is `judge`'s.

    A law is relaxed by the environment that would have to mend the breach.
    """
    findings = [
        _finding(law, breach, estate[environment].relaxed)
        for law in laws
        for environment, breach in islice(dict.fromkeys(law.judge_estate(estate)), MOST)
    ]
    return tuple(sorted(findings))


def errors(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings that stop a run."""
    return tuple(finding for finding in findings if finding.severity is Severity.ERROR)


def _finding(law: Law, breach: Breach, relaxed: Mapping[str, str]) -> Finding:
    reason = relaxed.get(law.id) if law.relaxable else None
    return Finding(
        place=breach.place,
        problem=breach.problem,
        remedy=breach.remedy if reason is None else f"relaxed for this stack: {reason}",
        rule=law.id,
        severity=Severity.WARNING if breach.warning or reason is not None else law.severity,
    )
