"""What a tenant that comes is granted: namespace, blocks, way out, drops; and whose blocks are the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kmetal_network.comment.changes import tenants_with
from kmetal_network.comment.markdown import code, plain, table
from kmetal_network.comment.names import every
from kmetal_network.facts.reader import facts_of
from kmetal_network.laws.capacity.headroom import usable
from kmetal_network.laws.spans import span
from kmetal_network.plan.consequences import cluster_of
from kmetal_network.plan.model import ObjectChange, Operation, Plan

_MANY: Final = 4
"""Tenants from which each is a line and no longer a column."""


def arrivals(plan: Plan) -> str:
    """A table of what comes, or nothing."""
    names = sorted(tenants_with(plan, Operation.CREATE))
    if not names:
        return ""
    facts = {name: dict(_facts(plan, name)) for name in names}
    titles = list(dict.fromkeys(title for one in facts.values() for title in one))
    if len(names) <= _MANY:
        rows = [(title, *(facts[name].get(title, "") for name in names)) for title in titles]
        text = table(("", *map(code, names)), rows)
    else:
        text = table(
            ("tenant", *titles), [(code(name), *(facts[name].get(one, "") for one in titles)) for name in names]
        )
    shared = "\n\n".join(_shared(plan, names))
    return f"{text}\n\n{shared}" if shared else text


def _facts(plan: Plan, tenant: str) -> Iterator[tuple[str, str]]:
    """What is granted, title by title."""
    own = [change for change in plan.changes if change.tenant == tenant and change.after]
    by_kind: dict[str, list[ObjectChange]] = {}
    for change in own:
        by_kind.setdefault(change.kind, []).append(change)
    roles = ", ".join(_role(change.after or {}) for change in by_kind.get("RoleBinding", ()))
    for change in by_kind.get("Namespace", ()):
        yield "namespace", code(change.key) + (f"; {roles}" if roles else "")
    for change in by_kind.get("ResourceQuota", ()):
        hard = _spec(change).get("hard") or {}
        yield "quota", plain(", ".join(f"{value} {key}" for key, value in sorted(hard.items())))
    for change in by_kind.get("Subnet", ()):
        spec = _spec(change)
        [subnet, *_] = facts_of([change.after]).subnets
        yield (
            f"cluster {code(cluster_of(change).partition('/')[2])}",
            f"{spec.get('cidrBlock')}, gateway {spec.get('gateway')}, {usable(subnet):,} addresses for pods",
        )
    pinned = [str(_spec(change).get("v4Ip")) for change in by_kind.get("OvnEip", ())]
    for change in by_kind.get("Vpc", ()):
        spec = _spec(change)
        hops = ", ".join(str(route.get("nextHopIP")) for route in spec.get("staticRoutes") or ())
        leaves = f"{pinned[0]}, pinned" if pinned else "an address **given at apply** (none is pinned)"
        yield "leaves as", f"{leaves}, next hop {hops}"
        drops = [
            str(route.get("match")).removeprefix("ip4.dst == ")
            for route in spec.get("policyRoutes") or ()
            if route.get("action") == "drop"
        ]
        yield "drops packets to", plain(", ".join(drops) or "nothing")


def _shared(plan: Plan, names: list[str]) -> Iterator[str]:
    """Blocks that other tenants have, too: legal, and asked about in each review."""
    for cluster, block in plan.blocks.items():
        own = span(block)
        if cluster.partition("/")[0] not in names or own is None:
            continue
        others = [
            other
            for other, text in plan.blocks.items()
            if other.partition("/")[0] != cluster.partition("/")[0] and (one := span(text)) and one.overlaps(own)
        ]
        if others:
            yield f"{block} of {code(cluster)} overlaps {every(others)}. That is allowed: each has a VPC of its own."


def _role(body: Mapping[str, Any]) -> str:
    subjects = every(str(one.get("name")) for one in body.get("subjects") or ())
    return f"{subjects} get {code(str((body.get('roleRef') or {}).get('name')))} in it"


def _spec(change: ObjectChange) -> Mapping[str, Any]:
    return (change.after or {}).get("spec") or {}
