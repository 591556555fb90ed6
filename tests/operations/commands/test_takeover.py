"""Handing an object over: what its controllers write meanwhile is no change of it, anything else is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import pytest

from kmetal_network.errors import OperatorError
from operations.commands.takeover import Takeover

READ: dict[str, Any] = {
    "apiVersion": "kubeovn.io/v1",
    "kind": "Subnet",
    "metadata": {"name": "alpha-dev-subnet", "uid": "u", "resourceVersion": "1"},
    "spec": {"cidrBlock": "10.100.0.0/24"},
    "status": {"v4usingIPs": 0},
}


class Busy(Takeover):
    """A cluster in which the object changes before each of the first patches."""

    def __init__(self, *changes: Mapping[str, Any]) -> None:
        self.live, self.changes, self.labels = deepcopy(READ), list(changes), 0

    def patch(self, path: str, operations: Sequence[Mapping[str, Any]], manager: str) -> bool:
        """As the API server: only what was read may be patched."""
        del path, manager
        if self.changes:
            version = str(int(self.live["metadata"]["resourceVersion"]) + 1)
            self.live |= self.changes.pop(0)
            self.live["metadata"] = {**self.live["metadata"], "resourceVersion": version}
        [test, *_] = operations
        self.labels += test["value"] == self.live["metadata"]["resourceVersion"]
        return bool(self.labels)

    def get(self, path: str) -> Mapping[str, Any] | None:
        """The object as it is now."""
        del path
        return self.live or None


def test_an_address_that_is_counted_meanwhile_is_no_change() -> None:
    cluster = Busy({"status": {"v4usingIPs": 1}}, {"status": {"v4usingIPs": 2}})
    cluster.hand_over("/subnets/alpha-dev-subnet", READ, "dev")
    assert cluster.labels == 1


@pytest.mark.parametrize(
    "change",
    [
        {"spec": {"cidrBlock": "10.101.0.0/24"}},
        {"metadata": {**READ["metadata"], "uid": "another"}},
        {"metadata": {**READ["metadata"], "labels": {"kmetal-network/stack": "prod"}}},
    ],
    ids=["another block", "another object", "another stack's"],
)
def test_what_was_judged_and_is_otherwise_now_is_refused(change: Mapping[str, Any]) -> None:
    cluster = Busy(change)
    with pytest.raises(OperatorError, match=r"alpha-dev-subnet: it has changed since it was read; run .* again"):
        cluster.hand_over("/subnets/alpha-dev-subnet", READ, "dev")
    assert cluster.labels == 0


def test_an_object_that_never_rests_is_refused_in_the_end() -> None:
    cluster = Busy(*({"status": {"v4usingIPs": number}} for number in range(100)))
    with pytest.raises(OperatorError, match="it has changed"):
        cluster.hand_over("/subnets/alpha-dev-subnet", READ, "dev")
