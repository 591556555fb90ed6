"""The one registry: every law of every family, discovered, and the one function that judges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Final

from kmetal_network import laws as laws_package
from kmetal_network.errors import Finding, Severity
from kmetal_network.facts.model import Facts
from kmetal_network.laws.discovery import law_modules
from kmetal_network.laws.model import Breach, Estate, Law

_MODULES: Final = tuple(law_modules(laws_package))

LAWS: Final[tuple[Law, ...]] = tuple(
    sorted((law for _, found in _MODULES for law in found), key=lambda law: law.id),
)
"""Every law, by its id."""

MODULE_OF: Final[dict[str, str]] = {law.id: module.__name__ for module, found in _MODULES for law in found}
"""The module that a law stands in, by its id."""

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
