"""The model of a law: a sentence in the present tense, the reason, the fix for a breach, and a check over facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from kmetal_network.errors import Severity
from kmetal_network.facts.model import Facts


@dataclass(frozen=True, order=True, slots=True)
class Breach:
    """One place where a law is broken."""

    place: str
    problem: str
    """What is wrong, with the value; both parties named."""
    remedy: str
    """What to write instead."""
    warning: bool = False
    """The fact that decides is not in sight, and the problem says which: a warning, whatever the law's severity."""


Estate: TypeAlias = Mapping[str, Facts]
"""Every environment by its name."""

Judge: TypeAlias = Callable[[Facts], Iterable[Breach]]

EstateJudge: TypeAlias = Callable[[Estate], Iterable[tuple[str, Breach]]]
"""A check that compares environments; each breach names the environment that has to fix it."""


def no_breaches(facts: Facts) -> Iterable[Breach]:
    """The check of a law about several environments: one alone can't break it."""
    del facts
    return ()


def no_estate_breaches(estate: Estate) -> Iterable[tuple[str, Breach]]:
    """The check between environments of a law that each keeps or breaks alone."""
    del estate
    return ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Law:
    """One law."""

    id: str
    title: str
    """The law, in the present tense."""
    severity: Severity = Severity.ERROR
    why: str
    """What happens to the network when the law is broken."""
    fix: str
    """What an operator does about it."""
    reference: str
    """Where the fact comes from: kMetal's networking guide, docs/evidence, an upstream file, a thread."""
    not_admitted: str = ""
    """Why no admission policy enforces it, although one object can break it; empty where one does, and where it takes
    several objects to break it."""
    judge: Judge = no_breaches
    judge_estate: EstateJudge = no_estate_breaches
    unknown: Literal["is a finding", "passes"] = "passes"
    """Its opinion on a value that is decided later: a law that needs a literal refuses it, one that needs presence does
    not."""
    relaxable: bool = True
    """Whether a stack may relax it with a reason. The commissioned law by address never is."""
