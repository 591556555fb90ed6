"""How long a plan takes, against what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from operations.engine.events import Outcome, Step
from operations.progress.pace import Pace

URN = "urn:pulumi:dev::kmetal-network::kmetal:network:TenantNetwork$kubernetes:"
KINDS = ("core/v1:Namespace", "kubeovn.io/v1:Vpc", "k8s.cni.cncf.io/v1:NetworkAttachmentDefinition")
KINDS += ("kubeovn.io/v1:Subnet", "kubeovn.io/v1:OvnSnatRule")


def tenants(number: int, operation: str, *, platform: int = 32) -> Outcome:
    """A plan for so many tenants of five objects."""
    steps = [Step(operation, f"{URN}{kind}::t{index}") for index in range(number) for kind in KINDS]
    others = {f"{URN}core/v1:Namespace::p{index}" for index in range(platform)}
    return Outcome(steps=steps, objects={step.urn for step in steps} | others)


def test_a_first_up_of_a_hundred_tenants_takes_what_was_measured() -> None:
    """143 s on the real controller, whose own share is 125 s."""
    pace = Pace.of(tenants(100, "create"))

    assert pace.controller == 125
    assert 130 <= pace.seconds <= 155
    assert str(pace) == "about 2 min, of which 2 min are Kube-OVN's: it takes one Vpc after the other"


def test_the_end_of_four_hundred_and_fifty_tenants_is_waited_for_by_the_controllers_pace() -> None:
    assert round(Pace.of(tenants(450, "delete")).controller) == 140


def test_a_router_that_is_replaced_goes_and_comes() -> None:
    plan = tenants(1, "replace")
    plan.steps += [Step(half, step.urn) for step in plan.steps for half in ("create-replacement", "delete-replaced")]

    assert Pace.of(plan).controller == 1.25 + 0.31


def vpc(name: str, operation: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Step:
    """A step of a Vpc with its inputs."""
    sides = [None if spec is None else {"metadata": {"name": f"{name}-vpc"}, "spec": spec} for spec in (before, after)]
    return Step(operation, f"{URN}kubeovn.io/v1:Vpc::{name}", before=sides[0], after=sides[1])


def seconds(*steps: Step, unchanged: tuple[Step, ...] = ()) -> float:
    """What the controller takes for a plan."""
    return Pace.of(Outcome(steps=list(steps), unchanged=list(unchanged))).controller


EGRESS = {"enableExternal": True}
TWO = {"enableExternal": True, "extraExternalSubnets": ["external", "second"]}


def test_each_external_port_of_a_new_router_takes_its_second() -> None:
    assert seconds(vpc("a", "create", None, EGRESS)) == 1.25
    assert seconds(vpc("a", "create", None, TWO)) == 2.25
    assert seconds(vpc("a", "create", None, {"enableExternal": False})) == 0.25


def test_a_pinned_egress_address_spares_its_router_the_second() -> None:
    address = {"metadata": {"name": "a-vpc-external"}, "spec": {"externalSubnet": "external", "type": "lrp"}}
    pinned = Step("create", f"{URN}kubeovn.io/v1:OvnEip::a-egress", after=address)

    assert seconds(pinned, vpc("a", "create", None, EGRESS)) == 0.25
    assert seconds(pinned, vpc("b", "create", None, EGRESS)) == 1.25
    assert seconds(pinned, vpc("a", "create", None, TWO)) == 1.25
    assert seconds(vpc("a", "create", None, EGRESS), unchanged=(pinned,)) == 0.25


def test_a_router_that_gets_a_further_port_takes_a_second_for_it_alone() -> None:
    assert seconds(vpc("a", "update", EGRESS, TWO)) == 1
    assert seconds(vpc("a", "update", TWO, EGRESS)) == 0
    assert seconds(vpc("a", "update", {"enableExternal": False}, EGRESS)) == 1


def test_what_is_over_soon_is_not_worth_a_sentence() -> None:
    assert str(Pace.of(tenants(10, "create"))) == ""


def test_what_the_controllers_have_no_part_in_is_the_engines_alone() -> None:
    steps = [Step("update", f"{URN}core/v1:Namespace::n{index}") for index in range(450)]
    plan = Outcome(steps=steps, objects={step.urn for step in steps})

    # 450 steps of 0.044 s, and 900 writes of a state of 450 objects.
    assert Pace.of(plan).controller == 0
    assert str(Pace.of(plan)) == "about 72 s"


def test_two_stacks_side_by_side_take_half_of_what_they_take_one_after_the_other() -> None:
    steps = [
        Step("create", f"urn:pulumi:dev-cell-{cell}::kmetal-network::kubernetes:core/v1:Namespace::ns-{number}")
        for cell in (1, 2)
        for number in range(100)
    ]
    plan = Outcome(steps=steps, objects={step.urn for step in steps})
    alone = Outcome(steps=steps[:100], objects={step.urn for step in steps[:100]})

    assert Pace.of(plan).engine == pytest.approx(2 * Pace.of(alone).engine)
    assert Pace.of(plan, 2).engine == pytest.approx(Pace.of(alone).engine)
    assert Pace.of(plan, 8).engine == pytest.approx(Pace.of(alone).engine)


def test_the_first_run_of_a_cell_writes_its_state_once_and_so_takes_less() -> None:
    def of(stack: str, platform: int = 0) -> float:
        plan = tenants(25, "create", platform=platform)
        steps = [Step(step.operation, step.urn.replace(":dev:", f":{stack}:")) for step in plan.steps]
        objects = {urn.replace(":dev:", f":{stack}:") for urn in plan.objects}
        return Pace.of(Outcome(steps=steps, objects=objects)).engine

    assert of("dev-cell-1") < of("dev")
    assert of("dev-cell-1", platform=1) == pytest.approx(of("dev", platform=1))


def test_an_address_that_up_requests_spares_its_router_the_second() -> None:
    plan = Outcome(steps=[vpc("a", "create", None, EGRESS), vpc("b", "create", None, EGRESS)])
    assert Pace.of(plan, requested=["a-vpc-external"]).controller == 1.5
    assert Pace.of(plan, requested=["a-vpc-external", "b-vpc-external"]).controller == 0.5
