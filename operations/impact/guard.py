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
from typing import Final

from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import Finding, OperatorError, Severity, UnreachableError
from kmetal_network.live.diff import Object
from kmetal_network.manifests.inventory import object_key
from operations.cluster.live import Collections, LiveCluster, snapshot
from operations.engine.events import Outcome
from operations.impact.losses import losses
from operations.impact.plan import OWN_KINDS, Change, Plan, dragged_along, foreseen, previewed
from operations.impact.routers import rerouted, reroutings

CONTROL_PLANES: Final = "/apis/kamaji.clastix.io/v1alpha1/tenantcontrolplanes"


def guard(environment: Environment, cluster: LiveCluster, outcome: Outcome | None = None) -> None:
    """Hold a plan to the live cluster; to be called before anything is written.

    Args:
        environment: the settings.
        cluster: the cluster that they are for.
        outcome: a preview of an `up` or of a `destroy`, from who takes down in order what is rerouted. Without one the
            plan is foreseen from what stands under the stack's label and is no longer, or otherwise, in the settings:
            so a plain `pulumi up` is held to it, too.

    Raises:
        OperatorError: the plan cuts pods off, takes an address from somebody who has it, or, without a preview,
            reroutes a tenant; all of them at once. Or the cluster could not be looked at.
    """
    findings = [*_findings(environment, _Eyes(cluster), outcome)]
    if refused := [finding for finding in findings if finding.severity is Severity.ERROR]:
        raise OperatorError(refused)


def expected_losses(
    environment: Environment, cluster: LiveCluster, outcome: Outcome | None = None
) -> tuple[Finding, ...]:
    """What `guard` would refuse, and what may not be looked at, as warnings for who reads a preview."""
    unseen: list[Finding] = []
    refused = [
        replace(finding, problem=f"an `up` is refused: {finding.problem}")
        for finding in _findings(environment, _Eyes(cluster, unseen), outcome)
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


def examine(environment: Environment, cluster: LiveCluster, outcome: Outcome) -> Examined:
    """All that `guard` would report about a preview. Raises nothing; what could not be read is listed separately."""
    if not outcome.steps:
        return Examined(findings=(), unseen=(), rerouted=frozenset())
    return examine_changes(environment, cluster, previewed(outcome))


def examine_changes(environment: Environment, cluster: Collections, changes: Sequence[Change]) -> Examined:
    """As `examine`, by what happens to what is there; the cluster may be a snapshot."""
    unseen: list[Finding] = []
    eyes = _Eyes(cluster, unseen)
    findings = _held_to(environment, eyes, changes)
    routers = rerouted(environment, eyes.seen)
    return Examined(findings=tuple(findings), unseen=tuple(unseen), rerouted=frozenset(routers))


class _Eyes:
    """Looks at a cluster; who only foretells goes on where it may not look, and says so."""

    def __init__(self, cluster: Collections, unseen: list[Finding] | None = None) -> None:
        self._cluster, self._unseen = cluster, unseen
        self.seen: dict[str, Mapping[str, Object]] = {}

    def see(self, kinds: Iterable[str]) -> dict[str, Mapping[str, Object]]:
        """Objects of those kinds, as `live.snapshot` has them; Kamaji's, too."""
        seen: dict[str, Mapping[str, Object]] = {}
        for kind in kinds:
            try:
                if kind == "TenantControlPlane":
                    seen[kind] = {object_key(item): item for item in self._cluster.list(CONTROL_PLANES) or ()}
                else:
                    seen |= snapshot(self._cluster, (kind,))
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


def _findings(environment: Environment, eyes: _Eyes, outcome: Outcome | None) -> list[Finding]:
    if outcome is not None:
        return _held_to(environment, eyes, previewed(outcome)) if outcome.steps else []
    seen = eyes.see(OWN_KINDS)
    plain = reroutings(environment, rerouted(environment, seen), Severity.ERROR)
    return [*_held_to(environment, eyes, foreseen(environment, seen)), *plain]


def _held_to(environment: Environment, eyes: _Eyes, changes: Sequence[Change]) -> list[Finding]:
    seen = eyes.seen or eyes.see(OWN_KINDS)
    plan = Plan.of([*changes, *dragged_along(rerouted(environment, seen), seen)])
    more: tuple[str, ...] = ("IP", "Pod") if plan.gone else ()
    more += ("Service", "TenantControlPlane") if "IPAddressPool" in plan.touched else ()
    return [*losses(environment, plan, {**seen, **eyes.see(more)})]
