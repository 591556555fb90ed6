"""Exports for the policy pack what the settings say and no rendered object shows."""

from __future__ import annotations

from typing import Any, Final

from kmetal_network.config.settings import Settings
from kmetal_network.facts.platform import RangeKind

_OUTSIDE: Final = (RangeKind.MANAGEMENT, RangeKind.RESERVED)
"""Ranges that no chart's values name."""


def declared(settings: Settings, *, platform: bool = True) -> dict[str, Any]:
    """The stack output `declared`: ranges, exceptions of `isolation`, and expected paths.

    The chart's ranges are among them where the stack does not install it; else the pack reads them in its values.

    Args:
        settings: the settings.
        platform: whether the stack holds the layers below the tenants, the chart among them.
    """
    facts = settings.facts()
    outside = settings.chart.install == "external" or not platform
    return {
        "ranges": [
            {"name": entry.name, "kind": entry.kind.value, "block": entry.text}
            for entry in facts.ranges
            if outside or entry.kind in _OUTSIDE
        ],
        "exceptions": [{"name": entry.name, "block": entry.text} for entry in facts.exempt],
        "expect": [
            {
                "from": entry.source,
                "to": entry.target,
                "path": "open" if entry.open else "closed",
                "reason": entry.reason,
            }
            for entry in facts.expectations
        ],
    }
