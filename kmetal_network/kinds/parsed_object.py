"""One object, with its parts, as a reader of its kind gets it."""

from __future__ import annotations

from dataclasses import dataclass, field

from kmetal_network.facts.lenient_fields import Fields, Note
from kmetal_network.facts.unknown import UNKNOWN, Maybe, Unknown


@dataclass(frozen=True, slots=True)
class ParsedObject:
    """One object, taken apart."""

    place: str
    name: str
    namespace: Maybe[str]
    top: Fields
    metadata: Fields
    spec: Fields
    patch: bool
    notes: list[Note] = field(repr=False)

    @property
    def absent(self) -> Unknown | None:
        """What a missing field means: nothing there, or in a patch that others decide it.

        A field of which a law needs a literal stays None in a patch, and the fact says that it is one: `UNKNOWN` there
        is a value that was written and can't be judged.
        """
        return UNKNOWN if self.patch else None
