"""A change that needs no fact of the cluster: settings alone and a preview by the engine say the same."""

from __future__ import annotations

import pytest

from kmetal_network.laws.registry import judge
from kmetal_network.plan.model import Verdict
from kmetal_network.plan.offline import offline_plan
from tests.kmetal_network.plan.as_engine import Cluster, pod, previewed, without_urns
from tests.kmetal_network.plan.cases import (
    FEWER_DROPS,
    LARGER_POOL,
    MOVED_BLOCK,
    NEW_TENANT,
    OPEN_TENANT,
    OTHER_MTU,
    OTHER_VLAN,
    SECOND_CLUSTER,
    SMALLER_POOL,
    environment,
)


@pytest.mark.parametrize(
    "edit",
    [NEW_TENANT, OPEN_TENANT, SECOND_CLUSTER, LARGER_POOL, FEWER_DROPS, OTHER_MTU, OTHER_VLAN],
    ids=[
        "new tenant",
        "new tenant without drops",
        "second cluster",
        "larger pool",
        "fewer drops",
        "another MTU",
        "another VLAN id",
    ],
)
def test_settings_alone_say_what_a_preview_says(edit: tuple[str, str]) -> None:
    base, head = environment(), environment(edit)
    live = previewed(head, base, Cluster(base))
    alone = offline_plan(head, base, warnings=judge(head.facts()), before=judge(base.facts()))
    assert without_urns(alone) == without_urns(live)
    assert alone.verdict is live.verdict
    assert live.verdict is not Verdict.UNKNOWN


@pytest.mark.parametrize("edit", [MOVED_BLOCK, SMALLER_POOL], ids=["a block that moves", "a smaller pool"])
def test_where_a_fact_of_the_cluster_decides_settings_alone_say_that_they_do_not_know(edit: tuple[str, str]) -> None:
    base, head = environment(), environment(edit)
    alone = offline_plan(head, base)
    assert alone.verdict is Verdict.UNKNOWN
    assert previewed(head, base, Cluster(base)).verdict is not Verdict.UNKNOWN
    pods = Cluster(base, IP=[pod("initech-batch-subnet", "tenant-initech", "batch-1")])
    assert previewed(environment(MOVED_BLOCK), base, pods).verdict is Verdict.REFUSED


def test_the_digest_that_was_reviewed_is_that_of_the_run_which_does_not_know_the_settings_before() -> None:
    base = environment()
    head = environment(LARGER_POOL, ("podCidr: 10.93.0.0/16", "podCidr: 10.94.0.0/16"))
    reviewed, applied = (previewed(head, base, Cluster(base), reviews=reviews) for reviews in (True, False))
    assert (len(reviewed.opened), len(applied.opened)) == (1, 0), "the range is new, and only the review knows it"
    assert reviewed.digest == applied.digest
    assert reviewed.digest != previewed(environment(LARGER_POOL), base, Cluster(base)).digest
