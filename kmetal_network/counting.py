"""Numbers in sentences."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """`1 pod`, `2 pods`, `1,000 pods`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
