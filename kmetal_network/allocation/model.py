"""Who has which block or address: the lock file as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final

from kmetal_network.addresses import Span


class Supply(StrEnum):
    """What is given; the names are those of the section `supplies`."""

    BLOCKS = "blocks"
    EGRESS = "egressAddresses"
    CONTROL_PLANES = "controlPlaneAddresses"


class State(StrEnum):
    """What became of a block or address that is not free."""

    GIVEN = "given"
    """The settings have it."""

    RESERVED = "reserved"
    """It waits for its owner, who is not in the settings yet."""

    RELEASED = "released"
    """Its owner is gone, and no one gets it before a date."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """Who has something, since when."""

    state: State
    owners: tuple[str, ...]
    """`<tenant>` of an egress address, else `<tenant>/<cluster>`; several only where the settings said so."""

    day: date
    """When it came into this state."""

    until: date | None = None
    """The day from which a released one may be given again."""

    def quarantined(self, today: date) -> bool:
        """Whether it is kept from everybody."""
        return self.state is State.RELEASED and self.until is not None and today < self.until


Key = tuple[Supply, str]
"""A supply, and a block or address as text."""


@dataclass(frozen=True, kw_only=True)
class Lock:
    """All entries; what is in none of them is free, as far as its supply offers it."""

    entries: Mapping[Key, Entry] = field(default_factory=dict)

    def of(self, supply: Supply) -> dict[str, Entry]:
        """The entries of one supply, by address."""
        found = {text: entry for (one, text), entry in self.entries.items() if one is supply}
        return dict(sorted(found.items(), key=lambda item: order(item[0])))

    def with_entries(self, entries: Mapping[Key, Entry]) -> Lock:
        """The same lock with some entries more, or anew."""
        return replace(self, entries={**self.entries, **entries})

    def held_by(self, supply: Supply, owner: str, state: State) -> str | None:
        """What an owner has out of a supply; the lowest where it is several."""
        return next(
            (text for text, entry in self.of(supply).items() if entry.state is state and owner in entry.owners), None
        )


@lru_cache(maxsize=65_536)
def extent(text: str) -> Span:
    """The addresses of an entry's text."""
    return Span.parse(text)


def order(text: str) -> tuple[int, int]:
    """By address, a block before what is inside it."""
    span = extent(text)
    return span.first, -span.last


def tenant_of(owner: str) -> str:
    """The tenant of an owner."""
    return owner.partition("/")[0]


FREE: Final = "free"
"""What the lock file writes next to a block or address that no one has."""
