"""Takes a tenant out of a stack file's text: its lines go, every other line stays as it was written.

Comments directly above the tenant, or deeper below it, are removed with it. The text is read again afterwards; unless
it says exactly what it said before without that tenant, nothing is handed out: so an anchor that others use, or a list
in brackets, is left to the operator.
"""

from __future__ import annotations

from typing import Any, Final

import yaml

from kmetal_network.config.settings import PROJECT
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.yaml_document import read_document

_KEYS: Final = (f"{PROJECT}:tenants", "tenants")
"""The engine reads a key with and without the project's prefix."""


def without_tenant(text: str, file_name: str, tenant: str) -> str:
    """The text without the tenant of that name.

    Raises:
        OperatorError: no such tenant in it, or one that cannot be taken out line by line.
    """
    before = read_document(text, file_name)
    config = before.data["config"]
    key = next((key for key in _KEYS if config.get(key)), None)
    tenants = config[key] if key else ()
    index = next((index for index, entry in enumerate(tenants) if entry["name"] == tenant), None)
    if key is None or index is None:
        raise _refusal(file_name, f"has no tenant {tenant!r}", "name one that it has")
    kept = [entry for position, entry in enumerate(tenants) if position != index]
    edited = _cut(text, key, index, last=not kept)
    wanted = {**before.data, "config": {**config, key: tuple(kept)}}
    if edited is None or _read(edited, file_name) != wanted:
        place = before.place(("config", key, index))
        raise _refusal(place, f"tenant {tenant!r} cannot be taken out line by line", "take it out by hand, then again")
    return edited


def _refusal(place: str, problem: str, remedy: str) -> OperatorError:
    return OperatorError([Finding(place=place, problem=problem, remedy=remedy)])


def _read(text: str, file_name: str) -> Any:
    try:
        return read_document(text, file_name).data
    except OperatorError:
        return None


def _cut(text: str, key: str, index: int, *, last: bool) -> str | None:
    """The text without the lines of one entry; None if the entry shares a line with another."""
    held = _value(_value(yaml.compose(text, Loader=yaml.SafeLoader), "config"), key)
    if not isinstance(held, yaml.SequenceNode) or held.flow_style:
        return None
    lines = text.splitlines(keepends=True)
    entry = held.value[index]
    first, after, indent = entry.start_mark.line, end_of(entry), held.start_mark.column
    while first and _is_comment(lines[first - 1]) and _indent(lines[first - 1]) == indent:
        first -= 1
    while after < len(lines) and _is_comment(lines[after]) and _indent(lines[after]) > indent:
        after += 1
    kept = [*lines[:first], *lines[after:]]
    if last:
        opener = next((number for number, line in enumerate(lines) if line.strip().startswith(f"{key}:")), None)
        if opener is None:  # the key is in quotes
            return None
        kept[opener] = kept[opener].replace(f"{key}:", f"{key}: []", 1)
    return "".join(kept)


def _value(node: Any, key: str) -> yaml.Node:
    found: yaml.Node = next(value for name, value in node.value if name.value == key)
    return found


def end_of(node: yaml.Node) -> int:
    """The line after the last one that holds something of a node; a block's own mark is where the next thing begins."""
    if isinstance(node, yaml.ScalarNode) or (isinstance(node, yaml.CollectionNode) and node.flow_style):
        return int(node.end_mark.line + (node.end_mark.column > 0))
    parts = [part for entry in node.value for part in (entry if isinstance(entry, tuple) else (entry,))]
    return max(map(end_of, parts))


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
