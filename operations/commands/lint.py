"""`kmetal-network lint FILE...`: the same laws on plain YAML, each finding with its file and line.

It reads Kubernetes manifests (multiple documents, Lists, and the content of Helm releases and wrappers), kMetal's
values, whole or partial, and stack files. It takes the files as a part of the network, so it reports nothing as
missing; with `--whole` it does. At the end it lists what it could not check.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from kmetal_network.config.stackfile import load_stack
from kmetal_network.errors import Finding, Severity
from kmetal_network.facts.model import Facts
from kmetal_network.facts.reader import Coverage, read_objects
from kmetal_network.facts.source_objects import SourceObject
from kmetal_network.laws.registry import judge
from operations.linting.against import judged_against
from operations.linting.report import print_json, print_text
from operations.linting.sources import STDIN, Sources, read_sources
from operations.unforeseen import judged_or_named

__all__ = ["FINDINGS", "FINE", "STDIN", "UNREADABLE", "lint", "lint_manifests"]

FINE: Final = 0
FINDINGS: Final = 1
UNREADABLE: Final = 2


def lint(
    files: Sequence[str],
    *,
    output: str = "text",
    strict: bool = False,
    whole: bool = False,
    against: str | None = None,
    root: Path = Path(),
) -> int:
    """Check files, print the findings, and return the exit code.

    Args:
        files: paths of files or folders; `-` reads standard input.
        output: `text` for people, `json` for machines.
        strict: warnings count as errors.
        whole: the files describe the whole network, so missing objects are findings.
        against: a stack of the project; the files are checked together with its objects.
        root: the project.

    Returns:
        0 no errors; 1 errors; 2 something could not be read, or there was nothing to check.

    Raises:
        OperatorError: the stack has no file, or its file is wrong.
        UnforeseenError: the program itself failed.
    """
    environment = load_stack(root, against)[0].facts() if against is not None else None
    sources = read_sources(files)
    findings, coverage = judged_or_named(
        sources.manifests, lambda manifests: _judged(manifests, sources, environment, whole=whole)
    )
    unreadable = [*sources.unreadable]
    if not (coverage.objects or sources.environments or sources.unjudged or unreadable):
        problem, remedy = "nothing to check: the input contains no object", "name files with Kubernetes YAML"
        place = "(stdin)" if list(files) == [STDIN] else ", ".join(files)
        unreadable.append(Finding(place=place, problem=problem, remedy=remedy))
    everything = tuple(sorted({*unreadable, *findings}))
    (print_json if output == "json" else print_text)(everything, coverage, sources)
    if unreadable:
        return UNREADABLE
    return FINDINGS if fails(everything, strict=strict) else FINE


def fails(findings: Iterable[Finding], *, strict: bool) -> bool:
    """Whether findings make a command exit 1: errors do, and with `strict` warnings do."""
    return any(strict or finding.severity is Severity.ERROR for finding in findings)


def lint_manifests(manifests: Iterable[SourceObject]) -> tuple[Finding, ...]:
    """Every finding of form and law."""
    seen = read_objects(manifests)
    return tuple(sorted({*seen.shape, *judge(seen.facts)}))


def _judged(
    manifests: Sequence[SourceObject], sources: Sources, environment: Facts | None, *, whole: bool
) -> tuple[tuple[Finding, ...], Coverage]:
    """Every finding of form and law, and how much of the input the laws could check."""
    seen = read_objects(manifests, whole=whole)
    laws = judge(seen.facts) if environment is None else judged_against(environment, seen.facts)
    return tuple(sorted({*seen.shape, *laws, *sources.environments.findings()})), seen.coverage
