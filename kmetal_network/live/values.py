"""Whether a live value is the declared one, as the API server and controllers rewrite it.

Zero values that a controller adds when it writes a whole object count as none, and quantities by what they mean
(docs/evidence/kube-ovn.md#rewrites).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Final, TypeAlias

from kmetal_network.live.managed_fields import Steps

Object: TypeAlias = Mapping[str, Any]

_QUANTITY: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)(m|k|Ki|[MGTPE]i?)?")

_SCALE: Final = {
    "": Fraction(1),
    "m": Fraction(1, 1000),
    "k": Fraction(1000),
    "Ki": Fraction(1024),
    **{unit: Fraction(1000) ** power for power, unit in enumerate("MGTPE", 2)},
    **{f"{unit}i": Fraction(1024) ** power for power, unit in enumerate("MGTPE", 2)},
}


def differences(
    wanted: Object, live: Object, path: Steps = (), *, counted: bool = False
) -> Iterator[tuple[Steps, Any, Any]]:
    """Each field of ours whose value is another: path, ours, theirs (None where there is none)."""
    for key, value in wanted.items():
        there, steps = live.get(key), (*path, key)
        if isinstance(value, Mapping):
            yield from differences(value, there if isinstance(there, Mapping) else {}, steps, counted=counted)
        elif not same(value, there, counted=counted):
            yield steps, value, there


def same(wanted: Any, live: Any, *, counted: bool = False) -> bool:
    """Whether a live value is the declared one; `counted` where texts may be quantities."""
    if isinstance(wanted, Mapping) and isinstance(live, Mapping):
        filled = all(not live[key] for key in live if key not in wanted)
        return (counted or filled) and all(same(wanted[key], live.get(key), counted=counted) for key in wanted)
    if isinstance(wanted, list) and isinstance(live, list):
        return len(wanted) == len(live) and all(
            same(one, other, counted=counted) for one, other in zip(wanted, live, strict=True)
        )
    if counted and isinstance(wanted, str) and isinstance(live, str):
        return _amount(wanted) == _amount(live)
    return bool(wanted == live) or (live is None and not wanted)


def _amount(text: str) -> Fraction | str:
    """A quantity's amount; any other text as it is."""
    match = _QUANTITY.fullmatch(text)
    return Fraction(match[1]) * _SCALE[match[2] or ""] if match else text
