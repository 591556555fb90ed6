"""Fields of live objects, which are plain data from the API server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def at(value: Any, *path: str) -> Any:
    """The value at a path of a live object; None where the path ends before."""
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value
