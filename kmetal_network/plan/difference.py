"""What differs between two bodies of one object, field by field, with both values.

Lists are compared by their entries, not by their places: a drop that is taken out of the middle is one drop less, and
not a change of all that follow.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from kmetal_network.plan.model import FieldChange

_ENGINE: Final = "pulumi.com/"
"""Prefix of annotations that tell the engine's provider how to write; they follow from the other fields."""


def settled(value: Any) -> Any:
    """A body without what is the engine's alone: its annotations, and keys that begin with two underscores."""
    if isinstance(value, Mapping):
        kept = {key: settled(entry) for key, entry in value.items() if not str(key).startswith(("__", _ENGINE))}
        return {key: entry for key, entry in kept.items() if key != "annotations" or entry}
    if isinstance(value, (list, tuple)):
        return [settled(entry) for entry in value]
    return value


def field_changes(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, forced: Iterable[str] = ()
) -> tuple[FieldChange, ...]:
    """Every difference between two bodies, sorted by path.

    Args:
        before: what the object has.
        after: what it gets.
        forced: paths whose change replaces the object; paths below them count, too.
    """
    paths = tuple(forced)

    def forces(path: str) -> bool:
        return any(path == one or path.startswith((f"{one}.", f"{one}[")) for one in paths)

    found = (
        FieldChange(path=path, kind=kind, before=old, after=new, forces=forces(path))
        for path, kind, old, new in _differences("", before or {}, after or {})
    )
    return tuple(sorted(found, key=lambda change: (change.path, _text(change.before), _text(change.after))))


def _differences(path: str, before: Any, after: Any) -> Iterator[tuple[str, str, Any, Any]]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}, key=str):
            below = _joined(path, str(key))
            if key not in after:
                yield below, "delete", before[key], None
            elif key not in before:
                yield below, "add", None, after[key]
            else:
                yield from _differences(below, before[key], after[key])
    elif isinstance(before, (list, tuple)) and isinstance(after, (list, tuple)):
        yield from _entries(path, before, after)
    elif before != after:
        yield path, "update", before, after


def _entries(path: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[tuple[str, str, Any, Any]]:
    gone, come = _without(before, after), _without(after, before)
    if len(gone) == len(come) == 1:
        yield path, "update", gone[0], come[0]
    elif not gone and not come and list(before) != list(after):
        yield path, "update", list(before), list(after)
    else:
        yield from ((path, "delete", entry, None) for entry in gone)
        yield from ((path, "add", None, entry) for entry in come)


def _without(entries: Sequence[Any], others: Sequence[Any]) -> list[Any]:
    """Entries that the others do not have, each as often as it is missing there."""
    left = Counter(map(_text, others))
    missing = []
    for entry in entries:
        text = _text(entry)
        if left[text]:
            left[text] -= 1
        else:
            missing.append(entry)
    return missing


def _joined(path: str, key: str) -> str:
    if "." in key or "/" in key:
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)
