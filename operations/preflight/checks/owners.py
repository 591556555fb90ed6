"""Objects of others that have the name of one of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kmetal_network.errors import Finding
from kmetal_network.finding_codes.codes import OWNER
from operations.cluster.owned_objects import by_kind
from operations.impact.routers import may_be_pinned
from operations.preflight.check import Preflight, PreflightCheck


def _owned_by_others(preflight: Preflight) -> Iterator[Finding]:
    """Without the stack's label, unless Kube-OVN made it for a router of the stack, or it is being adopted."""
    environment, seen = preflight.environment, by_kind(preflight.owned)
    for one in preflight.owned:
        if preflight.becomes_ours(one):
            continue
        if one.owner is None and one.manifest.kind == "OvnEip" and may_be_pinned(environment, one.key, seen):
            continue
        if one.owner != environment.name:
            whose = f"belongs to stack {one.owner!r}" if one.owner else "was made by somebody else"
            yield Finding(
                place=preflight.cluster,
                problem=f"{one.name} is there already and {whose}",
                remedy=f"rename ours, or take it over: `kmetal-network adopt {environment.name}` shows what would"
                " change",
                rule=OWNER,
            )


CHECK: Final = PreflightCheck(
    title="No object of others has the name of one of ours", findings=_owned_by_others, owned=True
)
