"""Gateway nodes that left or lost their label are named; only the last one stops a run."""

from __future__ import annotations

from kmetal_network.errors import Severity
from tests.operations.preflight.platform import judged, platform


def test_a_gateway_node_that_left_or_lost_its_label_is_named_and_only_the_last_one_stops() -> None:
    left, off = judged(platform(labels={"w2": "false"}))
    assert left.severity is off.severity is Severity.WARNING
    assert "its label ovn.kubernetes.io/external-gw is 'false'" in left.problem
    assert off.problem == "node w1 is not in the cluster"
    none = judged(platform(labels={}))
    assert [finding.severity for finding in none].count(Severity.ERROR) == 1
    assert any("none of the gateway nodes is in the cluster" in finding.problem for finding in none)
