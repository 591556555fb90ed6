"""One environment's part of the comment: what comes, what changes, what moves, what is left; long things folded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kmetal_network.comment.arrivals import arrivals
from kmetal_network.comment.changes import as_diff, tenants_by_change, what_changes
from kmetal_network.comment.findings import findings
from kmetal_network.comment.markdown import code, fenced, folded, plain, table
from kmetal_network.comment.mermaid import sketch
from kmetal_network.comment.paths import paths
from kmetal_network.counting import counted
from kmetal_network.plan.model import Plan

DIFF, PICTURE, NAMES, TABLES = 1, 2, 3, 4
DROPPED: Final = {DIFF: "the raw diff", PICTURE: "pictures", NAMES: "lists of names", TABLES: "tables of changes"}
"""What is left out of a text that is too long, in this order."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of the text, and with which step it is left out; 0 for never."""

    text: str
    goes: int = 0


def environment(plan: Plan) -> list[Part]:
    """One environment's changes."""
    where, parts = plain(plan.environment), []
    if not plan.made:
        return []
    tables = {
        "what comes": arrivals(plan),
        "what changes": what_changes(plan),
        "addresses that move": _moves(plan),
        "who can reach whom": paths(plan),
    }
    for title, text in tables.items():
        if text:
            parts.append(Part(text=f"#### {where}: {title}\n\n{text}", goes=TABLES))
    if text := findings(plan.news):
        parts.append(Part(text=f"#### {where}: new warnings ({len(plan.news)})\n\n{text}"))
    if text := _supplies(plan):
        parts.append(Part(text=text))
    if plan.changes and (text := sketch(plan)):
        parts.append(Part(text=fenced(text, "mermaid"), goes=PICTURE))
    if len(plan.touched) > 1:
        title = f"{plan.environment}: {counted(len(plan.touched), 'tenant')} by change, each named"
        parts.append(Part(text=folded(title, tenants_by_change(plan)), goes=NAMES))
    if plan.changes:
        title = f"{plan.environment}: {counted(len(plan.changes), 'object')}, in the program's order"
        parts.append(Part(text=folded(title, fenced(as_diff(plan), "diff")), goes=DIFF))
    return parts


def _moves(plan: Plan) -> str:
    rows = [(code(one.who), one.what, code(one.before), code(one.after), code(one.by)) for one in plan.moves]
    return table(("who", "what", "before", "after", "by"), rows) if rows else ""


def _supplies(plan: Plan) -> str:
    """What is left, where the change takes or gives some of it."""
    moved = [one for one in plan.supplies if (one.size_before, one.taken_before) != (one.size_after, one.taken_after)]
    laws = "Every law holds." if plan.laws and not any(one.rule.startswith("NET-") for one in plan.risks) else ""
    if not moved:
        left = ", ".join(f"{plain(one.name)}: {_number(one.left)} left" for one in plan.supplies)
        return " ".join(
            filter(None, (f"Capacity in {plain(plan.environment)} is unchanged ({left})." if left else "", laws))
        )
    rows = [
        (
            plain(one.name),
            _number(one.size_before),
            _number(one.size_after),
            _number(one.taken_before),
            _number(one.taken_after),
            ("🟠 " if one.left is not None and one.left < 0 else "") + _number(one.left),
        )
        for one in moved
    ]
    text = table(("supply", "size before", "size after", "taken before", "taken after", "left"), rows)
    return "\n\n".join(filter(None, (f"#### {plain(plan.environment)}: what is left\n\n{text}", laws)))


def _number(value: int | None) -> str:
    return "?" if value is None else f"{value:,}"


def known_before(plan: Plan) -> Part:
    """Warnings that are none of this change's doing."""
    title = f"{plan.environment}: {counted(len(plan.known), 'warning')} known before, unchanged by this"
    return Part(text=folded(title, findings(plan.known)), goes=NAMES)
