"""The plan of a run as a table: what happens to which object, and why where one is replaced.

Objects have the names that the cluster knows; components, which it does not know, are marked as such. Admission
objects with the same operation share a line: a first `up` creates 22, which would push the network off the screen.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from rich.table import Table
from rich.text import Text

from operations.engine.events import HALVES, Outcome, Step

_ADMISSION_KINDS: Final = frozenset({"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"})


class _Row(NamedTuple):
    change: str
    kind: str
    names: tuple[str, ...]
    fields: tuple[str, ...]
    why: str


def plan_table(outcome: Outcome, stack: str) -> Table:
    """One line for each object; the halves of a replacement are one."""
    replaced = {step.urn for step in outcome.steps if step.operation == "replace"}
    # A half alone is what is left of a replacement that died.
    rows = list(_rows(step for step in outcome.steps if step.operation not in HALVES or step.urn not in replaced))
    reasons = any(row.why for row in rows)
    table = Table(title=f"{stack}: to do", title_justify="left")
    for column in ("change", "object", "fields", *(["why"] if reasons else [])):
        table.add_column(column, overflow="fold")
    for row in rows:
        cells = (row.change, f"{row.kind} {', '.join(sorted(row.names))}", ", ".join(row.fields), row.why)
        table.add_row(*map(Text, cells[: len(table.columns)]))
    return table


def _rows(steps: Iterable[Step]) -> Iterable[_Row]:
    rows: dict[object, _Row] = {}
    for step in steps:
        kind, _, known = step.about.partition(" ")
        kind = kind or step.type.rpartition(":")[2]
        if not step.is_object:  # one of our components has the name of a kind
            kind = f"component {kind}"
        row = _Row(step.operation, kind, (known or step.name,), step.fields, step.why)
        key = row._replace(names=()) if kind in _ADMISSION_KINDS else (step.operation, step.urn)
        there = rows.get(key)
        rows[key] = there._replace(names=there.names + row.names) if there else row
    return rows.values()
