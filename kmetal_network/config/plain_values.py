"""Settings as plain values, for the arguments of components, for Helm and for YAML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmetal_network.config.sections.base import Section


def plain(section: Section, *without: str) -> Any:
    """A section as strings, numbers, lists and mappings, under the names of its fields.

    Args:
        section: The section.
        without: Fields that are left out.
    """
    return section.model_dump(mode="json", by_alias=False, exclude=set(without))


def copied(value: Any) -> Any:
    """A value with lists in place of tuples, as Helm takes it.

    No part of it is shared: YAML would write that as an anchor.
    """
    if isinstance(value, Mapping):
        return {key: copied(entry) for key, entry in value.items()}
    return [copied(entry) for entry in value] if isinstance(value, (list, tuple)) else value
