"""The plan from the settings of two revisions, without an engine, a state or a cluster.

Every object is rendered as it would be applied, by the functions that the components use; what replaces what follows
from the same table (`kmetal_network.manifests.replacement`). The plan names what only a cluster knows as not seen, if
the change depends on it: whether pods use a deleted Subnet, or who holds an address that a pool gives up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from kmetal_network.config.settings import Settings
from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import Finding
from kmetal_network.facts.model import Facts
from kmetal_network.manifests.objects import Body
from kmetal_network.manifests.replacement import is_fixed
from kmetal_network.names import TENANT_LABEL, TenantNames
from kmetal_network.plan.blind_spots import unseen
from kmetal_network.plan.build import Judged, Pair, plan_of
from kmetal_network.plan.difference import field_changes, settled
from kmetal_network.plan.model import Operation, Plan
from kmetal_network.plan.paths import context_of
from kmetal_network.plan.rendering import rendered

_IDENTITY: Final = ("metadata.name", "metadata.namespace", "roleRef")


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What a record of the cluster says of a plan."""

    risks: tuple[Finding, ...] = ()
    rerouted: frozenset[str] = frozenset()
    """Routers that are made anew for another address, by name of the Vpc."""
    unseen: tuple[str, ...] = ()
    """What the record does not tell, so that the verdict is not known."""
    caveats: tuple[str, ...] = ()
    """What no record can tell."""
    counts: bool = True
    """Whether it is a record of this cluster at all."""


Look: TypeAlias = Callable[[Sequence[Pair]], Looked]
"""Asks a record of the cluster; called only where a change depends on the cluster."""


def pairs(base: Settings | None, head: Settings | None, stack: str) -> list[Pair]:
    """Every object of two revisions; unchanged objects have no operation.

    Args:
        base: the current settings; None if the environment is new.
        head: the new settings; None if the environment is removed.
        stack: its name.
    """
    old = {one.state_name: one for one in rendered(base, stack)} if base else {}
    new = {one.state_name: one for one in rendered(head, stack)} if head else {}
    found: dict[str, Pair] = {}
    for name, one in new.items():
        there = old.get(name)
        operation = Operation.CREATE if there is None else _operation(one.kind, there.body, one.body)
        before = None if there is None else there.body
        found[name] = Pair(operation=operation, kind=one.kind, urn=name, before=before, after=one.body, patch=one.patch)
    for name, one in reversed(old.items()):
        if name not in new:
            found[name] = Pair(operation=Operation.DELETE, kind=one.kind, urn=name, before=one.body, patch=one.patch)
    return [_with_its_subnet(pair, found) for pair in found.values()]


def _operation(kind: str, before: Body, after: Body) -> Operation | None:
    if before == after:
        return None
    paths = [change.path for change in field_changes(settled(before), settled(after))]
    identity = any(path == one or path.startswith(f"{one}.") for path in paths for one in _IDENTITY)
    return Operation.REPLACE if identity or is_fixed(kind, paths) else Operation.UPDATE


def _with_its_subnet(pair: Pair, found: Mapping[str, Pair]) -> Pair:
    """A SNAT rule goes with its Subnet (`replace_with` in `components.tenant_network`)."""
    if pair.kind != "OvnSnatRule" or pair.after is None or pair.before is None:
        return pair
    tenant = str(pair.after["metadata"]["labels"][TENANT_LABEL])
    subnet = found.get(f"{tenant}-subnet-{pair.urn.removeprefix(f'{tenant}-snat-')}")
    gone = subnet is not None and subnet.operation is Operation.REPLACE
    return replace(pair, operation=Operation.REPLACE) if gone else pair


def rerouted(base: Settings | None, head: Settings | None) -> dict[str, bool]:
    """Routers whose egress address is written otherwise, by name of the Vpc; True where only the cluster knows.

    To pin the address that a router has already costs nothing; which one that is, no settings say.
    """
    old = {tenant.name: tenant for tenant in base.tenants} if base else {}
    found = {}
    for tenant in head.tenants if head else ():
        there = old.get(tenant.name)
        if there is not None and there.egress_address != tenant.egress_address:
            found[TenantNames(tenant.name).vpc] = there.egress_address is None
    return found


def contexts(base: Environment | None, head: Environment) -> tuple[Facts, Facts]:
    """What no object shows, before and after; where no one knows the settings before, it is the same."""
    after = context_of(head.facts())
    return (context_of(base.facts()) if base else after), after


def offline_plan(
    head: Environment | None,
    base: Environment | None,
    *,
    warnings: Iterable[Finding] = (),
    before: Iterable[Finding] = (),
    look: Look | None = None,
) -> Plan:
    """What one environment's change does, as far as settings tell.

    Args:
        head: the new environment; None if it is removed.
        base: the current environment; None if it is new.
        warnings: of the laws, about the head.
        before: of the laws, about the base.
        look: asks a record of the cluster, where one is kept.

    Raises:
        ValueError: there is neither.
    """
    either = head or base
    if either is None:
        raise ValueError("no environment to plan for")
    old, new = base.settings if base else None, head.settings if head else None
    moved = rerouted(old, new)
    made = pairs(old, new, either.name)
    places = {} if head is None else {one.name: index for index, one in enumerate(head.settings.tenants)}

    def place(tenant: str) -> str:
        if head is None or tenant not in places:
            return f"tenant {tenant}"
        return head.place(("tenants", places[tenant]))

    blind = tuple(unseen(made, moved))
    looked = look(made) if blind and look is not None else Looked(counts=False)
    by_settings = frozenset(vpc for vpc, asks in moved.items() if not asks)
    plan = plan_of(
        made,
        Judged(
            risks=looked.risks,
            warnings=tuple(warnings),
            before=tuple(before),
            unseen=(*(() if looked.counts else blind), *looked.unseen),
            context=contexts(base, head or either),
        ),
        environment=either.name,
        source="settings",
        rerouted=looked.rerouted if looked.counts else by_settings,
        place=place,
    )
    return replace(plan, caveats=(*plan.caveats, *looked.caveats))
