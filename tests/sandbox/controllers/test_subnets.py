"""Subnets: when one waits, is stuck, or is no switch at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.controllers.network import (
    READY,
    condition,
    look,
    make,
    make_provider,
    make_subnet,
    make_vpc,
    status,
    until,
)
from tests.sandbox.controllers.replay import delete_pod, make_pod

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.controllers.api import Client
    from sandbox.controllers.kube_ovn import KubeOvnSimulator

    Start = Callable[..., KubeOvnSimulator]

pytestmark = pytest.mark.sandbox


def test_a_subnet_whose_vlan_went_first_is_stuck_until_the_vlan_is_back(client: Client, start: Start) -> None:
    simulator = start()
    make_provider(client)
    until(lambda: condition(client, "external", "Ready") == READY)
    client.delete("Vlan", "vlan222")
    assert simulator.settle()
    client.delete("Subnet", "external")
    assert simulator.settle()
    assert look(client, "Subnet", "external")["metadata"]["finalizers"] == ["kubeovn.io/kube-ovn-controller"]
    assert condition(client, "external", "Ready") == ("False", "ValidateSubnetVlanFailed")
    make(client, "Vlan", "vlan222", {"id": 0, "provider": "provider"})
    until(lambda: look(client, "Subnet", "external") == {})


def test_a_subnet_waits_for_the_last_pod_in_it(client: Client, start: Start) -> None:
    simulator = start()
    make_vpc(client, "alpha")
    make_subnet(client, "alpha", "10.100.0.0/24")
    until(lambda: condition(client, "alpha-subnet", "Ready") == READY)
    make_pod(client, "alpha", "p1", "alpha-net", "w1")
    until(lambda: status(client, "Subnet", "alpha-subnet")["v4usingIPs"] == 1)
    annotations = look(client, "Pod", "alpha/p1")["metadata"]["annotations"]
    assert annotations["alpha-net.alpha.ovn.kubernetes.io/ip_address"] == "10.100.0.2"
    marks = look(client, "Namespace", "alpha")["metadata"]["annotations"]
    assert marks["ovn.kubernetes.io/logical_switch"] == "alpha-subnet"
    client.delete("Subnet", "alpha-subnet")
    assert simulator.settle()
    assert look(client, "Subnet", "alpha-subnet")["metadata"]["deletionTimestamp"]
    delete_pod(client, "alpha", "p1")
    until(lambda: look(client, "Subnet", "alpha-subnet") == {})
    assert look(client, "IP", "p1.alpha.alpha-net.alpha.ovn") == {}


def test_a_subnet_ready_for_the_wrong_reason_is_no_switch(client: Client, start: Start) -> None:
    simulator = start()
    make_vpc(client, "alpha")
    make(client, "Subnet", "odd", {"cidrBlock": "10.1.0.0/24", "provider": "net.alpha", "vpc": "alpha-vpc"})
    until(lambda: condition(client, "odd", "Ready") == ("True", "SetNonOvnSubnetSuccess"))
    assert simulator.settle()
    assert "odd" not in simulator.northbound.switches
    assert status(client, "Vpc", "alpha-vpc")["subnets"] == []
