"""Rejects a plan that would cut somebody off, between the preview and the first write.

Plain Pulumi deletes a SNAT rule first and then waits for ever for a Subnet that has pods, with the tenant cut off
meanwhile (docs/evidence/kube-ovn.md#deletion); MetalLB gives a Service another address in the moment in which a pool
loses the
old one (docs/evidence/metallb.md#pool-changes). So the plan is held to the live cluster: who has an address that it
would take away (`operations.impact.losses`). What it does not see: connections, and pods that come between the look and
the write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import Finding, OperatorError, Severity, UnreachableError
from kmetal_network.live.values import Object
from operations.cluster.view import ClusterView
from operations.engine.events import Outcome
from operations.impact.losses import losses
from operations.impact.plan import OWN_KINDS, Change, Plan, dragged_along, foreseen, previewed
from operations.impact.routers import rerouted, reroutings

BEHIND: Final = ("IP", "Pod")
"""Who may be cut off where something goes."""

HOLDERS: Final = ("Service", "TenantControlPlane")
"""Who may hold an address of a pool."""


def guard(environment: Environment, view: ClusterView, outcome: Outcome | None = None) -> None:
    """Hold a plan to the live cluster; to be called before anything is written.

    Args:
        environment: the settings.
        view: what is seen of their cluster; directly before a write, one that begins with this question.
        outcome: a preview of an `up` or of a `destroy`, from who takes down in order what is rerouted. Without one the
            plan is foreseen from what stands under the stack's label and is no longer, or otherwise, in the settings:
            so a plain `pulumi up` is held to it, too.

    Raises:
        OperatorError: the plan cuts pods off, takes an address from somebody who has it, or, without a preview,
            reroutes a tenant; all of them at once. Or the cluster could not be looked at.
    """
    findings = [*_findings(environment, _Look(view), outcome)]
    if refused := [finding for finding in findings if finding.severity is Severity.ERROR]:
        raise OperatorError(refused)


def expected_losses(environment: Environment, view: ClusterView, outcome: Outcome | None = None) -> tuple[Finding, ...]:
    """What `guard` would refuse, and what may not be looked at, as warnings for who reads a preview."""
    unseen: list[Finding] = []
    refused = [
        replace(finding, problem=f"an `up` is refused: {finding.problem}")
        for finding in _findings(environment, _Look(view, unseen), outcome)
        if finding.severity is Severity.ERROR
    ]
    return tuple(replace(finding, severity=Severity.WARNING) for finding in (*unseen, *refused))


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What a look at the cluster says of a plan."""

    findings: tuple[Finding, ...]
    """Errors that `guard` refuses, and warnings for harm that the settings accept."""
    unseen: tuple[Finding, ...]
    """What this identity may not see, or the cluster did not answer."""
    rerouted: frozenset[str]
    """Routers that are made anew for another address, by name of the Vpc."""


def examine(environment: Environment, view: ClusterView, outcome: Outcome) -> Examined:
    """All that `guard` would report about a preview. Raises nothing; what could not be read is listed separately."""
    if not outcome.steps:
        return Examined(findings=(), unseen=(), rerouted=frozenset())
    return examine_changes(environment, view, previewed(outcome))


def examine_changes(environment: Environment, view: Collections, changes: Sequence[Change]) -> Examined:
    """As `examine`, by what happens to what is there; the view may be a snapshot."""
    unseen: list[Finding] = []
    look = _Look(view, unseen)
    findings = _held_to(environment, look, changes)
    routers = rerouted(environment, look.seen)
    return Examined(findings=tuple(findings), unseen=tuple(unseen), rerouted=frozenset(routers))


class Collections(Protocol):
    """What tells which objects of a kind there are: a view of the live cluster, or a snapshot."""

    def seen(self, kinds: Iterable[str]) -> dict[str, Mapping[str, Object]]:
        """Objects by kind and key; a kind that is not served is left out."""


class _Look:
    """Asks a view; with a list of what is unseen, goes on past a kind that cannot be read, and adds it there."""

    def __init__(self, view: Collections, unseen: list[Finding] | None = None) -> None:
        self._view, self._unseen = view, unseen
        self.seen: dict[str, Mapping[str, Object]] = {}

    def see(self, kinds: Iterable[str]) -> dict[str, Mapping[str, Object]]:
        """Objects of those kinds."""
        seen: dict[str, Mapping[str, Object]] = {}
        for kind in kinds:
            try:
                seen |= self._view.seen((kind,))
            except UnreachableError as error:
                if self._unseen is None:
                    raise
                self._unseen.extend(
                    replace(
                        finding,
                        problem=f"{finding.problem}, so whom the plan harms is not known by {kind}",
                        remedy="an `up` looks again, by its own credentials (docs/rbac-preview.yaml has a preview's)",
                    )
                    for finding in error.findings
                )
        self.seen |= seen
        return seen


def _findings(environment: Environment, look: _Look, outcome: Outcome | None) -> list[Finding]:
    if outcome is not None:
        return _held_to(environment, look, previewed(outcome)) if outcome.steps else []
    seen = look.see(OWN_KINDS)
    plain = reroutings(environment, rerouted(environment, seen), Severity.ERROR)
    return [*_held_to(environment, look, foreseen(environment, seen)), *plain]


def _held_to(environment: Environment, look: _Look, changes: Sequence[Change]) -> list[Finding]:
    seen = look.seen or look.see(OWN_KINDS)
    plan = Plan.of([*changes, *dragged_along(rerouted(environment, seen), seen)])
    more = (*(BEHIND if plan.gone else ()), *(HOLDERS if "IPAddressPool" in plan.touched else ()))
    return [*losses(environment, plan, {**seen, **look.see(more)})]
