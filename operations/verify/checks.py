"""One line of a verification, the part that it comes from, and what every check is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from kmetal_network.config.stackfile import Environment
from kmetal_network.facts.model import Facts
from kmetal_network.kinds.registry import names_where
from operations.cluster.fields import at

VERIFIED: Final = names_where("verified")
"""Kinds that a verification reads."""

_NOT_OVN: Final = "SetNonOvnSubnetSuccess"
"""Reason of a Ready that means: no logical switch was made."""


class Verdict(StrEnum):
    """What a check found."""

    PASS = "pass"  # noqa: S105 (a verdict)
    FAIL = "fail"
    WARN = "warn"
    """It works as it stands, and an engineer would want to know; a relaxed law says why it is."""
    UNSEEN = "unseen"
    """There was nothing to look at: neither proof nor breach."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report."""

    layer: str
    what: str
    verdict: Verdict
    seen: str
    remedy: str = ""


Seen = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Objects by kind and name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedNodes:
    """The nodes of another environment, as its snapshot has them."""

    environment: str
    day: date
    """When the snapshot was taken."""
    old: bool
    """Whether it is too old to decide."""
    facts: Facts


@dataclass(frozen=True, kw_only=True, slots=True)
class Verification:
    """What a part may look at."""

    environment: Environment
    seen: Seen
    """Live objects of the kinds that it reads."""

    metallb_log: str | None = None
    """How the log of MetalLB's controller ends; None where it was not read."""

    others: tuple[RecordedNodes, ...] = ()
    """Other environments of which a snapshot shows the nodes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Checks about one thing."""

    lines: Callable[[Verification], Iterator[Check]]
    """The lines of the report, in the order of the layers."""

    kinds: tuple[str, ...]
    """Kinds that it reads; it sees no others."""


def check(layer: str, what: str, problems: Iterable[str], seen: str, remedy: str) -> Check:
    """Passes when nothing is wrong; else says what is."""
    wrong = [problem for problem in problems if problem]
    if wrong:
        return Check(layer, what, Verdict.FAIL, "; ".join(wrong), remedy)
    return Check(layer, what, Verdict.PASS, seen)


def not_ready(subnet: Mapping[str, Any]) -> list[str]:
    """Why a Subnet is not ready; nothing where it really is."""
    conditions = {entry.get("type"): entry for entry in at(subnet, "status", "conditions") or ()}
    ready = conditions.get("Ready")
    if ready is None:
        return ["no Ready condition: its Vpc is missing or not ready, or a namespace is not the Vpc's"]
    if ready.get("status") != "True":
        return [f"not Ready: {ready.get('reason')} {ready.get('message') or ''}".strip()]
    if ready.get("reason") == _NOT_OVN:
        return ["Ready without a logical switch: its provider has not three parts"]
    return []
