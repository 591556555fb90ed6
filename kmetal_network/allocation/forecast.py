"""When each supply runs out at the rate of the past: plain arithmetic on the days in the lock file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from kmetal_network.allocation.giving import Offered, free
from kmetal_network.allocation.model import Lock, State, Supply
from kmetal_network.config.stackfile import Environment

_FARTHEST: Final = 36_500
"""Days beyond which a date says nothing."""

_MONTH: Final = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast:
    """One supply, today and later."""

    supply: Supply
    size: int
    """Pieces that the supply has."""

    left: int
    """Pieces that can be given today."""

    given: int = 0
    """Pieces given since the first day of the lock file, those of that day left out."""

    days: int = 0
    """Days since that first day."""

    today: date

    @property
    def runs_out(self) -> date | None:
        """The day on which the last one is given; None without a rate, or beyond a hundred years."""
        if self.left == 0:
            return self.today
        if not (self.given and self.days) or (wait := self.left * self.days // self.given) > _FARTHEST:
            return None
        return self.today + timedelta(days=wait)

    def __str__(self) -> str:
        """One line for an operator."""
        head = f"{self.supply}: {self.left} of {self.size} left"
        if self.left == 0:
            return head
        if not (self.given and self.days):
            return f"{head}; no rate yet"
        rate = f"{self.given * _MONTH / self.days:.1f} in {_MONTH} days"
        return (
            f"{head}; at {rate}, the last on {self.runs_out}"
            if self.runs_out
            else f"{head}; at {rate}, beyond a century"
        )


def forecasts(environment: Environment, lock: Lock, offered: Offered, today: date) -> tuple[Forecast, ...]:
    """Each declared supply."""
    found = []
    for supply, whole in offered.items():
        days = [entry.day for entry in lock.of(supply).values() if entry.state is State.GIVEN and entry.day <= today]
        first = min(days, default=today)
        found.append(
            Forecast(
                supply=supply,
                size=len(whole),
                left=len(free(environment, lock, offered, supply, today)),
                given=sum(day > first for day in days),
                days=(today - first).days,
                today=today,
            )
        )
    return tuple(found)
