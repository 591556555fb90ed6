"""Sections of the settings as plain values, for the arguments of components."""

from __future__ import annotations

from typing import Any

from kmetal_network.config.sections.base import Section


def plain(section: Section, *without: str) -> Any:
    """A section as strings, numbers, lists and mappings, under the names of its fields.

    Args:
        section: The section.
        without: Fields that are left out.
    """
    return section.model_dump(mode="json", by_alias=False, exclude=set(without))
