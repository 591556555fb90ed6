"""Builds a plan from objects before and after, for the engine's events and for settings alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from kmetal_network.errors import Finding, Severity
from kmetal_network.facts.model import Facts
from kmetal_network.laws.registry import LAWS
from kmetal_network.manifests.replacement import FIXED, why_replaced
from kmetal_network.names import TENANT_LABEL
from kmetal_network.plan.consequences import caveats, cluster_of, moves
from kmetal_network.plan.difference import field_changes, settled
from kmetal_network.plan.model import FieldChange, ObjectChange, Operation, Plan
from kmetal_network.plan.path_change import PathChange
from kmetal_network.plan.paths import DECIDING, READ, declared, opened, path_changes
from kmetal_network.plan.supplies import supplies

_IDENTITY: Final = ("metadata.name", "metadata.namespace", "roleRef")
"""What Kubernetes changes on no object."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One object before and after, and what is done to it; `operation` is None where nothing is."""

    operation: Operation | None
    kind: str
    urn: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    forced: tuple[str, ...] = ()
    """Paths of which the engine says that they force a replacement."""
    noted: tuple[str, ...] = ()
    """Paths that the engine says differ; all there is of an object that somebody changed in the cluster."""
    patch: bool = False
    """Whether it is some fields of an object that somebody else owns."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What was found about a change."""

    risks: tuple[Finding, ...] = ()
    """What an `up` refuses, and harm that the settings accept."""
    warnings: tuple[Finding, ...] = ()
    """Warnings of the laws after the change."""
    before: tuple[Finding, ...] | None = None
    """Warnings of the laws before it; None where no one knows, and then all count as new."""
    unseen: tuple[str, ...] = ()
    context: tuple[Facts, Facts] = (Facts(), Facts())
    """What the settings say and no object shows, before and after."""


def plan_of(
    pairs: Iterable[Pair],
    judged: Judged,
    *,
    environment: str,
    source: str,
    cluster: str = "",
    state: str = "",
    rerouted: Collection[str] = (),
    place: Callable[[str], str] | None = None,
) -> Plan:
    """The plan of one environment.

    Args:
        pairs: every object, unchanged ones included, in the order of creation.
        judged: findings of the laws and of the check of the cluster.
        environment: its name.
        source: `cluster` or `settings`.
        cluster: UID of the cluster that was read.
        state: when the stack's state was last written.
        rerouted: routers that get another address for life, by name of the Vpc; they and what depends on them are
            replaced, whatever the engine says of them.
        place: position of a tenant's settings.
    """
    everything = [_along(pair, frozenset(rerouted)) for pair in pairs]
    changes = tuple(_change(pair) for pair in everything if pair.operation is not None)
    old, new = judged.before, judged.warnings
    there = None if old is None else {(one.rule, one.problem) for one in old}
    paths = _paths(everything, judged.context)
    opens = opened(paths, place or (lambda tenant: f"tenant {tenant}"))
    return Plan(
        environment=environment,
        source=source,
        cluster=cluster,
        state=state,
        changes=changes,
        unchanged=len(everything) - len(changes),
        tenants=tuple(sorted({name for pair in everything if (name := _tenant(pair.before, pair.after))})),
        blocks=_blocks(everything),
        risks=_ordered((*judged.risks, *opens)),
        news=_ordered(one for one in new if there is None or (one.rule, one.problem) not in there),
        known=_ordered(one for one in new if there is not None and (one.rule, one.problem) in there),
        moves=tuple(moves(changes)),
        paths=paths,
        supplies=supplies(_bodies(everything, after=False), _bodies(everything, after=True)),
        unseen=tuple(dict.fromkeys(judged.unseen)),
        caveats=tuple(dict.fromkeys(caveats(changes))),
        laws=len(LAWS),
    )


def refused(environment: str, findings: Iterable[Finding], *, source: str) -> Plan:
    """A plan that was never made, since settings or program are refused."""
    return Plan(environment=environment, source=source, risks=_ordered(findings), made=False)


def unknown(environment: str, what: str, *, source: str) -> Plan:
    """A plan of which nothing is known."""
    return Plan(environment=environment, source=source, unseen=(what,), made=False)


def _along(pair: Pair, rerouted: frozenset[str]) -> Pair:
    """The replacement of a router also replaces its Subnets and SNAT rules (`operations.rerouting`)."""
    if not rerouted or pair.before is None or pair.after is None:
        return pair
    spec, name = pair.after.get("spec") or {}, str((pair.after.get("metadata") or {}).get("name"))
    tenant = _tenant(pair.before, pair.after)
    along = (
        (pair.kind == "Vpc" and name in rerouted)
        or (pair.kind == "Subnet" and spec.get("vpc") in rerouted)
        or (pair.kind == "OvnSnatRule" and f"{tenant}-vpc" in rerouted)
    )
    return replace(pair, operation=Operation.REPLACE) if along else pair


def _change(pair: Pair) -> ObjectChange:
    before, after = (None if body is None else settled(body) for body in (pair.before, pair.after))
    body = after or before or {}
    metadata = body.get("metadata") or body  # a Helm release says its name itself
    key = "/".join(str(part) for part in (metadata.get("namespace"), metadata.get("name")) if part)
    operation = pair.operation or Operation.UPDATE
    both = before is not None and after is not None
    replaced = operation is Operation.REPLACE
    forced = (*FIXED.get(pair.kind, ()), *_IDENTITY, *pair.forced) if replaced else ()
    fields = field_changes(before, after, forced) if both else ()
    if both and not fields and operation is Operation.UPDATE:
        fields = tuple(
            FieldChange(path=path, kind="update", before="otherwise in the cluster", after="as in the settings")
            for path in pair.noted
            if "pulumi.com/" not in path
        )
    why = ""
    if replaced:
        paths = [field.path for field in fields]
        why = why_replaced(pair.kind, paths) or "the engine replaces it"
    return ObjectChange(
        operation=operation,
        kind=f"{pair.kind} (fields of)" if pair.patch else pair.kind,
        key=key,
        urn=pair.urn,
        tenant=_tenant(before, after),
        before=before,
        after=after,
        fields=fields,
        why=why,
    )


def _tenant(*bodies: Mapping[str, Any] | None) -> str:
    for body in bodies:
        labels = ((body or {}).get("metadata") or {}).get("labels") or {}
        if labels.get(TENANT_LABEL):
            return str(labels[TENANT_LABEL])
    return ""


def _blocks(pairs: Iterable[Pair]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        if pair.kind == "Subnet" and pair.after is not None and _tenant(pair.after):
            found[cluster_of(_change(replace(pair, operation=Operation.UPDATE)))] = str(
                (pair.after.get("spec") or {}).get("cidrBlock")
            )
    return dict(sorted(found.items()))


def _paths(pairs: Iterable[Pair], context: tuple[Facts, Facts]) -> tuple[PathChange, ...]:
    """Paths that open and close; nothing is computed where no object changes that decides one."""
    listed = [pair for pair in pairs if pair.kind in READ]
    if not any(pair.operation and pair.before != pair.after and pair.kind in DECIDING for pair in listed):
        return ()
    clusters = {
        _change(pair).key: cluster_of(_change(pair))
        for pair in listed
        if pair.kind == "Subnet" and _tenant(pair.before, pair.after)
    }
    versions = ([(pair.before, pair.patch) for pair in listed], [(pair.after, pair.patch) for pair in listed])
    before, after = (
        declared([(settled(body), patch) for body, patch in version if body is not None], facts)
        for version, facts in zip(versions, context, strict=True)
    )
    return path_changes(before, after, clusters)


def _bodies(pairs: Iterable[Pair], *, after: bool) -> list[Mapping[str, Any]]:
    chosen = [pair.after if after else pair.before for pair in pairs if not pair.patch]
    return [settled(body) for body in chosen if body is not None]


def _ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors before warnings, then by rule and place; each once."""
    unique = {(one.rule, one.place, one.problem): one for one in findings}
    return tuple(
        sorted(unique.values(), key=lambda one: (one.severity is not Severity.ERROR, one.rule, one.place, one.problem))
    )
