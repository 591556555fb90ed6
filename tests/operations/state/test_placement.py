"""A state that was not moved when the number of cells changed is refused, whichever stack it is of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kmetal_network.cells import cell_of
from kmetal_network.config.stackfile import load_stack
from kmetal_network.errors import OperatorError
from operations.state.placement import make_sure_of_placement
from operations.state.stack_state import State
from tests.support.stack_project import ROOT

WHOLE, _ = load_stack(ROOT, "dev")
SPLIT = replace(WHOLE, settings=WHOLE.settings.model_copy(update={"cells": 3}))
PLATFORM, MINE, OTHER = (SPLIT.of_stack(cell) for cell in (0, cell_of("alpha", 3), cell_of("alpha", 3) % 3 + 1))


def _state(cells: int, *tenants: str) -> State:
    return State(provider="urn", outputs={"cells": cells} if cells else {}, tenants=frozenset(tenants))


def test_a_state_that_fits_is_not_refused() -> None:
    make_sure_of_placement(PLATFORM, _state(3))
    make_sure_of_placement(MINE, _state(0, "alpha"), 3)
    make_sure_of_placement(MINE, _state(0, "alpha"))
    make_sure_of_placement(OTHER, State(), None)
    make_sure_of_placement(OTHER, _state(0, "of-no-file"), 3)


def test_a_stack_that_holds_a_tenant_of_another_is_refused() -> None:
    with pytest.raises(OperatorError, match=r"its state holds alpha, which with 3 cells belong to other stacks"):
        make_sure_of_placement(OTHER, _state(0, "alpha"), 3)


@pytest.mark.parametrize(("recorded", "said"), [(2, "2 cells"), (0, "no cells")])
def test_a_platform_of_another_number_is_refused_and_so_is_a_cell_that_reads_it_there(recorded: int, said: str) -> None:
    text = rf"the environment was applied with {said}, and the settings say 3; run `kmetal-network cells dev`"
    with pytest.raises(OperatorError, match=text):
        make_sure_of_placement(PLATFORM, _state(recorded))
    with pytest.raises(OperatorError, match=text):  # also before its first `up`, when its own state says nothing
        make_sure_of_placement(MINE, State(), recorded)
