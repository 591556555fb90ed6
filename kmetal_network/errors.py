"""What an operator reads: findings as data, one form of sentence, and one exception that carries them.

Grammar: `<place>: <what is wrong, with the value>; <what to write instead> [<rule id>]`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from kmetal_network.finding_codes.codes import SHAPE

SENTENCE: Final = re.compile(r"(?P<place>.+?): (?P<problem>.+); (?P<remedy>.+) \[(?P<rule>[A-Z][A-Z0-9-]*)\]")
"""The one form of a finding, as `str` of it gives."""

_LONGEST: Final = 1_000
"""Characters of a part of a finding; a longer one loses its middle."""


def printable(text: str) -> str:
    """Text without characters that control a terminal or are invisible.

    Control characters, line ends, marks of writing direction, blanks other than the space and lone surrogates are
    escaped, so that no name can forge a line of a report.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def printable_lines(text: str) -> str:
    """The same for a text of several lines."""
    return "\n".join(map(printable, text.split("\n")))


def bounded(text: str, longest: int = _LONGEST) -> str:
    """Text of limited length; it says how many characters are left out of its middle."""
    if len(text) <= longest:
        return text
    half = longest // 2
    return f"{text[:half]}... ({len(text) - 2 * half:,} characters left out) ...{text[-half:]}"


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    """The network would break, or leak: nothing is applied."""

    WARNING = "warning"
    """It works as written, but an engineer should know about it."""


@dataclass(frozen=True, order=True, kw_only=True)
class Finding:
    """One thing that is wrong, where, and what to write instead."""

    place: str
    """Where to look: `Pulumi.dev.yaml:31 metallb.pools[0].addresses[0]`, or `IPAddressPool kmetal-metallb/public`."""

    problem: str
    """What is wrong, with the value; it names both parties."""

    remedy: str
    """What to write instead."""

    rule: str = SHAPE
    severity: Severity = Severity.ERROR

    subject: str = field(default="", compare=False)
    """The object that it is about, `Kind namespace/name`, where the place is a line of a file."""

    names: tuple[str, ...] = field(default=(), compare=False)
    """Everybody who is affected: pods, or holders of an address."""

    tenants: tuple[str, ...] = field(default=(), compare=False)
    """The affected tenants."""

    def __str__(self) -> str:
        """The one sentence form, on one line whatever it names; a problem that names pods or holders names each."""
        problem = self.problem if self.names else bounded(self.problem)
        return printable(f"{bounded(self.place)}: {problem}; {bounded(self.remedy)} [{self.rule}]")


def report(findings: Iterable[Finding]) -> str:
    """All findings, sorted by place, one to a line."""
    return "\n".join(str(finding) for finding in sorted(findings))


def listed(what: str, names: Collection[str]) -> str:
    """`pod a` or `pods a, b, c`: every name, since a reader of a refusal has to find each of them."""
    return f"{what}{'s' if len(names) > 1 else ''} {', '.join(sorted(names))}"


class OperatorError(Exception):
    """Something an operator has to put right; its text is all that reaches a terminal, never a traceback."""

    def __init__(self, findings: Iterable[Finding] | str) -> None:
        self.findings: tuple[Finding, ...] = () if isinstance(findings, str) else tuple(sorted(findings))
        super().__init__(findings if isinstance(findings, str) else report(self.findings))

    @property
    def exit_code(self) -> int:
        """1 for findings; 2 for wrong usage."""
        return 1 if self.findings else 2


class UnreachableError(OperatorError):
    """A cluster that could not be read: nothing is known about it, so there is no finding."""

    @property
    def exit_code(self) -> int:
        """Always 2."""
        return 2


class ForbiddenError(UnreachableError):
    """A cluster that answers, and does not let this identity read what was asked for."""


class RunFailedError(OperatorError):
    """A run of the engine that failed, with the messages of the engine and of the program."""

    @property
    def exit_code(self) -> int:
        """1, as for findings."""
        return 1
