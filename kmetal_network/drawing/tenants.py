"""Draws tenants: a few with their clusters, more with their blocks, many as a map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil, sqrt
from typing import Final

from kmetal_network.config.sections.tenant import Tenant
from kmetal_network.config.settings import Settings
from kmetal_network.counting import counted
from kmetal_network.drawing.shapes import TENANTS, Mark, box, identifier
from kmetal_network.finding_codes.codes import CUT_OFF
from kmetal_network.plan.model import ObjectChange, Operation, Plan

FEW: Final = 6
"""Tenants up to which each cluster has a box."""
_TALL: Final = 0.7
"""Columns to rows where tenants are many, so that a page is as wide as its names need to be read."""
_DROPS: Final = 2
"""Dropped blocks in a line of a tenant."""
SOME: Final = 40
"""Tenants up to which blocks are written out."""


def marks(plan: Plan | None) -> dict[str, Mark]:
    """What happens to each tenant that is touched."""
    found: dict[str, Mark] = {}
    if plan is None:
        return found
    cut_off = {tenant for risk in plan.risks if risk.rule == CUT_OFF for tenant in risk.tenants}
    for tenant in plan.touched:
        own = [change for change in plan.changes if change.tenant == tenant]
        if own or tenant in cut_off:
            found[tenant] = Mark.BAD if tenant in cut_off else _mark(own)
    return found


def _mark(changes: list[ObjectChange]) -> Mark:
    made = any(one.kind == "Vpc" and one.operation is Operation.CREATE for one in changes)
    gone = any(one.operation in (Operation.REPLACE, Operation.DELETE) for one in changes)
    return Mark.NEW if made else Mark.BAD if gone else Mark.CHANGED


def tenants(settings: Settings, plan: Plan | None) -> list[str]:
    """The container of all tenants, as lines of D2."""
    marked = marks(plan)
    count = len(settings.tenants)
    gone = sorted(name for name in (plan.tenants if plan else ()) if name not in {one.name for one in settings.tenants})
    if count <= FEW:
        inside = [line for tenant in settings.tenants for line in _whole(settings, tenant, marked)]
        columns = max(count + len(gone), 1)
    else:
        prefix = shared_prefix([tenant.name for tenant in settings.tenants]) if count > SOME else ""
        inside = [line for tenant in settings.tenants for line in _line(tenant, prefix, marked, brief=count > SOME)]
        columns = ceil(sqrt(count * (1 if count <= SOME else _TALL)))
    inside += [line for name in gone for line in box(identifier(name), f"{name}\ngoes", mark=Mark.BAD)]
    rows = max(ceil((count + len(gone)) / columns), 1)
    label = "\n".join(_label(settings, marked))
    return box(
        "tenants",
        label,
        fill=TENANTS,
        inside=inside,
        settings=[f"grid-rows: {rows}", f"grid-columns: {columns}", "grid-gap: 12"],
    )


def _label(settings: Settings, marked: Mapping[str, Mark]) -> Iterator[str]:
    count, clusters = len(settings.tenants), sum(len(tenant.clusters) for tenant in settings.tenants)
    shared = shared_prefix([tenant.name for tenant in settings.tenants]) if count > SOME else ""
    names = f" ({shared}...)" if shared else ""
    each = "with a VPC" if count == 1 else "with a VPC each"
    subnets = "with a Subnet" if clusters == 1 else "with a Subnet each"
    yield f"{counted(count, 'tenant')}{names} {each}; {counted(clusters, 'cluster')} {subnets}"
    words = {Mark.NEW: "new", Mark.CHANGED: "changed in place", Mark.BAD: "recreated, cut off or deleted"}
    counts = {mark: sum(one is mark for one in marked.values()) for mark in words}
    if texts := [f"{number} {words[mark]}" for mark, number in counts.items() if number]:
        yield ", ".join(texts)


def _whole(settings: Settings, tenant: Tenant, marked: Mapping[str, Mark]) -> list[str]:
    """A tenant with its clusters."""
    external = settings.provider.external
    egress = str(tenant.egress_address) if tenant.egress_address else f"one of {external.cidr_block}"
    inside = [
        line
        for cluster in tenant.clusters
        for line in box(
            identifier(cluster.name),
            f"cluster {cluster.name}\n{cluster.cidr_block}"
            + (f"\nAPI {cluster.control_plane_address}" if cluster.control_plane_address else ""),
        )
    ]
    dropped = [str(block) for block in dict.fromkeys((external.cidr_block, *tenant.drop))]
    rows = [", ".join(dropped[at : at + _DROPS]) for at in range(0, len(dropped), _DROPS)]
    title = "\n".join([tenant.name, f"leaves as {egress} (SNAT)", "drops packets to", *rows])
    return box(
        identifier(tenant.name),
        title,
        mark=marked.get(tenant.name, Mark.NONE),
        inside=inside,
        settings=["grid-columns: 1", "grid-gap: 8"] if inside else [],
    )


def _line(tenant: Tenant, prefix: str, marked: Mapping[str, Mark], *, brief: bool) -> list[str]:
    """A tenant as one box: its name, and its blocks where there is room for them."""
    label = tenant.name.removeprefix(prefix)
    if not brief:
        label += "".join(f"\n{cluster.name} {cluster.cidr_block}" for cluster in tenant.clusters)
        if tenant.egress_address:
            label += f"\nas {tenant.egress_address}"
    return box(identifier(tenant.name), label, mark=marked.get(tenant.name, Mark.NONE))


def shared_prefix(names: list[str]) -> str:
    """What all names begin with, up to a dash."""
    first, last = min(names), max(names)
    same = next((end for end, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    return first[: first[:same].rfind("-") + 1]
