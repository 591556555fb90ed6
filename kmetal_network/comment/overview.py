"""Top and end of the comment: the verdict, a line for each environment, and the sources of the text."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from kmetal_network.comment.changes import tenants_with
from kmetal_network.comment.markdown import code, plain, table
from kmetal_network.comment.names import short
from kmetal_network.comment.paths import opening, opening_cell
from kmetal_network.comment.risks import headline, lost_addresses
from kmetal_network.counting import counted
from kmetal_network.plan.model import Operation, Plan, Verdict

MARKS: Final = {
    Verdict.NOTHING: "⚪",
    Verdict.ADDS: "🟢",
    Verdict.IN_PLACE: "🟢",
    Verdict.WINDOW: "🟠",
    Verdict.UNKNOWN: "⚫",
    Verdict.REFUSED: "🔴",
}

PLANS: Final = "<!-- kmetal-network:plans "
"""Beginning of the last line, which no reader sees: whole digests, for the job that deploys."""

_SHORT: Final = 12
"""Characters of a digest; `kmetal-network up --reviewed` takes as many."""
_COMMIT: Final = 7


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a comment is about."""

    head: str
    """Commit that was previewed."""
    base: str = ""
    """The base commit."""
    run: str = ""
    """Address of the run, with the plans as JSON."""
    limit: int = 60_000
    """Bytes of one comment, a little below what the forge takes."""


def title(plans: Sequence[Plan], context: Context) -> str:
    """The verdict, and what decides it."""
    if not plans:
        return f"⚫ Not known for {code(context.head[:_COMMIT])}: no environment was previewed"
    verdict = plans[0].verdict
    same = [plan for plan in plans if plan.verdict is verdict]
    where = plain(" and ".join(plan.environment for plan in same))
    texts: dict[Verdict, Callable[[], str]] = {
        Verdict.REFUSED: lambda: f"Refused: {plain(_harms(same))}",
        Verdict.UNKNOWN: lambda: f"Not known for {code(context.head[:_COMMIT])}: {where}, see what was not seen",
        Verdict.WINDOW: lambda: f"Needs a window in {where}: {plain(_interrupted(same))}",
        Verdict.IN_PLACE: lambda: f"In place in {where}: {plain(_opened(same))}",
        Verdict.ADDS: lambda: f"Adds only: {_added(same)}, no one else is touched",
        Verdict.NOTHING: lambda: "Nothing to do",
    }
    return f"{_mark(max(same, key=lambda plan: len(plan.opened)))} {texts[verdict]()}"


def _mark(plan: Plan) -> str:
    """The sign of a verdict; a path that opens interrupts no one, and is to be seen all the same."""
    return "🟠" if plan.verdict is Verdict.IN_PLACE and plan.opened else MARKS[plan.verdict]


def _harms(plans: Sequence[Plan]) -> str:
    by_harm: dict[str, list[str]] = {}
    for plan in plans:
        by_harm.setdefault(headline(plan), []).append(plan.environment)
    return "; ".join(f"{harm} in {', '.join(names)}" for harm, names in by_harm.items())


def _opened(plans: Sequence[Plan]) -> str:
    parts = [text for plan in plans if (text := opening(plan))]
    return "; ".join(dict.fromkeys(parts)) or "nothing is replaced or deleted"


def _interrupted(plans: Sequence[Plan]) -> str:
    found = [text for plan in plans if (text := headline(plan))]
    gone = (Operation.REPLACE, Operation.DELETE)
    objects = [one.name for plan in plans for one in plan.changes if one.operation in gone]
    if found:
        return "; ".join(found)
    return f"{counted(len(objects), 'object')} replaced or deleted" if objects else "packets stop meanwhile"


def _added(plans: Sequence[Plan]) -> str:
    parts = []
    for plan in plans:
        tenants = tenants_with(plan, Operation.CREATE)
        what = f"tenant{'s' if len(tenants) > 1 else ''} {short(tenants, plan.tenants)}" if tenants else "objects"
        parts.append(f"{what} {'come' if len(tenants) != 1 else 'comes'} to {plain(plan.environment)}")
    return ", ".join(parts)


def overview(plans: Sequence[Plan]) -> str:
    """A line for each environment; those without a change share one."""
    head = ("environment", "verdict", "objects", "tenants touched", "addresses moved or lost", "pods cut off", "opened")
    rows = []
    for plan in plans:
        if plan.verdict is Verdict.NOTHING:
            continue
        if not plan.made:
            rows.append((f"**{plain(plan.environment)}**", f"{MARKS[plan.verdict]} {plan.verdict}", *["no plan"] * 5))
            continue
        addresses = [f"**{len(lost)}** lost"] if (lost := lost_addresses(plan)) else []
        addresses += [f"{len(plan.moves)} moved"] if plan.moves else []
        cut_off = f"**{len(plan.cut_off)}**" if plan.cut_off else ("not known" if plan.unseen else "none")
        rows.append(
            (
                f"**{plain(plan.environment)}**",
                f"{_mark(plan)} {plan.verdict}",
                _objects(plan),
                short(plan.touched, plan.tenants),
                ", ".join(addresses) or ("not known" if plan.unseen else "none"),
                cut_off,
                opening_cell(plan),
            )
        )
    same = [plan.environment for plan in plans if plan.verdict is Verdict.NOTHING]
    if same:
        rows.append((plain(", ".join(sorted(same))), "unchanged", "", "", "", "", ""))
    refused = [code(f"kmetal-network up {plan.environment}") for plan in plans if plan.verdict is Verdict.REFUSED]
    stops = f"\n\n{', '.join(refused)} would stop before the first write." if refused else ""
    return table(head, rows) + stops


def _objects(plan: Plan) -> str:
    words = {
        Operation.CREATE: "new",
        Operation.UPDATE: "changed in place",
        Operation.REPLACE: "replaced",
        Operation.DELETE: "deleted",
    }
    counts = {word: sum(one.operation is operation for one in plan.changes) for operation, word in words.items()}
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count) or "none"


def footer(plans: Sequence[Plan], context: Context) -> str:
    """What the text was made of: commits, digests, clusters."""
    digests = ", ".join(
        f"{plain(plan.environment)} {code(plan.digest[:_SHORT])}" for plan in by_name(plans) if plan.made
    )
    seen = ", ".join(
        f"{plain(plan.environment)}: "
        + (
            f"cluster {code(plan.cluster[:8])}{_state(plan)}"
            if plan.cluster
            else "no cluster was asked"
            if plan.source == "settings"
            else "no cluster answered"
        )
        for plan in by_name(plans)
        if plan.verdict is not Verdict.NOTHING and plan.made
    )
    on = f" on {code(context.base[:_COMMIT])}" if context.base else ""
    run = f"[run, plans as JSON, pictures]({context.run})" if context.run.startswith(("http://", "https://")) else ""
    merging = "`up` applies no other plan than these" if any(plan.changes for plan in plans) else ""
    parts = (f"{code(context.head[:_COMMIT])}{on}", f"plans {digests}" if digests else "", seen, run, merging)
    whole = json.dumps({plan.environment: plan.digest for plan in by_name(plans) if plan.made})
    return f"<sub>{' · '.join(filter(None, parts))}</sub>\n\n{PLANS}{whole} -->"


def _state(plan: Plan) -> str:
    """When the state was last written: by that a reader sees whether somebody applied since."""
    try:
        written = datetime.fromisoformat(plan.state).astimezone(UTC)
    except ValueError:
        return ""
    return f", state of {written:%Y-%m-%d %H:%M:%S} UTC"


def digests(body: str) -> dict[str, str]:
    """The plans that a comment of ours was about: environment to whole digest, out of its last line.

    Values appear only inside a line, so no text of a plan can look like it.
    """
    last = body.replace("\r", "").rstrip("\n").rpartition("\n")[2]
    if not last.startswith(PLANS):
        return {}
    try:
        found = json.loads(last.removeprefix(PLANS).removesuffix(" -->"))
    except ValueError:
        return {}
    return {str(name): str(digest) for name, digest in found.items()} if isinstance(found, dict) else {}


def by_name(plans: Sequence[Plan]) -> list[Plan]:
    """By name of the environment."""
    return sorted(plans, key=lambda plan: plan.environment)
