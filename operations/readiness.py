"""After a run that failed: what the objects of its failed steps look like now, and what to do about each.

The engine says `timed out waiting for the condition`; the object's status says which node, which reason. Reads it with
the checks of `operations.verify`, so that a wait and a look never differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from operations.checks import Seen, Verdict
from operations.live import LiveCluster, snapshot
from operations.outcome import Outcome
from operations.verify import KINDS, checks
from underlay.errors import Finding, OperatorError
from underlay.stackfile import Environment

NOT_READY: Final = "NOT-READY"


def explain_failure(environment: Environment, cluster: LiveCluster, outcome: Outcome) -> tuple[Finding, ...]:
    """One finding for each object that a failed step was about and that a check speaks of.

    Empty where the run did not fail at an object, or the cluster no longer answers: the engine's text remains.
    """
    if not outcome.broken:
        return ()
    try:
        seen = snapshot(cluster, KINDS)
    except OperatorError:
        return ()
    return tuple(_explained(environment, seen, frozenset(outcome.broken)))


def _explained(environment: Environment, seen: Seen, broken: frozenset[str]) -> Iterator[Finding]:
    for check in checks(environment, seen):
        if not _is_about(check.what, broken):
            continue
        if check.verdict is Verdict.FAIL:
            yield Finding(place=check.what, problem=check.seen, remedy=check.remedy, rule=NOT_READY)
        else:
            remedy = f"run `underlay up {environment.name}` again"
            yield Finding(place=check.what, problem=f"it is ready by now ({check.seen})", remedy=remedy, rule=NOT_READY)


def _is_about(what: str, broken: frozenset[str]) -> bool:
    """MetalLB's checks name an object without its namespace."""
    kind, _, name = what.partition(" ")
    return any(one == what or (one.startswith(f"{kind} ") and one.endswith(f"/{name}")) for one in broken)
