"""How many steps the engine has in flight.

A step that waits for a controller holds its place, and the engine's default is four places for each core: on two cores
eight Vpcs wait, and everything else behind them. A waiting step costs next to nothing, so what limits the number is the
controller's queue. Kube-OVN has one worker for Vpcs, about 1.25 s each (docs/evidence/kube-ovn.md#size); a Vpc is given
five minutes (`kmetal_network.controller_pace`). With 256 steps in flight the Vpcs at the end of the queue passed that
time; with 128 the last one waits 160 s.
"""

from __future__ import annotations

import os
from typing import Final

STEPS_IN_FLIGHT: Final = 128

_OPERATORS_CHOICE: Final = "PULUMI_PARALLEL"
"""The engine's own variable; who sets it has chosen."""


def steps_in_flight(side_by_side: int = 1) -> int | None:
    """What to ask the engine for; None where the operator has set the engine's own variable.

    Args:
        side_by_side: how many runs share the controller's queue.
    """
    return None if os.environ.get(_OPERATORS_CHOICE) else max(1, STEPS_IN_FLIGHT // side_by_side)
