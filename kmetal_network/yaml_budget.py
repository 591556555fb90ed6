"""Checks that a YAML stream keeps a budget, before anything is composed from it.

libyaml composes nested collections by recursion, so deep nesting crashes the process. An alias multiplies what it
names. An integer of many digits costs the square of its length. A parser event costs the same whatever follows it, so
the budget is counted on events.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from kmetal_network.errors import Finding, OperatorError

DEPTH: Final = 64
"""Levels of nesting. Objects of Kubernetes come nowhere near; an alias to its own parent never ends."""

BYTES: Final = 32 * 1024 * 1024
"""Length of one stream in UTF-8. `kubectl get -A -o yaml` of one kind stays below."""

NODES: Final = 500_000
"""Values of one stream as they are written; about 200 MB when composed."""

ADDED: Final = 100_000
"""Values that aliases and merge keys may add to those that are written."""

ALIASES: Final = 10_000
"""Aliases in one stream."""

DIGITS: Final = 64
"""Characters of a number, in any base. Kubernetes' integers have 20 at most."""

_NUMBER: Final = re.compile(
    r"[-+]?(?:[0-9][0-9_:]*|0o[0-7_]+|0x[0-9a-fA-F_]+|0b[01_]+|[0-9]*\.?[0-9]*(?:[eE][-+]?[0-9]+)?)"
)
_NUMERIC_TAGS: Final = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")

ENDLESS: Final = f"nested deeper than {DEPTH} levels, or inside itself"
FLAT: Final = "write it flat, without an alias to what holds it"


class BudgetError(OperatorError):
    """A stream that costs more than anything written for Kubernetes does."""


@dataclass(slots=True)
class _Size:
    """What one value holds when every alias is written out."""

    values: int = 1
    height: int = 0
    """Levels below it."""

    def add(self, other: _Size) -> None:
        self.values += other.values
        self.height = max(self.height, other.height + 1)


@dataclass(slots=True)
class _Open:
    """A collection that has not ended yet."""

    anchor: str | None
    mapping: bool
    size: _Size = field(default_factory=_Size)
    entries: int = 0
    """Keys and values so far."""
    merges: bool = False
    """The next value follows `<<`, or is an entry of a list that does: it is merged, not nested."""


def hold_to_budget(text: str, name: str, loader: type[Any]) -> int:
    """The number of values that a stream writes; refuses one too large, too deep, or that grows by its aliases.

    Args:
        text: the stream.
        name: the file, for the finding's place.
        loader: PyYAML's loader class by which it will be read.

    Raises:
        BudgetError: the first thing over the budget, with its line.
        yaml.YAMLError: it is not YAML.
    """
    if len(text) > BYTES or (len(text) * 4 > BYTES and len(text.encode("utf-8", "surrogatepass")) > BYTES):
        raise _error(name, 0, f"longer than {BYTES // 1024 // 1024} MiB", "split it into several files")
    return _Count(name).run(yaml.parse(text, Loader=loader))


class _Count:
    """The budget's state while events pass by."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._open: list[_Open] = []
        self._anchors: dict[str, _Size] = {}
        self._nodes = 0
        self._aliases = 0
        self._expanded = 0

    def run(self, events: Iterator[Any]) -> int:
        """Count them all; how many values there are."""
        for event in events:
            if isinstance(event, yaml.AliasEvent):
                self._alias(event)
            elif isinstance(event, yaml.NodeEvent):
                self._node(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._close(event)
            elif isinstance(event, yaml.DocumentStartEvent):
                self._anchors.clear()
        return self._nodes

    def _line(self, event: Any) -> int:
        return int(event.start_mark.line) + 1

    def _node(self, event: Any) -> None:
        self._nodes += 1
        if self._nodes > NODES:
            raise _error(self._name, self._line(event), f"more than {NODES:,} values", "split it into several files")
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
            size = _Size()
            if event.anchor is not None:
                self._anchors[event.anchor] = size
            self._entry(size, event)
            return
        if len(self._open) > DEPTH:
            raise _error(self._name, self._line(event), ENDLESS, FLAT)
        merged = bool(self._open) and self._open[-1].merges
        self._open.append(_Open(event.anchor, isinstance(event, yaml.MappingStartEvent), merges=merged))
        if event.anchor is not None:
            self._anchors.pop(event.anchor, None)  # open: an alias to it is an alias to what holds it

    def _close(self, event: Any) -> None:
        closed = self._open.pop()
        if closed.anchor is not None:
            self._anchors[closed.anchor] = closed.size
        self._entry(closed.size, event)

    def _alias(self, event: Any) -> None:
        self._aliases += 1
        if self._aliases > ALIASES:
            problem = f"more than {ALIASES:,} aliases"
            raise _error(self._name, self._line(event), problem, "write out what they name")
        if any(entry.anchor == event.anchor for entry in self._open) and event.anchor not in self._anchors:
            raise _error(self._name, self._line(event), ENDLESS, FLAT)
        size = self._anchors.get(event.anchor, _Size())  # an anchor that is not there is the composer's to name
        if self._open and self._open[-1].merges:
            size = _Size()  # its keys are merged, not nested; the reader counts them
        if len(self._open) + size.height > DEPTH:
            raise _error(self._name, self._line(event), ENDLESS, FLAT)
        self._entry(size, event)

    def _entry(self, size: _Size, event: Any) -> None:
        """One value has ended; it belongs to the collection that is open."""
        if not self._open:
            self._expanded += size.values
            return
        top = self._open[-1]
        top.entries += 1
        top.size.add(size)
        if self._expanded + top.size.values - self._nodes > ADDED:
            raise _multiplied(self._name, self._line(event))
        if top.mapping:
            key = top.entries % 2 == 1
            top.merges = key and isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0]

    def _scalar(self, event: Any) -> None:
        text = event.value
        if len(text) <= DIGITS or not (event.implicit[0] or event.tag in _NUMERIC_TAGS):
            return
        if event.tag in _NUMERIC_TAGS or _NUMBER.fullmatch(text):
            digits = sum(map(str.isalnum, text))
            problem = f"a number of {digits:,} digits, {text[:12]}..."
            raise _error(self._name, self._line(event), problem, f"write at most {DIGITS}, or text in quotes")


def _error(name: str, line: int, problem: str, remedy: str) -> BudgetError:
    place = f"{name}:{line}" if line else name
    return BudgetError([Finding(place=place, problem=problem, remedy=remedy)])


def _multiplied(name: str, line: int) -> BudgetError:
    problem = f"its aliases and merge keys add more than {ADDED:,} values"
    return _error(name, line, problem, "write out what is meant, in several files")


class Spending:
    """Counts values while they are built, which is where merge keys multiply."""

    def __init__(self, name: str, written: int) -> None:
        self._name = name
        self._left = written + ADDED

    def spend(self, values: int, line: int) -> None:
        """Count some values.

        Raises:
            BudgetError: they are more than a stream may hold.
        """
        self._left -= values
        if self._left < 0:
            raise _multiplied(self._name, line)
