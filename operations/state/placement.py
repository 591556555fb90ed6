"""Makes sure that a stack's state holds what its part of the environment holds, before the engine goes by it."""

from __future__ import annotations

from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.finding_codes.codes import CELLS
from operations.state.stack_state import State


def make_sure_of_placement(environment: Environment, state: State, cells: int | None = None) -> None:
    """Refuse a state that was not moved when the number of cells changed: the engine would delete live tenants.

    Args:
        environment: what the stack holds of its environment, by the settings.
        state: the stack's.
        cells: of the environment, as the state of its platform says; None where that was not read.

    Raises:
        OperatorError: it holds tenants of another stack, or the platform was applied with another number of cells.
    """
    part, whole = environment.part, environment.whole or environment
    declared = {tenant.name for tenant in whole.settings.tenants}
    moved = sorted(name for name in state.tenants & declared if not part.has_tenant(name))
    wanted = whole.settings.cells
    recorded = state.cells if part.has_platform else cells
    if moved:
        named = ", ".join(moved[:3]) + (f" and {len(moved) - 3} more" if len(moved) > 3 else "")  # noqa: PLR2004
        problem = f"its state holds {named}, which with {wanted} cells belong to other stacks"
    elif recorded not in (None, wanted):
        problem = f"the environment was applied with {recorded or 'no'} cells, and the settings say {wanted or 'none'}"
    else:
        return
    remedy = f"run `kmetal-network cells {part.environment}`, which moves the states and touches no object"
    raise OperatorError([Finding(place=f"stack {part.stack}", problem=problem, remedy=remedy, rule=CELLS)])
