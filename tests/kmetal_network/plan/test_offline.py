"""What a change of settings does, without a cluster: objects, verdict, addresses, and what only a cluster knows."""

from __future__ import annotations

from typing import Any

import pytest

from kmetal_network.plan.model import Plan, Verdict
from kmetal_network.plan.offline import offline_plan
from tests.kmetal_network.plan.cases import (
    FEWER_DROPS,
    LARGER_POOL,
    MOVED_BLOCK,
    MOVED_EGRESS,
    NEW_TENANT,
    OTHER_MTU,
    OTHER_NIC,
    OTHER_VLAN,
    SECOND_CLUSTER,
    SMALLER_POOL,
    environment,
    planned,
)


def done(plan: Plan) -> list[str]:
    """Each change as `operation Kind key`."""
    return [f"{change.operation} {change.name}" for change in plan.changes]


def values(plan: Plan) -> list[tuple[str, str, Any, Any]]:
    """Each changed field of objects that stay: path, kind, before, after."""
    return [(one.path, one.kind, one.before, one.after) for change in plan.changes for one in change.fields]


def test_settings_that_are_the_same_do_nothing() -> None:
    plan = planned()
    assert (plan.verdict, plan.changes, plan.digest) == (Verdict.NOTHING, (), "none")
    assert plan.unchanged > 50


def test_a_new_tenant_only_adds_and_is_shown_in_the_order_in_which_it_is_made() -> None:
    plan = planned(NEW_TENANT)
    assert plan.verdict is Verdict.ADDS
    assert done(plan) == [
        "create Namespace tenant-beta",
        "create ResourceQuota tenant-beta/beta-quota",
        "create RoleBinding tenant-beta/beta-kmetal-cluster-manager",
        "create Vpc beta-vpc",
        "create NetworkAttachmentDefinition tenant-beta/beta-main-net",
        "create Subnet beta-main-subnet",
        "create OvnSnatRule beta-snat-main",
    ]
    assert (plan.touched, plan.moves, plan.unseen) == (("beta",), (), ())
    taken = {supply.name: (supply.taken_before, supply.taken_after, supply.left) for supply in plan.supplies}
    assert taken == {
        "egress addresses, 77.220.70.0/24": (2, 3, 235),
        "control planes, MetalLB's pools": (3, 4, 212),
        "Vpcs (slow beyond that)": (2, 3, 1437),
    }


def test_a_second_cluster_only_adds_and_takes_no_further_egress_address() -> None:
    plan = planned(SECOND_CLUSTER)
    assert plan.verdict is Verdict.IN_PLACE
    assert done(plan) == [
        "update ResourceQuota tenant-umbrella/umbrella-quota",
        "create NetworkAttachmentDefinition tenant-umbrella/umbrella-test-net",
        "create Subnet umbrella-test-subnet",
        "create OvnSnatRule umbrella-snat-test",
    ]
    assert values(plan) == [('spec.hard["services.loadbalancers"]', "update", "1", "2")]


def test_a_removed_tenant_is_deleted_in_reverse_and_its_pods_are_not_known() -> None:
    plan = offline_plan(environment(), environment(NEW_TENANT))
    assert done(plan)[0] == "delete OvnSnatRule beta-snat-main"
    assert done(plan)[-1] == "delete Namespace tenant-beta"
    assert plan.verdict is Verdict.UNKNOWN
    assert plan.unseen == (
        "which pods have an address of Subnet beta-main-subnet, which is deleted",
        "which pods run in Namespace tenant-beta, which is deleted",
    )


def test_a_block_that_moves_replaces_the_subnet_and_its_snat_rule_with_both_values() -> None:
    plan = planned(MOVED_BLOCK)
    assert done(plan) == ["replace Subnet initech-batch-subnet", "replace OvnSnatRule initech-snat-batch"]
    assert ("spec.cidrBlock", "update", "10.100.4.0/22", "10.100.8.0/22") in values(plan)
    assert [one.path for change in plan.changes for one in change.fields if one.forces] == ["spec.cidrBlock"]
    assert [(move.who, move.before, move.after) for move in plan.moves] == [
        ("initech/batch", "10.100.4.0/22", "10.100.8.0/22")
    ]


def test_another_egress_address_replaces_the_router_with_all_that_is_behind_it() -> None:
    plan = planned(MOVED_EGRESS)
    assert done(plan) == [
        "replace OvnEip initech-vpc-external",
        "replace Vpc initech-vpc",
        "replace Subnet initech-prod-subnet",
        "replace OvnSnatRule initech-snat-prod",
        "replace Subnet initech-batch-subnet",
        "replace OvnSnatRule initech-snat-batch",
    ]
    assert [(move.who, move.what, move.before, move.after) for move in plan.moves] == [
        ("initech", "egress address", "77.220.70.20", "77.220.70.21")
    ]
    assert plan.unseen == ("which pods use initech-vpc, whose router is replaced",)


def test_an_address_that_is_pinned_for_the_first_time_may_be_the_one_that_the_router_has() -> None:
    pinned = ("    - name: umbrella\n", "    - name: umbrella\n      egressAddress: 77.220.70.30\n")
    plan = planned(pinned)
    assert done(plan) == ["create OvnEip umbrella-vpc-external"]
    assert plan.verdict is Verdict.UNKNOWN
    assert plan.unseen == (
        "which egress address umbrella-vpc has now: pinning another one replaces the router and its Subnets",
    )


def test_another_provider_nic_says_what_no_preview_sees() -> None:
    plan = planned(OTHER_NIC)
    assert "replace ProviderNetwork provider" in done(plan)
    assert plan.unseen == ("which pods leave over ProviderNetwork provider, which is replaced",)
    assert [text.partition(":")[0] for text in plan.caveats] == [
        "whether each node has a NIC bond2.422",
        "all nodes of the provider network lose their bridge at once, also those whose NIC stays the same",
    ]


@pytest.mark.parametrize(
    ("edit", "verdict", "unseen"),
    [
        (LARGER_POOL, Verdict.IN_PLACE, ()),
        (
            SMALLER_POOL,
            Verdict.UNKNOWN,
            ("who holds an address that IPAddressPool kmetal-metallb/tenant-cp-pool gives up",),
        ),
        (OTHER_MTU, Verdict.IN_PLACE, ()),
        (OTHER_VLAN, Verdict.WINDOW, ()),
    ],
    ids=["a larger pool", "a smaller pool", "another MTU", "another VLAN id"],
)
def test_only_a_pool_that_gives_addresses_up_asks_who_has_them(
    edit: tuple[str, str], verdict: Verdict, unseen: tuple[str, ...]
) -> None:
    plan = planned(edit)
    assert (plan.verdict, plan.unseen) == (verdict, unseen)


def test_a_drop_that_is_taken_away_opens_a_path_and_says_where_it_was_written() -> None:
    plan = planned(FEWER_DROPS)
    [risk] = plan.risks
    assert (risk.rule, risk.names, risk.tenants) == ("OPENS", ("initech",), ("initech",))
    assert risk.problem == (
        "a path opens towards the platform: initech to management VLAN 172.21.212.0/23; control-plane addresses"
        " 172.21.213.0-172.21.213.199, 172.21.213.240/28: before dropped by Vpc initech-vpc spec.policyRoutes[1]:"
        " priority 1500, drop ip4.dst == 172.21.212.0/23; now leaves towards the physical gateway by Vpc initech-vpc"
        " spec.staticRoutes[0]: 0.0.0.0/0 via 77.220.70.1"
    )
    assert risk.place == "Pulumi.prod.yaml:76 tenants[0]"
    assert plan.verdict is Verdict.IN_PLACE, "an `up` would apply it"


def test_a_drop_that_is_covered_by_a_wider_one_opens_nothing() -> None:
    assert planned(("drop: [172.21.212.0/23, 10.16", "drop: [172.21.0.0/16, 10.16")).risks == ()
    [risk] = planned(("drop: [172.21.212.0/23, 10.16", "drop: [172.21.212.0/24, 10.16")).risks
    assert risk.subject == (
        "management VLAN 172.21.213.0/24; control-plane addresses 172.21.213.0-172.21.213.199, 172.21.213.240/28"
    )


def test_a_warning_that_was_there_before_is_reported_from_one_that_the_change_brings() -> None:
    from kmetal_network.laws.registry import judge  # noqa: PLC0415 (one test's need)

    base, head = environment(), environment(FEWER_DROPS)
    old, new = judge(base.facts()), judge(head.facts())
    plan = offline_plan(head, base, warnings=new, before=old)
    assert {one.rule for one in plan.news} == {"NET-418"}
    assert set(plan.known) == set(old)
    assert [one.rule for one in offline_plan(head, base, warnings=new, before=new).news] == []


def test_the_digest_says_what_is_done_and_not_where_it_is_written() -> None:
    plan = planned(MOVED_BLOCK)
    assert len(plan.digest) == 64
    assert planned(MOVED_BLOCK).digest == plan.digest
    assert planned(MOVED_BLOCK, ("# Pools are", "#\n# Pools are")).digest == plan.digest
    assert planned(("cidrBlock: 10.100.4.0/22", "cidrBlock: 10.100.12.0/22")).digest != plan.digest
