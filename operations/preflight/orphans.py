"""Finds orphans: objects that a killed run left and that the next run cannot fix. Reports them before any write.

A run takes over an object with our label that the state does not contain (`operations.preflight.obstacles`). That
fails in two cases. The settings no longer name the object, so nothing ever deletes it. Or they change a field that only
a replacement can change, and the engine takes the object for new. Nothing is deleted here: a label proves ownership,
not that no other state tracks the object. After the loss of a state, deleting it could remove live tenants.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import Finding, Severity
from kmetal_network.finding_codes.codes import HALF_MADE, ORPHAN
from kmetal_network.live.diff import Seen
from kmetal_network.live.drift import kubectl
from kmetal_network.live.offboarding import GONE_IN_ORDER
from kmetal_network.live.ownership_transfer import differing_fixed_fields
from kmetal_network.live.values import Object
from kmetal_network.manifests.inventory import manifests_of, object_key
from kmetal_network.names import TENANT_LABEL, external_eip
from operations.cluster.owned_objects import by_kind, owned_objects
from operations.cluster.view import ClusterView
from operations.engine.events import Outcome
from operations.impact.routers import rerouted

_IN_ORDER: Final = (
    *GONE_IN_ORDER,
    "L2Advertisement",
    "BGPAdvertisement",
    "BGPPeer",
    "BFDProfile",
    "Community",
    "IPAddressPool",
    "Vlan",
    "ProviderNetwork",
    "HelmRelease",
    "OCIRepository",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingAdmissionPolicy",
)
"""Kinds that carry our label, and what makes them useful, in the order in which they go."""

_NEVER_OURS: Final = frozenset({"IP", "OvnFip", "OvnDnatRule"})
_FLUX: Final = frozenset({"HelmRelease", "OCIRepository"})


def left_behind(
    environment: Environment,
    view: ClusterView,
    planned: Outcome,
    severity: Severity = Severity.ERROR,
    *,
    ends: bool = False,
) -> tuple[Finding, ...]:
    """All of it.

    Args:
        environment: the settings.
        view: what is seen of their cluster.
        planned: a preview: what it deletes or replaces is what the state knows.
        severity: of the findings.
        ends: whether it is a preview of a `destroy`, after which nothing is asked for.
    """
    found = [*_orphans(environment, view, planned, ends=ends)]
    if not ends:
        found += _half_made(environment, view, planned)
    return tuple(replace(finding, severity=severity) for finding in found)


def _orphans(environment: Environment, view: ClusterView, planned: Outcome, *, ends: bool) -> Iterator[Finding]:
    """Objects with the stack's label that no settings ask for and no state knows; one finding for each tenant."""
    own = list(manifests_of(environment))
    known = {(step.type.rpartition(":")[2], step.object) for step in planned.steps}
    kinds = set(_IN_ORDER) - _NEVER_OURS - (_FLUX - {manifest.kind for manifest in own})
    seen = view.seen(sorted(kinds))
    if not ends:
        known |= {(manifest.kind, object_key(manifest.body)) for manifest in own}
        known |= {("OvnEip", eip) for eip in _let_go(environment, seen)}
    found: dict[str, list[str]] = {}
    for kind in _IN_ORDER:
        for key, item in sorted(seen.get(kind, {}).items()):
            labels = _labels(item)
            if environment.part.has(item) and (kind, key) not in known:
                tenant = labels.get(TENANT_LABEL)
                found.setdefault(f"tenant {tenant}" if tenant else f"{kind} {key}", []).append(f"{kind} {key}")
    whose = "the state does not know" if ends else "neither the settings nor the state know"
    for place, names in found.items():
        yield Finding(
            place=place,
            problem=f"{whose} {', '.join(names)}, with the label of stack {environment.name}: made by a run that died,"
            " as a rule",
            remedy=_way_out(environment, place, ends=ends) + "; ".join(kubectl("delete", name) for name in names),
            rule=ORPHAN,
        )


def _half_made(environment: Environment, view: ClusterView, planned: Outcome) -> Iterator[Finding]:
    """Objects that the plan makes, that stand already, and that would only follow if they were replaced."""
    made = {step.about for step in planned.steps if step.operation == "create"}
    there = owned_objects(environment, view) if made else []
    let_go = {f"OvnEip {eip}" for eip in _let_go(environment, by_kind(there))}
    for one in there:
        if one.name not in made - let_go or one.owner != environment.name:
            continue
        for path, value in differing_fixed_fields(one.manifest.body, one.live).items():
            yield Finding(
                place=one.name,
                problem=f"it stands with {path} {json.dumps(value)}, made by a run that died before the state knew it,"
                " and Kube-OVN follows no other value in place",
                remedy=f"write that value back and run `kmetal-network up {environment.name}`, which takes it into the"
                " state;"
                " then change it",
                rule=HALF_MADE,
            )


def _let_go(environment: Environment, seen: Seen) -> set[str]:
    """Addresses that an `up` lets go of in order, before anything else (`operations.rerouting`)."""
    external = environment.settings.provider.external.name
    return {external_eip(vpc, external) for vpc in rerouted(environment, seen)}


def _way_out(environment: Environment, place: str, *, ends: bool) -> str:
    up = f"`kmetal-network up {environment.name}`"
    if ends:
        return f"run {up}, which takes into the state what the settings ask for, then this again; or, in this order: "
    if place.startswith("tenant "):
        tenant = place.removeprefix("tenant ")
        return (
            f"put the tenant back as it was, run {up}, which takes it into the state, then `kmetal-network offboard"
            f" {environment.name} {tenant}`; or, in this order: "
        )
    return f"put it back as it was, run {up}, which takes it into the state, and take it out again; or: "


def _labels(item: Object) -> Object:
    return (item.get("metadata") or {}).get("labels") or {}
