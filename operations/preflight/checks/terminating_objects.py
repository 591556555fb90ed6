"""Objects that are ours, or would be, and are being deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kmetal_network.errors import Finding
from kmetal_network.finding_codes.codes import LEAVING
from operations.preflight.check import Preflight, PreflightCheck


def _terminating(preflight: Preflight) -> Iterator[Finding]:
    """What is written to a terminating object is lost, and a terminating namespace takes nothing."""
    stack = preflight.environment.name
    for one in preflight.owned:
        gone = one.live["metadata"].get("deletionTimestamp")
        if gone and (one.owner == stack or preflight.becomes_ours(one)):
            spec = one.live.get("spec") or {}
            held = ", ".join([*(one.live["metadata"].get("finalizers") or ()), *(spec.get("finalizers") or ())])
            yield Finding(
                place=preflight.cluster,
                problem=f"{one.name} is still being deleted (since {gone}, held by {held or 'nothing'})",
                remedy=f"wait until it is gone, then `kmetal-network up {stack} --refresh`; if it stays, see what"
                f" hangs: `kmetal-network drift {stack}`, docs/guide/a-run-that-died.md",
                rule=LEAVING,
            )


CHECK: Final = PreflightCheck(title="No object of ours is terminating", findings=_terminating, owned=True)
