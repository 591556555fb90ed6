"""Waiting, as the stand-in provider does it: for `pulumi.com/waitFor` to hold, for an object to be gone.

Polls, so that one wait holds nothing but its own thread, and ends at once when the engine cancels. Understands of
JSONPath what waits are written with (names, indexes, `*`, a filter for equality) and refuses the rest by name.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from sandbox.provider_cluster import Cluster, Refused
from sandbox.provider_values import Object

DEFAULT_TIMEOUT: Final = 600.0
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 0.5

Condition = Callable[[Object], bool]
Say = Callable[[str], None]


class Unsatisfied(Exception):  # noqa: N818 (an outcome)
    """The wait ended before what it waited for; the object as last seen goes with it."""

    def __init__(self, message: str, last: Object) -> None:
        super().__init__(message)
        self.last = last


def annotation(obj: Object, name: str) -> str:
    """Return the value of a `pulumi.com/` annotation, or nothing."""
    value = ((obj.get("metadata") or {}).get("annotations") or {}).get(f"pulumi.com/{name}")
    return value if isinstance(value, str) else ""


def timeout_seconds(from_options: float, inputs: Object) -> float:
    """Find the time-out: the resource's option, then its annotation, then ten minutes (pulumi.md 2)."""
    noted = annotation(inputs, "timeoutSeconds")
    return from_options or (float(noted) if noted.isdigit() else DEFAULT_TIMEOUT)


class Waiter:
    """Waits on one cluster until it is told to stop."""

    def __init__(self, cluster: Cluster, cancelled: threading.Event) -> None:
        self._cluster, self._cancelled = cluster, cancelled

    def until_ready(self, inputs: Object, live: Object, timeout: float, say: Say) -> Object:
        """Wait for the annotation's conditions; without one (custom resources by default) return at once."""
        if annotation(inputs, "skipAwait") == "true":
            return live
        conditions = parse_wait(annotation(live, "waitFor"))
        deadline, pause, said = time.monotonic() + timeout, FIRST_PAUSE, ""
        while True:
            waiting = next((text for text, holds in conditions if not holds(live)), "")
            if not waiting:
                return live
            if waiting != said:
                say(f"Waiting for {waiting}")
                said = waiting
            pause = self._pause(pause, deadline, live)
            try:
                live = self._cluster.get(live)
            except Refused as refused:
                if not refused.missing:
                    raise Unsatisfied(str(refused), live) from None

    def until_gone(self, live: Object, timeout: float) -> None:
        """Wait until the object is away; one of the same name with another UID is another object."""
        deadline, pause = time.monotonic() + timeout, FIRST_PAUSE
        while True:
            try:
                seen = self._cluster.get(live)
            except Refused as refused:
                if refused.missing:
                    return
                raise
            uid = live["metadata"].get("uid")
            if uid and seen["metadata"]["uid"] != uid:
                return
            pause = self._pause(pause, deadline, seen)

    def _pause(self, pause: float, deadline: float, last: Object) -> float:
        left = deadline - time.monotonic()
        if left <= 0:
            raise Unsatisfied("timed out waiting for the condition", last)
        if self._cancelled.wait(min(pause, left)):
            raise Unsatisfied("cancelled while waiting for the condition", last)
        return min(pause * 1.5, LONGEST_PAUSE)


def parse_wait(text: str) -> list[tuple[str, Condition]]:
    """Read a `pulumi.com/waitFor` annotation: one expression, or a JSON list of which all must hold."""
    if not text:
        return []
    expressions = [text]
    if text.lstrip().startswith("["):
        expressions = json.loads(text)
    if not expressions:
        raise ValueError("pulumi.com/waitFor: at least one condition must be specified")
    return [(expression, _parse_expression(expression)) for expression in expressions]


def _parse_expression(text: str) -> Condition:
    if text.startswith("condition="):
        kind, _, status = text.removeprefix("condition=").partition("=")
        return lambda live: _condition_is(live, kind, status or "True")
    if not text.startswith("jsonpath="):
        raise ValueError(f'pulumi.com/waitFor: expected a "jsonpath=" or "condition=" prefix, got "{text}"')
    match = re.fullmatch(r"\{\s*(.*?)\s*\}(?:=(.+))?", text.removeprefix("jsonpath="))
    if not match:
        raise ValueError(f"pulumi.com/waitFor: {text} should read jsonpath={{.path}} or jsonpath={{.path}}=value")
    steps, value = _parse_jsonpath(match[1]), match[2]
    return lambda live: _observed(live, {}) and _first_is(_select([live], steps), value)


def _observed(live: Object, condition: Object) -> bool:
    """Tell whether what is reported is about the present generation; who reports none is believed (pulumi.md 2)."""
    generation = live["metadata"].get("generation") or 0
    reported = (live.get("status") or {}).get("observedGeneration", generation)
    return bool(condition.get("observedGeneration", reported) >= generation)


def _condition_is(live: Object, kind: str, status: str) -> bool:
    for condition in (live.get("status") or {}).get("conditions") or []:
        if condition.get("type", "").lower() == kind.lower():
            return _observed(live, condition) and condition.get("status", "").lower() == status.lower()
    return False


def _first_is(found: list[Any], value: str | None) -> bool:
    if not found or value is None:
        return bool(found)
    if isinstance(found[0], bool):
        return json.dumps(found[0]) == value
    return not isinstance(found[0], dict | list) and str(found[0]) == value


_STEP: Final = re.compile(
    r"\.(?P<name>[\w-]+)"
    r"|\[(?P<quote>['\"])(?P<quoted>.+?)(?P=quote)\]"
    r"|\[(?P<index>-?\d+)\]"
    r"|(?P<all>\[\*\]|\.\*)"
    r"|\[\?\(?@(?:\.(?P<key>[\w-]+))?\s*==\s*(?P<q>['\"])(?P<equals>.*?)(?P=q)\)?\]"
)


def _parse_jsonpath(path: str) -> list[re.Match[str]]:
    steps, position = [], 1 if path.startswith("$") else 0
    while position < len(path):
        step = _STEP.match(path, position)
        if not step:
            raise ValueError(f"pulumi.com/waitFor: the stand-in provider cannot read {path[position:]!r} in {{{path}}}")
        steps.append(step)
        position = step.end()
    return steps


def _select(values: list[Any], steps: list[re.Match[str]]) -> list[Any]:
    for step in steps:
        values = [found for value in values for found in _descend(value, step)]
    return values


def _descend(value: Any, step: re.Match[str]) -> list[Any]:
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    if step["all"]:
        return list(members)
    if step["q"]:
        key = step["key"]
        return [m for m in members if (m if key is None else isinstance(m, dict) and m.get(key)) == step["equals"]]
    if step["index"]:
        index = int(step["index"])
        return [value[index]] if isinstance(value, list) and -len(value) <= index < len(value) else []
    name = step["name"] or step["quoted"]
    return [value[name]] if isinstance(value, dict) and name in value else []
