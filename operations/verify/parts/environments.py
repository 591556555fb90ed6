"""Whether this environment shares a node with another one, whose nodes only its snapshot shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kmetal_network.counting import counted
from kmetal_network.errors import Severity
from kmetal_network.facts.model import Facts
from kmetal_network.facts.reader import facts_of
from kmetal_network.laws.registry import judge_estate
from operations.verify.checks import Check, Part, Verdict, Verification


def _environments(verification: Verification) -> Iterator[Check]:
    """A line for each shared node, and one for each environment that shares none.

    An old snapshot warns: its node may have moved since. A snapshot of another environment speaks of this one as well,
    so a law that this environment relaxes is relaxed.
    """
    environment = verification.environment
    relaxed = environment.facts().relaxed
    ours = Facts(nodes=facts_of(verification.seen.get("Node", {}).values()).nodes, relaxed=relaxed)
    for other in verification.others:
        theirs = Facts(nodes=other.facts.nodes, relaxed=relaxed)
        findings = judge_estate({environment.name: ours, other.environment: theirs})
        since = f"its snapshot of {other.day}"
        for finding in findings:
            sure = finding.severity is Severity.ERROR and not other.old
            seen = f"{finding.problem} ({other.environment!r} by {since})"
            what, verdict = f"{finding.rule} {finding.place}", Verdict.FAIL if sure else Verdict.WARN
            yield Check("laws", what, verdict, seen, finding.remedy)
        if not findings:
            seen = f"none of {counted(len(theirs.nodes), 'node')} in {since} is here"
            yield Check("laws", f"nodes of {other.environment}", Verdict.PASS, seen)


PART: Final = Part(lines=_environments, kinds=("Node",))
