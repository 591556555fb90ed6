"""`preview`: what an `up` would change, whom it would harm, and whether it would be refused; writes nothing.

Exit code 0: an `up` would go through. 1: it would be refused. 2: that is not known; the plan says what was not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from kmetal_network.config.stackfile import Environment, load_stack
from kmetal_network.errors import Finding, OperatorError, Severity, UnreachableError
from kmetal_network.finding_codes.codes import FAILED, REVIEWED
from kmetal_network.plan.build import Judged, plan_of, refused, unknown
from kmetal_network.plan.model import Plan
from kmetal_network.plan.offline import contexts
from kmetal_network.plan.rendering import rendered
from operations.cluster.live import LiveCluster
from operations.cluster.view import ClusterView
from operations.console import Notes, Output, out
from operations.engine.events import Outcome
from operations.impact.guard import examine
from operations.parts.environment_run import run_environment
from operations.parts.unfinished import unfinished
from operations.preflight.orphans import left_behind
from operations.preview.from_events import pairs_of, refusals, remarks, unasked_pairs
from operations.preview.from_settings import plan_from_settings
from operations.preview.revisions import Revision, revision
from operations.preview.store import as_json, save
from operations.preview.text import show, summary
from operations.progress.watching import watched
from operations.state.identity import make_sure_of_identity
from operations.state.run_context import RunContext
from operations.verify.readiness import explain_failure

_SHORT: Final = 12
"""Characters of a digest that a comment shows."""


def preview(
    root: Path,
    stack: str,
    *,
    refresh: bool = False,
    every: bool = False,
    offline: bool = False,
    base: str = "",
    output: Output = Output.TEXT,
    path: Path | None = None,
) -> int:
    """Make the plan, print it, and write it where asked.

    Args:
        root: the project.
        stack: name of the environment.
        refresh: read every object from the cluster first.
        every: ask the engine about cells, too, that are as applied by their states.
        offline: from settings alone, without a cluster, a state or credentials.
        base: revision whose settings stand; offline HEAD by default, else only to tell new warnings from old ones.
        output: form of what is printed.
        path: where the plan goes as JSON.

    Returns:
        The exit code of the verdict.

    Raises:
        OperatorError: there is no plan, since settings, cluster or engine do not allow one. The file says so, too.
    """
    try:
        before = revision(root, base or "HEAD") if base or offline else None
        plan = (
            plan_from_settings(root, stack, before)
            if offline and before is not None
            else previewed_plan(root, stack, refresh=refresh, every=every, before=before, shows=output is Output.TEXT)
        )
    except OperatorError as error:
        plan = without_plan(stack, error, source="settings" if offline else "cluster")
        if path is not None:
            save(plan, path)
        if output is Output.TEXT:
            raise
    if path is not None:
        save(plan, path)
    if output is Output.JSON:
        out.print_json(as_json(plan))
    else:
        summary(plan)
    return plan.verdict.exit_code


def without_plan(stack: str, error: OperatorError, *, source: str) -> Plan:
    """What is left to say where a plan could not be made: refused, or not known."""
    if error.exit_code == 1:
        return refused(stack, error.findings or [_stopped(stack, error)], source=source)
    return unknown(stack, " ".join(str(error).split()), source=source)


def _stopped(stack: str, error: OperatorError) -> Finding:
    remedy = f"mend that and run `kmetal-network preview {stack}` again"
    return Finding(place=f"stack {stack}", problem=" ".join(str(error).split()), remedy=remedy, rule=FAILED)


def previewed_plan(
    root: Path,
    stack: str,
    *,
    refresh: bool = False,
    every: bool = False,
    before: Revision | None = None,
    shows: bool = False,
) -> Plan:
    """The plan of a preview by the engine, held to the cluster by a handle that cannot write.

    Raises:
        OperatorError: the settings are wrong, the cluster is not theirs or does not answer, or no engine runs.
    """
    environment, warnings = load_stack(root, stack)
    with LiveCluster.of(root, environment.settings.cluster) as cluster:
        view = ClusterView(cluster)
        make_sure_of_identity(environment, view)
        with watched(f"previewing {stack}") as watch:
            outcome = run_environment(
                root,
                stack,
                "preview",
                watch=watch,
                refresh=refresh,
                run_context=RunContext(view=view),
                skip=() if every else None,
            )
        Notes().tell(outcome.advice, outcome.remarks)
        plan = live_plan(environment, view, outcome, warnings=warnings, before=before, root=root)
        if shows:
            show(plan, outcome, environment, view)
    return plan


def live_plan(
    environment: Environment,
    view: ClusterView,
    outcome: Outcome,
    *,
    warnings: Iterable[Finding] = (),
    before: Revision | None = None,
    root: Path | None = None,
) -> Plan:
    """A preview's outcome as a plan.

    Args:
        environment: the settings.
        view: what is seen of their cluster.
        outcome: the preview.
        warnings: of the laws, about the settings.
        before: the settings that stand; without them every warning counts as new.
        root: the project, whose states tell what an `up` would finish first; None where there is none.
    """
    risks, unseen = [*refusals(outcome, environment.name)], []
    if outcome.failed and outcome.failed_objects:
        risks += explain_failure(environment, view, outcome)
    rerouted: frozenset[str] = frozenset()
    if not risks:
        examined = examine(environment, view, outcome)
        risks += examined.findings
        unseen += [finding.problem for finding in examined.unseen]
        rerouted = examined.rerouted
        try:
            risks += _left(environment, view, outcome, root)
        except UnreachableError as error:
            unseen += [f"{finding.problem}, so what a dead run left is not known" for finding in error.findings]
    silent = [one for one in risks if one.rule == "CLUSTER" and ("no answer" in one.problem or "cred" in one.problem)]
    known = tuple(warnings)
    return plan_of(
        [*pairs_of(outcome, _order(environment, before)), *unasked_pairs(environment, outcome)],
        Judged(
            risks=tuple(one for one in risks if one not in silent),
            warnings=(*known, *remarks(outcome, known)),
            before=None if before is None else before.warnings(environment.name),
            unseen=(*(one.problem for one in silent), *unseen),
            context=contexts(before.environments.get(environment.name) if before else None, environment),
        ),
        environment=environment.name,
        source="cluster",
        cluster=view.uid(),
        state=outcome.state,
        rerouted=rerouted,
        place=_places(environment),
    )


def hold_to_review(plan: Plan, reviewed: str) -> None:
    """Stop where a plan is not the one that somebody agreed to.

    Raises:
        OperatorError: the digests differ.
    """
    whole = reviewed == plan.digest or (len(reviewed) >= _SHORT and plan.digest.startswith(reviewed))
    if not whole:
        raise OperatorError(
            [
                Finding(
                    place=f"stack {plan.environment}",
                    problem=f"the plan is {plan.digest[:12]} ({plan.verdict}), and {reviewed[:12]} was reviewed:"
                    " settings, cluster or findings are not what they were",
                    remedy="nothing was written; preview it again and have that reviewed",
                    rule=REVIEWED,
                )
            ]
        )


def _left(environment: Environment, view: ClusterView, outcome: Outcome, root: Path | None) -> Iterable[Finding]:
    """What a run that died left; no error where an `up` finishes that run before it does anything else."""
    left = left_behind(environment, view, outcome)
    if not left or root is None or not (stacks := unfinished(root, environment)):
        return left
    first = f"the first run of {', '.join(stacks)} died: an `up` finishes it as it was begun, and plans anew"
    return [replace(one, severity=Severity.WARNING, remedy=first) for one in left]


def _order(environment: Environment, before: Revision | None) -> list[str]:
    """Names in state in the order of the program's layers; what is deleted comes last, and in reverse."""
    stood = None if before is None else before.environments.get(environment.name)
    head = [one.state_name for one in rendered(environment.settings, environment.name)]
    old = [one.state_name for one in rendered(stood.settings, stood.name)] if stood is not None else []
    known = set(head)
    return [*head, *(name for name in reversed(old) if name not in known)]


def _places(environment: Environment) -> Callable[[str], str]:
    indices = {tenant.name: index for index, tenant in enumerate(environment.settings.tenants)}

    def place(tenant: str) -> str:
        return environment.place(("tenants", indices[tenant])) if tenant in indices else f"tenant {tenant}"

    return place
