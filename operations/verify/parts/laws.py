"""What the laws say of all that stands in the cluster, one line for each cause."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kmetal_network.errors import Severity, bounded
from kmetal_network.grouping import grouped
from kmetal_network.laws.registry import LAWS
from operations.verify.checks import VERIFIED, Check, Part, Verdict, Verification
from operations.verify.live_laws import live_findings


def _laws(verification: Verification) -> Iterator[Check]:
    seen = verification.seen
    findings = live_findings(verification.environment.facts(), seen)
    for group in grouped(findings):
        finding = group.first
        verdict = Verdict.FAIL if finding.severity is Severity.ERROR else Verdict.WARN
        problem = f"{bounded(finding.problem)} ({group.more})" if group.more else bounded(finding.problem)
        yield Check("laws", f"{finding.rule} {finding.place}", verdict, problem, finding.remedy)
    if all(finding.severity is not Severity.ERROR for finding in findings):
        count = sum(len(objects) for kind, objects in seen.items() if kind != "Pod")
        yield Check("laws", f"{len(LAWS)} laws", Verdict.PASS, f"{count} live objects of all owners: no error")


PART: Final = Part(lines=_laws, kinds=VERIFIED)
