"""Whether MetalLB uses the objects of the cluster: by its own report, its counters, its log."""

from __future__ import annotations

from typing import Any

import pytest

from operations.verify.checks import Check, Verdict
from operations.verify.parts.metallb_configuration import metallb_checks

START = '{"caller":"pool_controller.go:48","controller":"PoolReconciler","level":"info","start reconcile":"/default"}'
END = '{"caller":"pool_controller.go:88","controller":"PoolReconciler","end reconcile":"/default","level":"info"}'
ERROR = (
    '{"caller":"pool_controller.go:81","controller":"PoolReconciler",'
    '"error":"CIDR \\"172.21.204.248/29\\" in pool \\"b\\" overlaps with already defined CIDR \\"172.21.204.248/31\\"",'
    '"level":"error","ts":"2026-11-28T13:55:01Z"}'
)
REFUSAL, TAKEN = f"{START}\n{ERROR}\n{END}", f"{START}\n{END}"
"""Lines of the controller of 0.15.2."""

OVERLAP = (
    "MetalLB's controller refuses it:"
    ' CIDR "172.21.204.248/29" in pool "b" overlaps with already defined CIDR "172.21.204.248/31"'
)


def pool(name: str, addresses: list[str], counted: int | None, **spec: Any) -> dict[str, Any]:
    status = {} if counted is None else {"status": {"assignedIPv4": 1, "availableIPv4": counted - 1}}
    metadata = {"name": name, "namespace": "kmetal-metallb"}
    return {"metadata": metadata, "spec": {"addresses": addresses, **spec}, **status}


def judged(*pools: dict[str, Any], log: str | None = None, state: dict[str, Any] | None = None) -> Check | None:
    seen = {"IPAddressPool": {f"kmetal-metallb/{one['metadata']['name']}": one for one in pools}}
    if state is not None:
        seen["ConfigurationState"] = {"kmetal-metallb/controller": {"status": state}}
    found = list(metallb_checks(seen, log))
    assert len(found) <= 1
    return found[0] if found else None


def test_pools_whose_counters_are_those_of_their_ranges_are_taken() -> None:
    found = judged(pool("a", ["172.21.204.200-172.21.204.250", "172.21.204.0/30"], 55))
    assert found == Check("metallb", "configuration", Verdict.PASS, "taken, by the pools' counters")


@pytest.mark.parametrize(
    ("one", "problem"),
    [
        (pool("a", ["172.21.204.200/30"], 51), "IPAddressPool a holds 4 IPv4 addresses, and MetalLB counts 51"),
        (pool("a", ["172.21.204.200/30"], None), "IPAddressPool a has no counters, so MetalLB does not work with it"),
    ],
)
def test_a_pool_with_the_counters_of_another_range_or_none_was_not_taken(one: dict[str, Any], problem: str) -> None:
    found = judged(one, pool("b", ["172.21.204.8/31"], 2))
    assert found is not None
    assert (found.verdict, found.seen) == (Verdict.FAIL, problem)
    assert "until then no edit of any pool has an effect" in found.remedy


def test_addresses_that_metallb_leaves_out_are_not_counted() -> None:
    found = judged(pool("a", ["172.21.204.0/24"], 254, avoidBuggyIPs=True))
    assert found is not None
    assert found.verdict is Verdict.PASS


def test_pools_that_cannot_be_read_are_the_laws_matter() -> None:
    found = judged(pool("a", ["nonsense"], 3))
    assert found is not None
    assert found.verdict is Verdict.PASS


def test_ipv6_addresses_are_not_in_the_ipv4_counters() -> None:
    found = judged(pool("a", ["172.21.204.0/30", "2001:db8::/120"], 4))
    assert found is not None
    assert found.verdict is Verdict.PASS


def test_the_log_says_why_even_where_the_counters_are_right() -> None:
    found = judged(pool("a", ["172.21.204.200/30"], 4), log=f"{TAKEN}\n{REFUSAL}\n")
    assert found is not None
    assert (found.verdict, found.seen) == (Verdict.FAIL, OVERLAP)


def test_a_refusal_that_was_mended_later_is_history() -> None:
    found = judged(pool("a", ["172.21.204.200/30"], 4), log=f"{REFUSAL}\n{TAKEN}\n")
    assert found is not None
    assert found.verdict is Verdict.PASS


def test_lines_of_others_in_the_log_say_nothing_of_the_configuration() -> None:
    others = 'W1128 watch ended with error\n{"controller":"ServiceReconciler","level":"error","error":"no"}\n[1]\n'
    found = judged(pool("a", ["172.21.204.200/30"], 4), log=others)
    assert found is not None
    assert found.verdict is Verdict.PASS


def test_metallbs_own_report_names_the_reason() -> None:
    state = {"result": "Invalid", "errorSummary": "pool b overlaps"}
    found = judged(pool("a", ["172.21.204.200/30"], 4), state=state)
    assert found is not None
    assert (found.verdict, found.seen) == (Verdict.FAIL, "controller refuses it: pool b overlaps")


def test_metallbs_own_report_that_all_is_valid_is_the_proof() -> None:
    found = judged(pool("a", ["172.21.204.200/30"], 4), state={"result": "Valid"})
    assert found == Check("metallb", "configuration", Verdict.PASS, "taken, by ConfigurationState")


def test_where_no_pool_has_counters_nothing_is_known() -> None:
    found = judged(pool("a", ["172.21.204.200/30"], None))
    assert found is not None
    assert found.verdict is Verdict.UNSEEN


def test_without_pools_there_is_nothing_to_say() -> None:
    assert judged() is None
