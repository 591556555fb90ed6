"""Helm's `--set` entries, as Argo CD and k3s write them, as the tree of values that they make."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from kmetal_network.facts.lenient_fields import is_list

_STEP: Final = re.compile(r"((?:[^.\[\]\\]|\\.)+)((?:\[\d{1,3}\])*)\.?")
"""One step of Helm's `--set` path: a key, and indexes behind it."""

_LARGEST_INDEX: Final = 100


def parameters(written: object) -> object:
    """Helm's `--set` entries as a tree: a list of name and value, or a mapping; None where there are none."""
    if isinstance(written, Mapping):
        pairs = list(written.items())
    elif is_list(written):
        pairs = [(entry.get("name"), entry.get("value")) for entry in written if isinstance(entry, Mapping)]
    else:
        return None
    tree: dict[str, Any] = {}
    for name, value in pairs:
        if isinstance(name, str):
            _set(tree, name, value)
    return tree or None


def _set(tree: dict[str, Any], name: str, value: object) -> None:
    """One entry of `--set`; an index makes a list."""
    steps: list[str | int] = []
    for match in _STEP.finditer(name):
        steps.append(match[1].replace("\\", ""))
        steps += [min(int(index), _LARGEST_INDEX) for index in re.findall(r"\d+", match[2])]
    here: Any = tree
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        empty: Any = value if following is None else [] if isinstance(following, int) else {}
        if isinstance(here, list) and isinstance(step, int):
            here.extend([None] * (step + 1 - len(here)))
            if following is None or not isinstance(here[step], (dict, list)):
                here[step] = empty
            here = here[step]
        elif isinstance(here, dict) and isinstance(step, str):
            if following is None or not isinstance(here.get(step), (dict, list)):
                here[step] = empty
            here = here[step]
        else:
            return
