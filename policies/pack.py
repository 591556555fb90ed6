"""The CrossGuard pack: an adapter between Pulumi's policies and `kmetal_network.laws`, with no law in it.

Three policies, because the SDK fixes the enforcement level per policy and not per report:

- `before-create` checks each resource before it is created, alone and with those registered earlier. It rejects
  breaches that no stack may relax, also on `up --skip-preview`.
- `laws` checks all rendered resources together and rejects every breach of a law that is an error.
- `advice` prints warnings, and each relaxed breach with its reason; it stops nothing.

`laws` and `advice` share one pass over the resources. The first two can be neither lowered nor disabled by the pack's
configuration, the third not silenced; the only way to relax a law is `relaxed`, with a reason (`policies.pack_config`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import local
from typing import Final

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyConfigSchema,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import (
    Severity as PolicySeverity,
)

from kmetal_network.errors import Finding, Severity
from kmetal_network.facts.model import Facts
from kmetal_network.laws.registry import judge
from policies.pack_config import CONFIG_PROPERTIES, pack_config
from policies.registrations import Registrations
from policies.rendered_resources import Rendered, rendered
from policies.stack_outputs import declared_facts

BEFORE_CREATE: Final = "before-create"
LAWS: Final = "laws"
ADVICE: Final = "advice"

ENFORCED: Final = frozenset({BEFORE_CREATE, LAWS})
"""Policies whose enforcement level is not for configuration."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """All findings of one pass, and where to report each."""

    findings: tuple[Finding, ...]
    urns: Mapping[str, str]

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """The findings of one weight."""
        return tuple(finding for finding in self.findings if finding.severity is severity)


def judgement(seen: Rendered, config: Mapping[str, object]) -> Judgement:
    """Judge everything that a program renders."""
    agreed = pack_config(config, seen.relaxed)
    declared, unread = declared_facts(seen.declared)
    judged = judge(Facts.union((agreed.facts, declared, seen.result.facts)))
    findings = (*agreed.findings, *unread, *seen.result.shape, *judged)
    return Judgement(tuple(sorted(set(findings))), seen.urns)


def _report(findings: Iterable[Finding], urns: Mapping[str, str], report: ReportViolation) -> None:
    for finding in findings:
        report(str(finding), urns.get(finding.place))


class _Run:
    """The memory of one run.

    The SDK calls the two stack policies one after the other, in one thread. What `before-create` has reported already,
    `laws` does not repeat; the memory of it ends there, so that no later run is silenced.
    """

    def __init__(self) -> None:
        self._memory = local()
        self._registrations = Registrations()
        self._reported: set[Finding] = set()

    def before_create(self, args: ResourceValidationArgs, report: ReportViolation) -> None:
        """Refuse what no stack relaxes, in time."""
        seen = rendered((args,))
        findings = (
            *seen.result.shape,
            *self._registrations.admit(args.urn, seen.result.facts, pack_config(args.get_config()).facts),
        )
        self._reported.update(findings)
        _report(findings, {finding.place: args.urn for finding in findings}, report)

    def laws(self, args: StackValidationArgs, report: ReportViolation) -> None:
        """Refuse."""
        found = judgement(rendered(args.resources), args.get_config())
        self._memory.verdict = found
        news = [finding for finding in found.of(Severity.ERROR) if finding not in self._reported]
        self._reported.clear()
        _report(news, found.urns, report)

    def advice(self, args: StackValidationArgs, report: ReportViolation) -> None:
        """Tell."""
        found = self._memory.__dict__.pop("verdict", None) or judgement(rendered(args.resources), args.get_config())
        _report(found.of(Severity.WARNING), found.urns, report)


def policies() -> list[Policy]:
    """The pack's policies, with a memory of their own."""
    run = _Run()
    return [
        ResourceValidationPolicy(
            name=BEFORE_CREATE,
            description="Laws that no stack relaxes, judged before an object is created",
            validate=run.before_create,
            enforcement_level=EnforcementLevel.MANDATORY,
            severity=PolicySeverity.CRITICAL,
        ),
        StackValidationPolicy(
            name=LAWS,
            description="Laws of the network, judged on all rendered objects",
            validate=run.laws,
            enforcement_level=EnforcementLevel.MANDATORY,
            severity=PolicySeverity.HIGH,
            config_schema=PolicyConfigSchema(CONFIG_PROPERTIES),
        ),
        StackValidationPolicy(
            name=ADVICE,
            description="Warnings, and laws that this stack relaxes",
            validate=run.advice,
            enforcement_level=EnforcementLevel.ADVISORY,
            severity=PolicySeverity.LOW,
        ),
    ]
