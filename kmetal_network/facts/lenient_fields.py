"""Reads an object's fields leniently, and notes everything that has the wrong type.

Laws judge facts. If a value that cannot be read gave no fact, its object would pass. So a wrong value in place of a
text becomes the text of what is there, which the laws refuse by its value. A wrong number or flag becomes `UNKNOWN`,
about which every law decides. The note says what the file really holds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeGuard, TypeVar

from kmetal_network.facts.unknown import UNKNOWN, Maybe, Texts, Unknown
from kmetal_network.yaml_document import Path

_LONGEST: Final = 60
"""Characters of a foreign value that a sentence can bear."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Note:
    """A field that does not have the type its reader needs."""

    path: Path
    problem: str
    remedy: str


def written(value: object) -> str:
    """A value as text, short enough for a sentence; never fails."""
    if isinstance(value, str):
        return value
    try:
        text = json.dumps(value, default=str, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        text = type(value).__name__
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def is_list(value: object) -> TypeGuard[Sequence[object]]:
    """Whether it is a list, whoever made it: the policy SDK's proxies and our YAML reader's tuples included."""
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray))


class Fields:
    """One mapping of an object, its path, and the notes that its readers leave."""

    __slots__ = ("_data", "_notes", "_path")

    def __init__(self, data: object, path: Path, notes: list[Note]) -> None:
        self._path = path
        self._notes = notes
        self._data: Mapping[object, object] | Unknown
        if data is None or data is UNKNOWN or isinstance(data, Mapping):
            self._data = {} if data is None else data
        else:
            self._note((), data, "a mapping", "write keys and values")
            self._data = UNKNOWN

    def raw(self, key: str) -> object:
        """The value as it is; None where it is absent."""
        return UNKNOWN if self._data is UNKNOWN else self._data.get(key)

    def has(self, key: str) -> bool:
        """Whether it has a value, or may have one."""
        return self.raw(key) is not None

    def names(self, key: str) -> bool:
        """Whether the key exists, even without a value, or may exist."""
        return self._data is UNKNOWN or key in self._data

    @property
    def has_any(self) -> bool:
        """Whether it holds anything, or may."""
        return self._data is UNKNOWN or bool(self._data)

    @property
    def unknown(self) -> bool:
        """Whether the whole of it is decided later."""
        return self._data is UNKNOWN

    def text(self, key: str) -> Maybe[str]:
        """A text; anything else becomes its text, and a note."""
        value = self.raw(key)
        if value is None or value is UNKNOWN or isinstance(value, str):
            return value
        self._note((key,), value, "text", "put it in quotes, or write the text that is meant")
        return written(value)

    def number(self, key: str) -> Maybe[int]:
        """A whole number; anything else becomes UNKNOWN, and a note."""
        value = self.raw(key)
        if value is None or value is UNKNOWN:
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, float) and value.is_integer():
            return int(value)
        self._note((key,), value, "a whole number", "write digits without quotes")
        return UNKNOWN

    def flag(self, key: str) -> Maybe[bool]:
        """True or false; anything else becomes UNKNOWN, and a note."""
        value = self.raw(key)
        if value is None or value is UNKNOWN or isinstance(value, bool):
            return value
        self._note((key,), value, "true or false", "write true or false without quotes")
        return UNKNOWN

    def texts(self, key: str) -> Texts | None:
        """A list of texts; None where it is absent."""
        value = self.raw(key)
        if value is None or value is UNKNOWN:
            return value
        if not is_list(value):
            self._note((key,), value, "a list", "write one entry to a line, each after a dash")
            return (written(value),)
        return tuple(self._member(key, index, entry) for index, entry in enumerate(value))

    def _member(self, key: str, index: int, value: object) -> str | Unknown:
        if value is UNKNOWN or isinstance(value, str):
            return value
        self._note((key, index), value, "text", "put it in quotes, or write the text that is meant")
        return written(value)

    def mapping(self, key: str) -> Fields:
        """A mapping, empty where it is absent."""
        return Fields(self.raw(key), (*self._path, key), self._notes)

    def mappings(self, key: str) -> tuple[Fields, ...] | Unknown:
        """A list of mappings, empty where it is absent."""
        value = self.raw(key)
        if value is None or value is UNKNOWN:
            return () if value is None else UNKNOWN
        if not is_list(value):
            self._note((key,), value, "a list", "write one entry to a line, each after a dash")
            return UNKNOWN
        return tuple(Fields(entry, (*self._path, key, index), self._notes) for index, entry in enumerate(value))

    def plain(self) -> Mapping[str, object] | Unknown:
        """The mapping itself, keys as text."""
        return UNKNOWN if self._data is UNKNOWN else {written(key): value for key, value in self._data.items()}

    def _note(self, steps: Path, value: object, wanted: str, remedy: str) -> None:
        self._notes.append(Note((*self._path, *steps), f"{written(value)!r} is not {wanted}", remedy))


def or_default(value: T | None, fallback: T) -> T:
    """The value, or what absence means."""
    return fallback if value is None else value


def as_json(value: object) -> str | Unknown:
    """What somebody wrote as JSON, its keys in order, for a comparison; UNKNOWN where a part is decided later."""
    later: list[object] = []
    text = json.dumps(_plain(value, later), sort_keys=True)
    return UNKNOWN if later else text


def _plain(value: object, later: list[object]) -> object:
    """Mappings and lists of whatever made them as those that JSON knows; what is decided later is put aside."""
    if value is UNKNOWN:
        later.append(value)
    if isinstance(value, Mapping):
        return {written(key): _plain(entry, later) for key, entry in value.items()}
    return [_plain(entry, later) for entry in value] if is_list(value) else written(value)
