"""`underlay explain NET-201`: what a law says, why it holds, how to mend a breach, and where the fact comes from."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.syntax import Syntax

from underlay.errors import OperatorError
from underlay.rules.model import Rule
from underlay.rules.registry import BY_ID, RULES

FINE: Final = 0
EXAMPLES: Final = Path(__file__).with_name("examples.json")
"""Both sides of each law, written by `make generate` from the table of cases."""


@dataclass(frozen=True, slots=True)
class Example:
    """YAML on each side of a law."""

    keeps: str
    breaks: str


def explain(law: str | None = None, *, output: str = "text", examples: Mapping[str, Example] | None = None) -> int:
    """Print one law, or the list of all.

    Args:
        law: its id, in any case; all laws where it is left out.
        output: `text` for people, `json` for machines.
        examples: a keeping and a breaking example by id; by default those of the table of cases.

    Raises:
        OperatorError: there is no such law.
    """
    rules = RULES if law is None else (_rule(law),)
    shown = _examples() if examples is None else examples
    if output == "json":
        json.dump([_as_data(rule, shown.get(rule.id)) for rule in rules], sys.stdout, indent=2)
        sys.stdout.write("\n")
    elif law is None:
        _print_list(rules)
    else:
        _print_rule(rules[0], shown.get(rules[0].id))
    return FINE


def _examples() -> Mapping[str, Example]:
    sides = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return {law: Example(keeps=side["keeps"], breaks=side["breaks"]) for law, side in sides.items()}


def _rule(law: str) -> Rule:
    wanted = law.strip().upper()
    if wanted in BY_ID:
        return BY_ID[wanted]
    close = [known for known in BY_ID if known.startswith(wanted)] or get_close_matches(wanted, BY_ID, n=1)
    hint = f"did you mean {close[0]}?" if close else "`underlay explain` alone lists them"
    raise OperatorError(f"law {law!r} does not exist; {hint}")


def _relaxable(rule: Rule) -> str:
    return "with a reason, under `relaxed`" if rule.relaxable else "never"


def _as_data(rule: Rule, example: Example | None) -> dict[str, object]:
    data: dict[str, object] = {
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity.value,
        "why": rule.why,
        "fix": rule.fix,
        "reference": rule.reference,
        "relaxable": rule.relaxable,
    }
    if example is not None:
        data["example"] = {"keeps": example.keeps, "breaks": example.breaks}
    return data


def _print_list(rules: Sequence[Rule]) -> None:
    console = Console(soft_wrap=True, highlight=False)
    for rule in rules:
        console.print(f"{rule.id}  {rule.severity.value:7}  {rule.title}", markup=False)


def _print_rule(rule: Rule, example: Example | None) -> None:
    console = Console(highlight=False)
    console.print(f"{rule.id}  {rule.title}", style="bold", markup=False)
    for label, text in (
        ("severity", rule.severity.value),
        ("why", rule.why),
        ("fix", rule.fix),
        ("relaxed", _relaxable(rule)),
        ("reference", rule.reference),
    ):
        console.print(f"{label + ':':10} {text}", markup=False)
    for label, text in (("keeps it", example.keeps), ("breaks it", example.breaks)) if example else ():
        console.print(f"\n{label}:", markup=False)
        console.print(Syntax(text, "yaml", background_color="default"))
