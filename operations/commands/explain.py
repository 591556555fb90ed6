"""`kmetal-network explain NET-201`: what a law says, why, how to fix a breach, its source, and YAML on either side.

`kmetal-network explain CUT-OFF` does the same for a finding code: when it appears, why, and the ways out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from rich.console import Console
from rich.syntax import Syntax

from kmetal_network.admission.checks import HELD
from kmetal_network.errors import OperatorError
from kmetal_network.finding_codes.catalogue import BY_CODE, CODES
from kmetal_network.finding_codes.codes import FindingCode
from kmetal_network.laws.examples import example_of
from kmetal_network.laws.model import Law
from kmetal_network.laws.registry import BY_ID, LAWS

FINE: Final = 0


def explain(asked: str | None = None, *, output: str = "text") -> int:
    """Print one law or finding code, or the list of all: the laws first, then the codes.

    Args:
        asked: id of a law or a finding code, in upper or lower case; None lists all.
        output: `text` for people, `json` for machines.

    Raises:
        OperatorError: there is no such law or code.
    """
    found: tuple[Law | FindingCode, ...] = (*LAWS, *CODES) if asked is None else (_entry(asked),)
    if output == "json":
        json.dump([_as_data(entry) for entry in found], sys.stdout, indent=2)
        sys.stdout.write("\n")
    elif asked is None:
        _print_list(found)
    elif isinstance(found[0], FindingCode):
        _print_code(found[0])
    else:
        _print_law(found[0])
    return FINE


def _entry(name: str) -> Law | FindingCode:
    wanted = name.strip().strip("[]").upper().replace("_", "-")
    known: Mapping[str, Law | FindingCode] = {**BY_ID, **BY_CODE}
    if wanted in known:
        return known[wanted]
    close = [one for one in known if wanted and one.startswith(wanted)] or get_close_matches(wanted, known, n=1)
    hint = f"did you mean {close[0]}?" if close else "`kmetal-network explain` alone lists them"
    raise OperatorError(f"law or code {name!r} does not exist; {hint}")


def _relaxable(law: Law) -> str:
    return "with a reason, under `relaxed`" if law.relaxable else "never"


def _admission(law: Law) -> str:
    """What admission policies enforce of a law, or why they enforce nothing of it."""
    if law.id in HELD:
        return "enforced, as far as one object shows a breach"
    return f"not enforced: {law.not_admitted or 'no object breaks it by itself'}"


def _as_data(law: Law | FindingCode) -> dict[str, object]:
    if isinstance(law, FindingCode):
        return {
            "id": law.id,
            "title": law.title,
            "when": law.when,
            "why": law.why,
            "waysOut": list(law.ways_out),
        }
    example = example_of(law.id)
    return {
        "id": law.id,
        "title": law.title,
        "severity": law.severity.value,
        "why": law.why,
        "fix": law.fix,
        "reference": law.reference,
        "relaxable": law.relaxable,
        "admission": _admission(law),
        "example": {"keeps": example.keeps, "breaks": example.breaks},
    }


def _print_list(entries: Sequence[Law | FindingCode]) -> None:
    console = Console(soft_wrap=True, highlight=False)
    width = max(len(entry.id) for entry in entries)
    for entry in entries:
        kind = "code" if isinstance(entry, FindingCode) else entry.severity.value
        console.print(f"{entry.id:{width}}  {kind:7}  {entry.title}", markup=False)


def _print_code(entry: FindingCode) -> None:
    console = Console(highlight=False)
    console.print(f"{entry.id}  {entry.title}", style="bold", markup=False)
    console.print(f"when:      {entry.when}\nwhy:       {entry.why}\nways out:", markup=False)
    for way in entry.ways_out:
        console.print(f"- {way}", markup=False)


def _print_law(law: Law) -> None:
    console = Console(highlight=False)
    console.print(f"{law.id}  {law.title}", style="bold", markup=False)
    for label, text in (
        ("severity", law.severity.value),
        ("why", law.why),
        ("fix", law.fix),
        ("relaxed", _relaxable(law)),
        ("admission", _admission(law)),
        ("reference", law.reference),
    ):
        console.print(f"{label + ':':10} {text}", markup=False)
    example = example_of(law.id)
    for label, text in (("keeps it", example.keeps), ("breaks it", example.breaks)):
        console.print(f"\n{label}:", markup=False)
        console.print(Syntax(text.rstrip("\n"), "yaml", background_color="default"))
