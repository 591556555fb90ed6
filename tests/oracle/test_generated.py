"""Every verdict of the model against OVN's own trace, over networks that Hypothesis makes.

By night (`make sweep`): 500 networks and more. In the fast tier about a thousand traces.
"""

from __future__ import annotations

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from tests.oracle.check import Count, compared
from tests.oracle.local_ovn.ovn import Ovn
from tests.oracle.networks import World, worlds

FEW, MANY = 25, 600
_UNHURRIED = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


def _agree(ovn: Ovn, examples: int) -> Count:
    count = Count()

    @settings(max_examples=examples, deadline=None, derandomize=examples == FEW, suppress_health_check=_UNHURRIED)
    @given(worlds())
    def every_verdict_is_ovns(world: World) -> None:
        found = compared(ovn, world, count)
        objects = {f"{body['kind']} {body['metadata']['name']}": body["spec"] for body in world.bodies}
        assert not found, f"{yaml.safe_dump(objects)}\n{found[0]}"

    every_verdict_is_ovns()
    return count


def test_model_and_ovn_agree_on_a_thousand_traces(ovn: Ovn) -> None:
    count = _agree(ovn, FEW)

    assert count.traces >= 1_000
    assert count.not_known < count.traces / 5, "a model that knows nothing agrees with everybody"


@pytest.mark.sandbox  # for its time alone
@pytest.mark.sweep
def test_model_and_ovn_agree_on_twenty_thousand_traces(ovn: Ovn) -> None:
    count = _agree(ovn, MANY)

    assert count.networks >= 500
    assert count.traces >= 20_000
    assert count.not_known < count.traces / 5
