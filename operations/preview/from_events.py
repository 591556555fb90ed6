"""The engine's steps as pairs of objects, and what policies and the engine said as findings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from kmetal_network.cells import Part
from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import SENTENCE, Finding, Severity
from kmetal_network.finding_codes.codes import FAILED, POLICY, REROUTED
from kmetal_network.plan.build import Pair
from kmetal_network.plan.model import Operation
from kmetal_network.plan.rendering import rendered
from operations.engine.events import HALVES, Outcome, Step

_HALF: Final = {"create-replacement": Operation.CREATE, "delete-replaced": Operation.DELETE}
"""A half alone is what is left of a replacement that died."""


def pairs_of(outcome: Outcome, order: Iterable[str] = ()) -> list[Pair]:
    """Every object of the cluster that a preview was about: what changes, then what stays.

    Args:
        outcome: what the engine reported. It works on several objects at once, so its own order differs between runs.
        order: names in state of the program's objects, in the order of its layers; the others keep the engine's order,
            after them.
    """
    ranks = {name: rank for rank, name in enumerate(order)}
    replaced = {step.urn for step in outcome.steps if step.operation == "replace"}
    changed = [
        _pair(step)
        for step in outcome.steps
        if step.is_object and not (step.operation in HALVES and step.urn in replaced)
    ]
    changed.sort(key=lambda pair: ranks.get(pair.urn.rpartition("::")[2], len(ranks)))
    return [*changed, *(_pair(step) for step in outcome.unchanged)]


def unasked_pairs(environment: Environment, outcome: Outcome) -> Iterator[Pair]:
    """The objects of stacks that were not asked: they stand as they are rendered, and the plan is about all of them."""
    for part in Part.all(environment.name, environment.settings.cells):
        if part.stack in outcome.skipped:
            settings = environment.of_stack(part.cell).settings
            for one in rendered(settings, environment.name, platform=part.has_platform):
                yield Pair(
                    operation=None,
                    kind=one.kind,
                    urn=one.state_name,
                    before=one.body,
                    after=one.body,
                    patch=one.patch,
                )


def _pair(step: Step) -> Pair:
    body = step.after or step.before or {}
    operation = _HALF.get(step.operation)
    if operation is None and step.operation in set(Operation):
        operation = Operation(step.operation)
    return Pair(
        operation=operation,
        kind=str(body.get("kind") or step.type.rpartition(":")[2]),
        urn=step.urn,
        before=step.before,
        after=step.after,
        forced=step.forced,
        noted=step.fields,
        patch=step.is_patch,
    )


def findings_in(text: str, severity: Severity) -> Iterator[Finding]:
    """Each line that is a finding; a text without one is a finding of its own.

    Args:
        text: lines as an operator would read them.
        severity: how much they weigh.
    """
    found = [match for line in text.splitlines() if (match := SENTENCE.fullmatch(line.strip()))]
    for match in found:
        yield _finding(match, severity)
    if not found and text.strip():
        yield Finding(
            place="policy pack",
            problem=" ".join(text.split()),
            remedy="see the pack's own documentation",
            rule=POLICY,
            severity=severity,
        )


def _finding(match: re.Match[str], severity: Severity) -> Finding:
    place, problem, remedy, rule = match.group("place", "problem", "remedy", "rule")
    return Finding(place=place, problem=problem, remedy=remedy, rule=rule, severity=severity)


def refusals(outcome: Outcome, environment: str) -> tuple[Finding, ...]:
    """What stops a preview, and so would stop an `up`: mandatory policies, the program, or the engine itself."""
    found = [
        finding
        for level, _, text in outcome.policies
        if level == "mandatory"
        for finding in findings_in(text, Severity.ERROR)
    ]
    if outcome.failed and not found:
        for text in outcome.errors or ["the engine failed and said nothing"]:
            lines = [line for line in text.splitlines() if line.strip() != "nothing was applied"]
            found += _as_findings(lines, environment)
    return tuple(found)


def _as_findings(lines: Iterable[str], environment: str) -> Iterator[Finding]:
    rest = []
    for line in lines:
        if SENTENCE.fullmatch(line.strip()):
            yield from findings_in(line, Severity.ERROR)
        else:
            rest.append(line.strip())
    if words := " ".join(filter(None, rest)):
        yield Finding(
            place=f"stack {environment}",
            problem=f"the preview did not reach its end: {words}",
            remedy=f"mend that and run `kmetal-network preview {environment}` again",
            rule=FAILED,
        )


def remarks(outcome: Outcome, known: Iterable[Finding]) -> tuple[Finding, ...]:
    """Warnings of policies and of the program beyond those that the settings' laws gave already.

    A law about one and the same thing comes from the settings under a line, and from the pack under an object. That
    a router is made anew is no remark: the plan itself has each object that goes with it.
    """
    texts = [text for level, _, text in outcome.policies if level != "mandatory"]
    found = [one for text in (*texts, *outcome.advice) for one in _sentences(text)]
    there = {_topic(finding) for finding in known}
    news = (finding for finding in dict.fromkeys(found) if finding.rule != REROUTED)
    return tuple(finding for finding in news if _topic(finding) not in there)


def _sentences(text: str) -> Iterator[Finding]:
    """Only what is a finding: what else a run has its operator know is about the run, not about the change."""
    for line in text.splitlines():
        if match := SENTENCE.fullmatch(line.strip()):
            yield _finding(match, Severity.WARNING)


def _topic(finding: Finding) -> tuple[str, str]:
    """Which law, and the first name in its sentence."""
    name = re.search(r"\w+ '[^']*'", finding.problem)
    return finding.rule, name.group() if name else finding.problem
