"""The twelve networks made by hand, asked of OVN itself: no expectation there is the model's."""

from __future__ import annotations

from functools import partial

import pytest

from kmetal_network.reach.trace import ending, outcome_of
from tests.kmetal_network.reach.hand import LEAVES, ROUTER, Hand
from tests.kmetal_network.reach.networks import HANDS
from tests.oracle.compare import EXTERNALS, not_at_router
from tests.oracle.local_ovn.ovn import Ovn
from tests.oracle.translate import rows


@pytest.mark.parametrize("hand", HANDS, ids=str)
def test_ovn_itself_says_of_every_path_what_an_engineer_says(ovn: Ovn, hand: Hand) -> None:
    problems = []
    with ovn.network(rows(hand.bodies, hand.pods)) as tracer:
        for path in hand.paths:
            ask = partial(tracer.from_pod, path.source) if path.source else partial(tracer.from_outside, "external")
            text = ask(path.own, path.to, path.port)
            end = ending(text)
            if path.outcome is ROUTER:  # a router answers ping, and drops the rest here or there
                problem = not_at_router(None, end, ask(path.own, path.to, 0))
            else:
                problem = (
                    None if outcome_of(end, EXTERNALS) is path.outcome else f"OVN says {outcome_of(end, EXTERNALS)}"
                )
            # What no one answers for on the VLAN ends in a question for its MAC, which nothing translates.
            if path.outcome is LEAVES and not end.searched and end.source_as != path.source_as:
                problem = f"it leaves as {end.source_as}"
            if " 1500" in path.by and end.priority != 1500:
                problem = f"priority {end.priority} decides"
            if problem:
                problems.append(f"{path}: {problem}\n{text}")
    assert not problems, "\n".join(problems)
