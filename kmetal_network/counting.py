"""Numbers with nouns, and lists that end early, for sentences."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 pod`, `2 pods`, `1,000 pods`; `plural` where an s does not make it."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def first_few(texts: Iterable[str], most: int = 20) -> str:
    """The first texts with commas between, and that there are more; no more are asked for than one beyond them."""
    named = list(islice(texts, most + 1))
    return ", ".join(named[:most]) + (" and further ones" if len(named) > most else "")
