"""One comment for all environments: verdict, decisions, changes, what is left; never longer than a forge takes.

The same plans give the same text: no clock, no run number but the link. A comment that is too long loses parts in this
order: the raw diff, pictures, lists of names, tables of changes. It never loses a risk: a second comment has the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from kmetal_network.comment.environment import DROPPED, Part, environment, known_before
from kmetal_network.comment.markdown import plain
from kmetal_network.comment.overview import Context, footer, overview, title
from kmetal_network.comment.risks import Group, groups
from kmetal_network.plan.model import Plan, Verdict

MARKER: Final = "<!-- kmetal-network:pull-request -->"
"""First line of the comment, by which a later run finds it; the author is checked besides."""

_ROOM: Final = 200
"""Bytes for the titles of a part."""


def compose(plans: Sequence[Plan], context: Context) -> tuple[str, ...]:
    """The comment, in one text as a rule; in several where the risks alone are longer than a forge takes.

    Args:
        plans: one for each environment, also where nothing changes or nothing is known.
        context: commits, run and limit.
    """
    ordered = sorted(plans, key=lambda plan: (-plan.verdict.rank, plan.environment))
    risks = _once(ordered)
    top, rest = _top(ordered, context), _rest(ordered)
    decisions = _decisions(risks, ordered)
    for level in range(len(DROPPED) + 1):
        kept = [part.text for part in rest if not part.goes or part.goes > level]
        gone = [name for step, name in DROPPED.items() if step <= level and any(part.goes == step for part in rest)]
        notice = [f"> Too long for a comment: {', '.join(gone)} {'are' if gone else ''} in the run's artifact."]
        text = _joined([*top, *(notice if gone else []), *decisions, *kept, footer(ordered, context)])
        if _size(text) <= context.limit:
            return (text,)
    return _in_parts(ordered, context, risks)


def _once(plans: Sequence[Plan]) -> list[Group]:
    """Risks of all environments; what one broken file has each of them say is said once."""
    often = Counter((one.rule, one.place, one.problem) for plan in plans for one in plan.risks)
    several = sum(bool(plan.risks) for plan in plans) > 1
    shared = {key for key, count in often.items() if count > 1}
    found: list[Group] = []
    for plan in plans:
        own = [risk for risk in plan.risks if (risk.rule, risk.place, risk.problem) not in shared]
        found += groups(replace(plan, risks=tuple(own)), named=several)
    same = {(one.rule, one.place, one.problem): one for plan in plans for one in plan.risks}
    if shared:
        found += groups(replace(plans[0], risks=tuple(same[key] for key in sorted(shared))), named=False)
    return found


def _in_parts(plans: Sequence[Plan], context: Context, risks: Sequence[Group]) -> tuple[str, ...]:
    """Verdict and risks alone, line by line, in as many comments as they need."""
    notice = "> Too long for a comment: all but the verdict and the risks is in the run's artifact."
    lines, number = [], 1
    for group in risks:
        lines += [*group.lines(number), ""]
        number += len(group.rows)
    lines += [f"- {text}" for text in _unseen(plans)]
    end = footer(plans, context)
    room = context.limit - _size(end) - _size(_joined([*_top(plans, context), notice])) - _ROOM
    chunks: list[list[str]] = [[]]
    for line in (piece for whole in lines for piece in _cut(whole, room)):
        if _size("\n".join([*chunks[-1], line])) > room and chunks[-1]:
            chunks.append([])
        chunks[-1].append(line)
    decide = f"#### Decide on these ({number - 1}, none left out)"
    parts = []
    for index, chunk in enumerate(chunks):
        body = "\n".join(chunk).strip("\n")
        head = (
            [*_top(plans, context), notice, decide] if not index else [marker(index), f"#### Risks, part {index + 1}"]
        )
        parts.append(_joined([*head, body, end]))
    return tuple(parts)


def _cut(line: str, room: int) -> list[str]:
    """A line that is longer than a comment, at its commas."""
    if _size(line) <= room:
        return [line]
    pieces, current = [], ""
    for word in line.split(", "):
        grown = f"{current}, {word}" if current else word
        if _size(grown) > room and current:
            pieces.append(f"{current},")
            current = word
        else:
            current = grown
    return [*pieces, current]


def marker(part: int) -> str:
    """First line of the comment, or of a part that goes on where it ends."""
    return MARKER if not part else MARKER.replace(" -->", f":{part + 1} -->")


def _top(plans: Sequence[Plan], context: Context) -> list[str]:
    return [f"{MARKER}\n### {title(plans, context)}", overview(plans)]


def _decisions(risks: Sequence[Group], plans: Sequence[Plan]) -> list[str]:
    total = sum(len(group.rows) for group in risks)
    parts, number = [], 1
    if risks:
        what = "Decide on this" if total == 1 else f"Decide on these ({total}, none left out)"
        parts.append(f"#### {what}")
    for group in risks:
        parts.append(group.full(number))
        number += len(group.rows)
    if unseen := _unseen(plans):
        if not risks:
            parts.append("#### What was not seen")
        parts.append("\n".join(f"- {text}" for text in unseen))
    return parts


def _unseen(plans: Sequence[Plan]) -> list[str]:
    """What was not seen, each in a line of its own."""
    lines = [f"⚫ **Not seen** in {plain(plan.environment)}: {plain(text)}" for plan in plans for text in plan.unseen]
    lines += [
        f"⚫ **No preview sees** in {plain(plan.environment)}: {plain(text)}" for plan in plans for text in plan.caveats
    ]
    return lines


def _rest(plans: Sequence[Plan]) -> list[Part]:
    parts = [part for plan in plans if plan.verdict is not Verdict.NOTHING for part in environment(plan)]
    return [*parts, *(known_before(plan) for plan in plans if plan.known)]


def _joined(parts: Sequence[str]) -> str:
    return "\n\n".join(filter(None, parts)) + "\n"


def _size(text: str) -> int:
    return len(text.encode())
