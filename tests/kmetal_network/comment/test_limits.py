"""A comment is never longer than a forge takes, whatever changes, and no risk is left out of it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from kmetal_network.comment.compose import MARKER, compose, marker
from kmetal_network.comment.markdown import code, fenced, plain
from kmetal_network.comment.names import all_but, every
from kmetal_network.comment.overview import Context
from kmetal_network.errors import Finding, Severity
from kmetal_network.plan.model import FieldChange, Plan
from tests.kmetal_network.comment import large
from tests.kmetal_network.comment.stories import CONTEXT
from tests.kmetal_network.plan.cases import MOVED_BLOCK, planned, with_risks

GITHUB = 65_536


@pytest.fixture(scope="module")
def changed() -> Plan:
    """The plan of 300 tenants that all change."""
    return large.plan()


def test_300_tenants_at_once_fit_with_every_risk_there(changed: Plan) -> None:
    [text] = compose([changed, planned(name="dev")], CONTEXT)
    assert len(text) < 60_000
    for number in large.MOVED_UNDER_PODS:
        for worker in (1, 2, 3):
            assert f"`{large.name(number)}/worker-{worker}`" in text
    for index, number in enumerate(large.LOSES_ITS_ADDRESS):
        assert f"| `172.21.214.{7 + index}` | `Service {large.name(number)}/main` |" in text
    names = ", ".join(f"`{large.name(number)}`" for number in large.LOSES_A_DROP)
    assert f"| 18 | {names} | management VLAN `172.21.208.0/20`<br>control-plane addresses " in text
    assert "#### Decide on these (18, none left out)" in text
    assert "all 300 tenants but `customer-101`, `customer-102`, `customer-103`" in text


@pytest.mark.parametrize(
    ("limit", "gone"),
    [
        (60_000, ""),
        (13_200, "the raw diff"),
        (12_500, "the raw diff, pictures"),
        (11_000, "the raw diff, pictures, lists of names"),
        (7_000, "the raw diff, pictures, lists of names, tables of changes"),
    ],
)
def test_what_is_long_is_dropped_in_order_and_the_text_says_so_at_its_top(changed: Plan, limit: int, gone: str) -> None:
    [text] = compose([changed], replace(CONTEXT, limit=limit))
    assert len(text.encode()) <= limit
    notice = f"> Too long for a comment: {gone} are in the run's artifact."
    assert (notice in text) is bool(gone)
    assert text.count("worker-") == 15, "every pod is there"
    assert "plan.json" not in text


def test_risks_that_fit_no_comment_go_on_in_the_next_one(changed: Plan) -> None:
    many = tuple(
        Finding(
            place=f"Pulumi.prod.yaml:{number} tenants[{number}]",
            problem="cut off",
            remedy="stop these pods first",
            rule="CUT-OFF",
            subject=f"Subnet customer-{number:03}-main-subnet",
            names=tuple(f"customer-{number:03}/a-worker-with-a-long-name-{index:04}" for index in range(120)),
            tenants=(f"customer-{number:03}",),
        )
        for number in range(300)
    )
    parts = compose([with_risks(changed, *many)], CONTEXT)
    assert len(parts) > 1
    assert all(len(part.encode()) <= CONTEXT.limit for part in parts)
    assert [part.splitlines()[0] for part in parts] == [MARKER, *(marker(index) for index in range(1, len(parts)))]
    said = "".join(parts)
    for risk in many:
        [line] = [line for line in said.splitlines() if risk.subject in line]
        assert {f"a-worker-with-a-long-name-{index:04}" for index in range(120)} <= set(re.split(r"[ ,;`/]+", line))


def test_one_risk_with_more_names_than_a_comment_has_room_for_is_said_whole() -> None:
    names = tuple(f"tenant-initech/a-pod-with-quite-a-long-name-{index:05}" for index in range(4_000))
    risk = Finding(
        place="p", problem="x", remedy="y", rule="CUT-OFF", subject="Subnet a", names=names, tenants=("initech",)
    )
    parts = compose([with_risks(planned(MOVED_BLOCK), risk)], CONTEXT)
    assert all(len(part.encode()) <= GITHUB for part in parts)
    said = "".join(parts)
    assert all(name.rpartition("/")[2] in said for name in names)


def test_no_value_breaks_out_of_its_place() -> None:
    assert plain("a | b\n@admins <img> [x](y)") == "a \\| b &#64;admins &lt;img&gt; \\[x\\](y)"
    assert code("a`b|c") == "`` a`b\\|c ``"
    assert fenced("```\nx", "diff").startswith("````diff\n")
    evil = "</details>\n<!-- kmetal-network:pull-request -->\n# @all ``` | x"
    plan = planned(MOVED_BLOCK)
    [first, *rest] = plan.changes
    change = replace(first, fields=(FieldChange(path="spec.note", kind="update", before=evil, after=evil + "!"),))
    reported = Finding(place=evil, problem=evil, remedy=evil, rule="NET-201", severity=Severity.ERROR)
    plan = replace(with_risks(plan, reported), changes=(change, *rest), unseen=(evil,))
    [text] = compose([plan], CONTEXT)
    assert [line for line in text.splitlines() if line.startswith("<!--")] == [MARKER, text.splitlines()[-1]]
    outside = re.sub(r"(`+).*?\1", "", text, flags=re.DOTALL)
    assert "@all" not in outside
    assert outside.count("<details>") == outside.count("</details>")


def test_every_name_is_said_and_what_they_share_is_said_once() -> None:
    assert every(["b", "a"]) == "`a`, `b`"
    many = [f"customer-{number}" for number in range(10, 22)]
    assert every(many) == f"`customer-…` {', '.join(map(str, range(10, 22)))}"
    pods = [f"tenant-a/pod-{number}" for number in range(8)] + ["tenant-b/x"]
    assert every(pods) == "`tenant-a/` pod-0, pod-1, pod-2, pod-3, pod-4, pod-5, pod-6, pod-7; `tenant-b/` x"
    assert all_but(many[1:], many) == "all 12 tenants but `customer-10`"
    assert all_but(many[:2], many) == "`customer-10`, `customer-11`"


def test_without_a_plan_of_any_environment_it_is_not_known_for_the_commit() -> None:
    [text] = compose([], Context(head="4c1e9d20f1"))
    assert text.splitlines()[1] == "### ⚫ Not known for `4c1e9d2`: no environment was previewed"
