"""`reach --live --trace` through its one seam, against the local OVN in place of a cluster's."""

from __future__ import annotations

import pytest

from kmetal_network.errors import UnreachableError
from kmetal_network.facts.reader import facts_of
from kmetal_network.reach.table import table
from kmetal_network.reach.verdict import Outcome
from operations.reachability.ovn_commands import run
from operations.reachability.traces import Compared, compare_traces, pod_ports
from tests.kmetal_network.reach.hand import Hand
from tests.kmetal_network.reach.isolation import GUIDE
from tests.kmetal_network.reach.networks import HANDS
from tests.oracle.local_ovn.northbound import Rows
from tests.oracle.local_ovn.ovn import Ovn
from tests.oracle.translate import rows
from tests.support.network.objects import Body, build


def addresses(hand: Hand, made: Rows) -> list[Body]:
    """Kube-OVN's IP objects of a network's pods."""
    return [
        build(
            "IP",
            pod.name,
            {"subnet": pod.subnet, "macAddress": made.mac(pod.port), "v4IpAddress": pod.addresses[0], "podName": "p"},
        )
        for pod in hand.pods
    ]


def compared(ovn: Ovn, hand: Hand, believed: list[Body] | None = None) -> list[Compared]:
    made = rows(hand.bodies, hand.pods)
    facts = facts_of(believed or hand.bodies, whole=True)
    with ovn.network(made):
        return list(compare_traces(table(facts), pod_ports(addresses(hand, made)), ovn.command))


@pytest.mark.parametrize("hand", HANDS, ids=str)
def test_a_live_ovn_agrees_with_the_model_pair_by_pair(ovn: Ovn, hand: Hand) -> None:
    found = compared(ovn, hand)

    assert len(found) >= 3
    assert [entry for entry in found if not entry.agrees] == []


def test_a_router_that_says_otherwise_than_the_objects_is_a_disagreement(ovn: Ovn) -> None:
    believed = [body for body in GUIDE.bodies if body["kind"] != "Vpc"] + without_drop()
    found = compared(ovn, GUIDE, believed)

    wrong = {(entry.place, entry.verdict.outcome, entry.seen) for entry in found if not entry.agrees}
    assert ("physical gateway", Outcome.LEAVES, Outcome.DROPPED) in wrong
    assert {seen for _, _, seen in wrong} == {Outcome.DROPPED}


def without_drop() -> list[Body]:
    """What somebody believes who has not seen the drop."""
    bodies = [body for body in GUIDE.bodies if body["kind"] == "Vpc"]
    return [{**body, "spec": {**body["spec"], "policyRoutes": []}} for body in bodies]


def test_a_program_that_fails_is_an_answer_and_no_traceback() -> None:
    with pytest.raises(UnreachableError, match="failed: "):
        run(["python3", "-c", "raise SystemExit('no such pod')"])
    with pytest.raises(UnreachableError, match="cannot be run"):
        run(["no-such-kubectl"])
