"""Who can reach whom in the comment: paths that open as risks, all others as a table; every source is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from kmetal_network.comment.markdown import code, plain, table
from kmetal_network.comment.names import all_but, every
from kmetal_network.plan.model import Plan
from kmetal_network.plan.path_change import PathChange

RISK_HEAD = ("from", "to", "before", "now", "written at")
_HEAD = ("path", "from", "to", "before", "now")


def opening(plan: Plan) -> str:
    """How many paths open, and in which directions; empty for none."""
    counts = Counter(path.direction for path in plan.opened)
    words = (f"{number} path{' opens' if number == 1 else 's open'} {way}" for way, number in counts.items())
    return ", ".join(words)


def opening_cell(plan: Plan) -> str:
    """The same for a cell of the overview."""
    counts = Counter(path.direction for path in plan.opened)
    return ", ".join(f"**{number}** {way}" for way, number in counts.items()) or "none"


def risk_row(path: PathChange, place: str, total: Collection[str]) -> tuple[str, ...]:
    """A path that opens, as a line of the risks."""
    return (_who(path, total), _to(path), _side(path.before, path.before_by), _now(path), plain(place))


def paths(plan: Plan) -> str:
    """What opens and closes besides the risks; where isolation may have changed and has not, that is the answer."""
    rows = [
        (
            path.way,
            _who(path, plan.tenants),
            _to(path),
            _side(path.before, path.before_by),
            _side(path.after, path.after_by),
        )
        for path in plan.paths
        if not path.risk
    ]
    shut = "" if plan.opened else "No path opens between tenants, towards the platform or inwards."
    return "\n\n".join(filter(None, (table(_HEAD, rows) if rows else "", shut if plan.paths else "")))


def _who(path: PathChange, total: Collection[str]) -> str:
    if set(path.sources) <= set(total):
        return all_but(path.sources, total)
    return every(path.sources)


def _to(path: PathChange) -> str:
    return "<br>".join(f"{plain(name)} {', '.join(map(code, at))}".rstrip() for name, at in path.to.items())


def _side(verdict: str, decider: str) -> str:
    return f"{plain(verdict)}: {code(decider)}" if verdict else "not there"


def _now(path: PathChange) -> str:
    return f"🆕 {_side(path.after, path.after_by)}"
