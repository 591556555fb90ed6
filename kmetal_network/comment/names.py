"""Lists of names that state a common part once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from kmetal_network.comment.markdown import code

_FEW: Final = 8
_PREFIX: Final = 4
"""Characters from which a common beginning is worth its own word."""


def every(names: Iterable[str]) -> str:
    """Every name as code; many with a common beginning: that first, then what differs."""
    ordered = sorted(set(names))
    folders = {name.rpartition("/")[0] for name in ordered}
    if len(ordered) > _FEW and "" not in folders and len(folders) <= len(ordered) // 2:
        inside = {folder: [name for name in ordered if name.rpartition("/")[0] == folder] for folder in sorted(folders)}
        return "; ".join(
            f"{code(f'{folder}/')} {', '.join(name.rpartition('/')[2] for name in own)}"
            for folder, own in inside.items()
        )
    prefix = _common(ordered)
    if len(ordered) <= _FEW or len(prefix) < _PREFIX:
        return ", ".join(map(code, ordered))
    return f"{code(f'{prefix}…')} {', '.join(name.removeprefix(prefix) for name in ordered)}"


def all_but(names: Collection[str], total: Collection[str]) -> str:
    """Every name, or all but the few that are missing."""
    missing = set(total) - set(names)
    if set(names) <= set(total) and len(missing) <= _FEW < len(set(names)):
        rest = f" but {every(missing)}" if missing else ""
        return f"all {len(set(total))} tenants{rest}"
    return every(names)


def short(names: Collection[str], total: Collection[str]) -> str:
    """For a summary: the names where they are few, else how many of how many."""
    if len(names) <= _FEW:
        return every(names) or "none"
    return f"{len(names)} of {len(set(total) | set(names))}"


def _common(ordered: list[str]) -> str:
    """What all of them begin with, up to a `-` or a `/`."""
    first, last = (ordered[0], ordered[-1]) if ordered else ("", "")
    shared = first[: next((end for end, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), 0)]
    end = max(shared.rfind("-"), shared.rfind("/"))
    return shared[: end + 1]
