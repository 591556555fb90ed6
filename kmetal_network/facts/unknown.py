"""Values that may be known later: `UNKNOWN`, and the types of what is written, absent or decided later."""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal, TypeAlias, TypeVar


class _Unknown(Enum):
    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown.UNKNOWN
"""A value that is decided later than the judgement (an output of a resource that does not exist yet)."""

Unknown: TypeAlias = Literal[_Unknown.UNKNOWN]

UNNAMED: Final = "(name not known yet"
"""How the label of an object begins whose name is decided later."""


def is_named(label: str) -> bool:
    """Whether a fact's name is the object's own, so that a law may speak of its letters."""
    return not label.startswith(UNNAMED)


T = TypeVar("T")

Maybe: TypeAlias = T | Unknown | None
"""Written, unknown yet, or absent."""

Texts: TypeAlias = tuple[str | Unknown, ...] | Unknown


def known(values: Texts | None) -> tuple[str, ...]:
    """The values that are known, none where the whole list is not."""
    return () if values is None or values is UNKNOWN else tuple(value for value in values if isinstance(value, str))


def has_unknown(values: Texts | None) -> bool:
    """Whether the list, or a member, is decided later."""
    return values is UNKNOWN or (values is not None and UNKNOWN in values)
