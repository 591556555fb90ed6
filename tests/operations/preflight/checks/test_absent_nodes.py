"""Nodes that the provider network names and the cluster has not."""

from __future__ import annotations

from kmetal_network.errors import Severity
from operations.preflight.check import Preflight
from operations.preflight.checks.absent_nodes import CHECK
from tests.operations.preflight.checks.named_nodes import named
from tests.operations.preflight.platform import node
from tests.support.fake_cluster import FakeCluster


def test_nodes_that_are_named_and_not_there_are_a_warning_since_they_may_be_yet_to_come() -> None:
    found = [*CHECK.findings(Preflight(environment=named(), view=FakeCluster(Node=[node("c1"), node("w2")]).view))]

    assert [(one.place.rpartition(".")[2], one.problem, one.severity) for one in found] == [
        ("excludeNodes", "node c2 is not in the cluster", Severity.WARNING),
        ("customInterfaces", "node w3 is not in the cluster", Severity.WARNING),
    ]
