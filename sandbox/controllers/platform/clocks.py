"""The clocks of a process: what happens without any change of an object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.controllers.names import JOIN
from sandbox.controllers.nat import recount_later
from sandbox.controllers.platform.gateway_labels import STRIPPER_TICK, strip_labels
from sandbox.controllers.platform.provider_networks import tick_networks

if TYPE_CHECKING:
    from sandbox.controllers.runtime.process import Process

FIRST_TICK: Final = 3.0


def start_clocks(process: Process) -> None:
    """Start the clocks of a new process."""
    process.do("platform", tick_networks, "clock", FIRST_TICK)
    process.do("platform", tick_join, "clock", FIRST_TICK)
    process.do("platform", strip_labels, "clock", STRIPPER_TICK)


def tick_join(process: Process, key: str) -> None:
    """Count the join Subnet once, late, as recorded."""
    del key
    if JOIN in process.cache["Subnet"]:
        recount_later(process, JOIN)
