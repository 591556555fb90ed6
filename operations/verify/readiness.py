"""After a failed run: the present state of each object whose step failed, and what to do about it.

The engine says `timed out waiting for the condition`; the object's status says which node, which reason. Reads it with
the checks of `operations.verify.verification`, so that `up` and `verify` never disagree. For a field conflict it names
the manager that owns the field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.finding_codes.codes import CONFLICT, NOT_READY
from kmetal_network.live.field_managers import is_ours
from operations.cluster.view import ClusterView
from operations.engine.events import Outcome
from operations.verify.checks import VERIFIED, Seen, Verdict
from operations.verify.verification import checks

_TIMED_OUT: Final = re.compile("timed out|deadline exceeded")

_CONFLICT: Final = re.compile(r'conflicts? with "([^"]+)"[^\n]*?:((?:\s*(?:- )?\.[^\n]+)+)')
"""The API server's words (apimachinery managedfields/internal/conflict.go): one field in the line, several below it."""


def explain_failure(environment: Environment, view: ClusterView, outcome: Outcome) -> tuple[Finding, ...]:
    """What is to be said of each object that a failed step was about: fields that others hold, and its own state.

    Empty where the run did not fail at an object, or the cluster no longer answers: the engine's text remains.
    """
    if not outcome.failed_objects:
        return ()
    messages = {name: outcome.errors_by_urn.get(urn, "") for name, urn in outcome.failed_objects.items()}
    conflicts = tuple(_conflicts(environment, messages))
    try:
        seen = view.seen(VERIFIED)
    except OperatorError:
        return conflicts
    return (*conflicts, *_explained(environment, seen, messages))


def _conflicts(environment: Environment, messages: Mapping[str, str]) -> Iterator[Finding]:
    for name, text in messages.items():
        for manager, fields in _CONFLICT.findall(text):
            held = ", ".join(line.strip().removeprefix("- ").lstrip(".") for line in fields.strip().splitlines())
            remedy = f"`kmetal-network drift {environment.name}` says who wrote what, when, and what to do"
            if is_ours(manager):  # only another value of a fixed field is another name of ours
                remedy = (
                    "a run that died made it with another value, which Kube-OVN does not follow in place: write that"
                    f" back, run `kmetal-network up {environment.name}`, then change it"
                )
            yield Finding(
                place=name,
                problem=f"the API server refused the write: {held} is held by {manager}",
                remedy=remedy,
                rule=CONFLICT,
            )


def _explained(environment: Environment, seen: Seen, messages: Mapping[str, str]) -> Iterator[Finding]:
    for check in checks(environment, seen):
        about = [text for name, text in messages.items() if _is_about(check.what, name)]
        if not about:
            continue
        if check.verdict is Verdict.FAIL:
            yield Finding(place=check.what, problem=check.seen, remedy=check.remedy, rule=NOT_READY)
        elif any(_TIMED_OUT.search(text) for text in about):
            remedy = f"run `kmetal-network up {environment.name}` again"
            yield Finding(place=check.what, problem=f"it is ready by now ({check.seen})", remedy=remedy, rule=NOT_READY)


def _is_about(what: str, name: str) -> bool:
    """MetalLB's checks name an object without its namespace."""
    kind, _, own = what.partition(" ")
    return name == what or (name.startswith(f"{kind} ") and name.endswith(f"/{own}"))
