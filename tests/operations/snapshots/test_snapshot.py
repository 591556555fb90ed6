"""A snapshot says of a plan what the cluster would have said, holds nothing else of it, and is named when it is old."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

import pytest

from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import OperatorError
from kmetal_network.live.redaction import READ, redacted
from kmetal_network.plan.model import Plan, Verdict
from kmetal_network.plan.offline import offline_plan
from operations.impact.plan import OWN_KINDS
from operations.snapshots.command import taken, text_of
from operations.snapshots.recorded import Snapshot, looked_up, parsed
from tests.kmetal_network.comment.stories import PODS
from tests.kmetal_network.plan.as_engine import Cluster, pod, previewed, service, without_urns
from tests.kmetal_network.plan.cases import (
    MOVED_BLOCK,
    MOVED_EGRESS,
    NEW_TENANT,
    OTHER_NIC,
    SMALLER_POOL,
    environment,
)

UID: Final = "0e9bb2f4-93a6-4a4e-8a4b-6f3f0d6b9c52"
"""Of `Pulumi.prod.yaml`, and of the cluster of `as_engine`."""
DAY: Final = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)

PLANE: Final = {
    "metadata": {"name": "main", "namespace": "tenant-umbrella"},
    "spec": {"networkProfile": {"address": "172.21.213.2"}},
}


def snapshot(stands: Environment, **more: list[Mapping[str, Any]]) -> Snapshot:
    """Of a cluster that holds what stands; through the file and back."""
    made = taken(Cluster(stands, **more).view, DAY)
    return parsed(text_of(made).encode(), "snapshots/prod.json")


def offline(head: Environment, base: Environment, kept: Snapshot, *, days: int = 0) -> Plan:
    """The plan from settings, with the snapshot that many days old."""

    def look(made: Any) -> Any:
        return looked_up(kept, head, made, DAY + timedelta(days=days))

    return offline_plan(head, base, look=look)


def bare(plan: Plan) -> Plan:
    """Without what names the source of the facts."""
    caveats = tuple(text for text in plan.caveats if "its snapshot of" not in text)
    return without_urns(Plan(**{**vars(plan), "caveats": caveats, "news": (), "known": ()}))


PINNED_FIRST: Final = ("      egressAddress: 77.220.70.20\n", "")

CASES: Final[Mapping[str, tuple[Any, Any, dict[str, list[Any]], Verdict]]] = {
    "a Subnet is replaced under pods": (environment(), environment(MOVED_BLOCK), {"IP": PODS}, Verdict.REFUSED),
    "a Subnet without pods is replaced": (environment(), environment(MOVED_BLOCK), {}, Verdict.WINDOW),
    "a NIC is renamed under pods": (environment(), environment(OTHER_NIC), {"IP": PODS}, Verdict.REFUSED),
    "a router gets another address": (environment(), environment(MOVED_EGRESS), {"IP": PODS}, Verdict.REFUSED),
    "an address is pinned that the router does not have": (
        environment(PINNED_FIRST),
        environment(),
        {"IP": PODS},
        Verdict.REFUSED,
    ),
    "a pool gives up addresses in use": (
        environment(),
        environment(SMALLER_POOL),
        {"Service": [service("tenant-umbrella/main", "172.21.213.2")], "TenantControlPlane": [PLANE]},
        Verdict.REFUSED,
    ),
    "a pool gives up addresses that no one has": (environment(), environment(SMALLER_POOL), {}, Verdict.IN_PLACE),
    "a tenant with a running pod goes": (
        environment(NEW_TENANT),
        environment(),
        {
            "IP": [pod("beta-main-subnet", "tenant-beta", "main-1")],
            "Pod": [{"metadata": {"name": "main-1", "namespace": "tenant-beta"}, "status": {"phase": "Running"}}],
        },
        Verdict.REFUSED,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_with_a_snapshot_an_offline_preview_says_what_one_on_the_cluster_says(case: str) -> None:
    base, head, more, verdict = CASES[case]
    live = previewed(head, base, Cluster(base, **more))
    plan = offline(head, base, snapshot(base, **more))
    assert plan.verdict is verdict
    assert bare(plan) == bare(live)
    assert plan.caveats[-1] == ("what changed in the cluster since its snapshot of 2026-11-20, which is 0 days old")


def test_a_snapshot_of_eight_days_decides_nothing_and_is_named_with_its_age() -> None:
    base, head = environment(), environment(MOVED_BLOCK)
    assert offline(head, base, snapshot(base), days=7).verdict is Verdict.WINDOW
    plan = offline(head, base, snapshot(base), days=8)
    assert plan.verdict is Verdict.UNKNOWN
    [unseen] = plan.unseen
    assert unseen == (
        "what changed in the cluster since its snapshot of 2026-11-20, which is 8 days old:"
        " `kmetal-network snapshot prod` takes a new one"
    )


def test_an_old_snapshot_still_refuses_what_it_knows_to_harm() -> None:
    base, head = environment(), environment(MOVED_BLOCK)
    plan = offline(head, base, snapshot(base, IP=PODS), days=30)
    assert (plan.verdict, len(plan.cut_off)) == (Verdict.REFUSED, 2)


def test_a_change_that_needs_no_fact_of_the_cluster_does_not_mention_the_snapshot() -> None:
    base, head = environment(), environment(NEW_TENANT)
    assert offline(head, base, snapshot(base), days=30) == offline_plan(head, base)


def test_the_snapshot_of_another_cluster_counts_for_nothing() -> None:
    base, head = environment(), environment(MOVED_BLOCK)
    other = snapshot(base).model_copy(update={"cluster": "5d0c1c0e"})
    plan = offline(head, base, other)
    assert plan.verdict is Verdict.UNKNOWN
    assert plan.risks == ()
    assert plan.unseen == (
        "which pods have an address of Subnet initech-batch-subnet, which is replaced",
        f"the cluster, since snapshots/prod.json is of the cluster 5d0c1c0e, and the settings name {UID}",
    )


def test_the_kinds_of_a_snapshot_are_those_that_the_check_of_a_plan_reads_and_nodes() -> None:
    assert set(READ) == {*OWN_KINDS, "IP", "Pod", "Service", "TenantControlPlane", "Node"}


def test_nothing_but_names_our_labels_and_the_fields_that_are_read_gets_into_the_file() -> None:
    labels = {"kmetal-network/stack": "prod", "kmetal-network/tenant": "initech", "app": "hidden"}
    metadata = {"annotations": {"token": "hidden"}, "labels": labels, "uid": "hidden", "managedFields": [{"hidden": 1}]}
    namespace = {"metadata": {**metadata, "name": "tenant-initech"}, "spec": {"finalizers": ["hidden"]}}
    running = {
        "metadata": {**metadata, "name": "main-1", "namespace": "tenant-initech"},
        "spec": {"containers": [{"name": "vm", "env": [{"name": "PASSWORD", "value": "hidden"}]}]},
        "status": {"phase": "Running", "podIP": "hidden"},
    }
    ended = {
        **running,
        "metadata": {**metadata, "name": "job", "namespace": "tenant-initech"},
        "status": {"phase": "Failed"},
    }
    elsewhere = {**running, "metadata": {"name": "dns", "namespace": "kube-system"}}
    ports = [{"ip": "172.21.213.2", "ports": "hidden"}]
    shown = {"metadata": {"name": "main", "namespace": "x"}, "status": {"loadBalancer": {"ingress": ports}}}
    secret = {"metadata": {"name": "s", "namespace": "x"}, "data": {"password": "hidden"}}
    found = redacted(
        {
            "Namespace": {"tenant-initech": namespace, "kube-system": {"metadata": {"name": "kube-system"}}},
            "Pod": {"tenant-initech/main-1": running, "tenant-initech/job": ended, "kube-system/dns": elsewhere},
            "Service": {"x/main": shown, "x/other": {"metadata": {"name": "other", "namespace": "x"}}},
            "Secret": {"x/s": secret},
        }
    )
    ours = {"kmetal-network/stack": "prod", "kmetal-network/tenant": "initech"}
    assert found == {
        "Namespace": [{"metadata": {"name": "tenant-initech", "labels": ours}}],
        "Pod": [
            {
                "metadata": {"name": "main-1", "namespace": "tenant-initech", "labels": ours},
                "status": {"phase": "Running"},
            }
        ],
        "Service": [
            {
                "metadata": {"name": "main", "namespace": "x"},
                "status": {"loadBalancer": {"ingress": [{"ip": "172.21.213.2"}]}},
            }
        ],
    }
    assert "hidden" not in json.dumps(found)


def test_the_same_objects_in_another_order_give_the_same_file() -> None:
    made = partial(snapshot, environment())
    assert text_of(made(IP=PODS)) == text_of(made(IP=PODS[::-1]))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "the file: Invalid JSON"),
        (b'{"cluster": "a", "objects": {}}', "taken: Field required"),
        (b'{"cluster": "a", "taken": "2026-11-20", "objects": {}}', "taken: Input should have timezone info"),
    ],
)
def test_a_file_that_is_no_snapshot_is_named(text: bytes, said: str) -> None:
    with pytest.raises(OperatorError) as caught:
        parsed(text, "snapshots/prod.json")
    assert str(caught.value).startswith(f"snapshots/prod.json: is no snapshot ({said}")
    assert str(caught.value).endswith("write it anew with `kmetal-network snapshot`")
