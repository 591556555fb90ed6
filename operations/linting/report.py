"""How `kmetal-network lint` and `kmetal-network check` show findings: grouped for people, all of them for machines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Final

from rich.console import Console
from rich.text import Text

from kmetal_network.counting import counted
from kmetal_network.errors import Finding, Severity, bounded
from kmetal_network.facts.reader import Coverage
from kmetal_network.grouping import grouped
from kmetal_network.laws.registry import LAWS
from operations.linting.sources import Sources

MOST: Final = 10_000
"""Findings that a machine gets; a file that breaks laws more often is no less broken."""

_GROUPS: Final = 60
"""Groups that people get."""


def show_groups(console: Console, findings: Iterable[Finding]) -> None:
    """One line for each cause, errors first where there are too many to show."""
    groups = grouped(findings)
    if len(groups) > _GROUPS:
        errors = [group for group in groups if group.first.severity is Severity.ERROR]
        others = [group for group in groups if group.first.severity is not Severity.ERROR]
        shown = (*errors, *others)[:_GROUPS]
    else:
        shown = groups
    for group in shown:
        severity = group.first.severity
        line = Text(f"{severity.value}: ", style="red" if severity is Severity.ERROR else "yellow")
        console.print(line.append(str(group), style="default"), soft_wrap=True)
    if left := len(groups) - len(shown):
        console.print(f"{left:,} more of other kinds; --output json has them")


def as_json(findings: Sequence[Finding]) -> list[dict[str, object]]:
    """Findings as data, each of a length that a report can bear."""
    return [
        {key: bounded(value) if isinstance(value, str) else value for key, value in asdict(finding).items()}
        for finding in findings[:MOST]
    ]


def print_text(findings: Sequence[Finding], coverage: Coverage, sources: Sources) -> None:
    """For people: findings, the count, and what no one judged."""
    console = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
    show_groups(console, findings)
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    count = f"{counted(errors, 'error')}, {counted(len(findings) - errors, 'warning')}"
    stack_files = len(sources.environments.facts)
    files = f" and {counted(stack_files, 'stack file')}" if stack_files else ""
    what = f"{counted(coverage.objects, 'object')}{files}, {len(LAWS)} laws"
    nothing = "nothing found" if coverage.objects or stack_files else "nothing to check"
    console.print(f"{what}: {count if findings else nothing}", style="bold")
    for sentence in not_judged(coverage, sources):
        console.print(f"not judged: {sentence}")


def print_json(findings: Sequence[Finding], coverage: Coverage, sources: Sources) -> None:
    """For machines."""
    document = {
        "findings": as_json(findings),
        "leftOut": max(len(findings) - MOST, 0),
        "objects": coverage.objects,
        "notJudged": list(not_judged(coverage, sources)),
    }
    json.dump(document, sys.stdout, indent=2)
    sys.stdout.write("\n")


def not_judged(coverage: Coverage, sources: Sources) -> Iterable[str]:
    """What was read and no law could judge, one sentence each."""
    if coverage.unknown:
        verb, kinds = ("is", "a kind") if coverage.unknown == 1 else ("are", "kinds")
        yield f"{coverage.unknown:,} of {counted(coverage.objects, 'object')} {verb} of {kinds} no law knows"
    if coverage.closed:
        kinds = ", ".join(f"{number:,} {kind if number == 1 else _plural(kind)}" for kind, number in coverage.closed)
        yield f"{kinds} may hold manifests"
    if coverage.patches:
        what = (
            "is a patch, judged by what it writes"
            if coverage.patches == 1
            else "are patches, judged by what they write"
        )
        yield f"{coverage.patches:,} of {counted(coverage.objects, 'object')} {what}; what they leave out is not seen"
    for what, number in sorted(sources.unjudged.items()):
        yield f"{number:,} {what}" if number == 1 else f"{number:,} times a {what}"


def _plural(kind: str) -> str:
    return f"{kind}s"
