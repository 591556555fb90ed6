"""The traps of a tenant's way out that a program must survive, one by one, and OVN's content meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.controllers.faults import Faults
from tests.sandbox.controllers.network import (
    LABEL,
    READY,
    condition,
    label,
    look,
    make,
    make_provider,
    make_snat,
    make_subnet,
    make_tenant,
    make_vpc,
    status,
    until,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.controllers.api import Client
    from sandbox.controllers.kube_ovn import KubeOvnSimulator

    Start = Callable[..., KubeOvnSimulator]

pytestmark = pytest.mark.sandbox


def test_a_tenant_gets_router_port_policies_routes_and_translation(client: Client, start: Start) -> None:
    simulator = start()
    make_provider(client)
    make_tenant(client, "alpha", "10.100.0.0/24")
    until(lambda: status(client, "Vpc", "alpha-vpc").get("enableExternal"))
    until(lambda: status(client, "OvnEip", "alpha-vpc-external").get("nat") == "snat")
    until(lambda: condition(client, "alpha-subnet", "Ready") == READY)
    until(lambda: status(client, "OvnSnatRule", "alpha-snat").get("ready"))
    assert simulator.settle()
    router = simulator.northbound.routers["alpha-vpc"]
    assert router.snats == {("77.220.68.98", "10.100.0.0/24")}
    network, chassis = router.ports["alpha-vpc-external"]
    assert network == "77.220.68.98/27"
    assert sorted(chassis) == ["ch-w1", "ch-w2"]
    assert router.policies == {
        (1500, "ip4.dst == 77.220.68.96/27"): "drop",
        (31000, "ip4.dst == 10.100.0.0/24"): "allow",
    }
    assert router.routes == {("policyDst", "0.0.0.0/0", "77.220.68.97"), ("policySrc", "10.100.0.0/24", "10.100.0.1")}
    assert simulator.northbound.localnets == {"external": ("provider", 0)}


def test_a_short_static_route_is_written_back_with_six_keys(client: Client, start: Start) -> None:
    start()
    make_vpc(client, "alpha")
    until(lambda: status(client, "Vpc", "alpha-vpc").get("standby"))
    (route,) = client.get("Vpc", "alpha-vpc")["spec"]["staticRoutes"]
    assert sorted(route) == ["bfdId", "cidr", "ecmpMode", "nextHopIP", "policy", "routeTable"]


def test_an_eip_that_was_there_first_is_used(client: Client, start: Start) -> None:
    start()
    make_provider(client)
    until(lambda: condition(client, "external", "Ready") == READY)
    make(client, "OvnEip", "alpha-vpc-external", {"externalSubnet": "external", "type": "lrp", "v4Ip": "77.220.68.110"})
    make_vpc(client, "alpha")
    until(lambda: status(client, "Vpc", "alpha-vpc").get("enableExternal"))
    until(lambda: status(client, "OvnEip", "alpha-vpc-external").get("v4Ip"))
    assert status(client, "OvnEip", "alpha-vpc-external")["v4Ip"] == "77.220.68.110"


def test_an_address_that_somebody_holds_leaves_the_second_eip_without_status(client: Client, start: Start) -> None:
    simulator = start()
    make_provider(client)
    until(lambda: condition(client, "external", "Ready") == READY)
    for name in ("first", "second"):
        make(client, "OvnEip", name, {"externalSubnet": "external", "type": "nat", "v4Ip": "77.220.68.110"})
        assert simulator.settle()
    assert status(client, "OvnEip", "first")["ready"] is True
    assert status(client, "OvnEip", "second") == {}


def test_a_changed_rule_stays_ready_and_translates_the_old_range(client: Client, start: Start) -> None:
    simulator = start()
    make_provider(client)
    make_tenant(client, "alpha", "10.100.0.0/24")
    until(lambda: status(client, "OvnSnatRule", "alpha-snat").get("ready"))
    assert simulator.settle()
    client.patch("Subnet", "alpha-subnet", {"spec": {"cidrBlock": "10.109.0.0/24", "gateway": "10.109.0.1"}})
    client.patch("OvnSnatRule", "alpha-snat", {"spec": {"v4IpCidr": "10.109.0.0/24", "vpc": "alpha-vpc"}})
    assert simulator.settle()
    assert condition(client, "alpha-subnet", "Ready") == READY
    assert status(client, "OvnSnatRule", "alpha-snat")["ready"] is True
    router = simulator.northbound.routers["alpha-vpc"]
    assert router.snats == {("77.220.68.98", "10.100.0.0/24")}
    assert {one[1] for one in router.routes if one[0] == "policySrc"} == {"10.100.0.0/24", "10.109.0.0/24"}


def test_a_rule_is_ready_on_a_vpc_that_has_no_way_out(client: Client, start: Start) -> None:
    simulator = start()
    make_provider(client)
    for node in ("w1", "w2"):
        label(client, node, {LABEL: "false"})
    assert simulator.settle()
    make_tenant(client, "alpha", "10.100.0.0/24")
    until(lambda: status(client, "OvnSnatRule", "alpha-snat").get("ready"))
    assert simulator.settle()
    assert status(client, "OvnEip", "alpha-vpc-external")["ready"] is True
    assert status(client, "Vpc", "alpha-vpc")["enableExternal"] is False
    assert "alpha-vpc-external" not in simulator.northbound.routers["alpha-vpc"].ports


def test_a_vpc_recreated_while_its_old_eip_exists_ends_without_a_port(client: Client, start: Start) -> None:
    simulator = start()
    make_provider(client)
    make_tenant(client, "alpha", "10.100.0.0/24")
    until(lambda: status(client, "OvnSnatRule", "alpha-snat").get("ready"))
    until(lambda: status(client, "Vpc", "alpha-vpc").get("enableExternal"))
    for kind, name in (("Subnet", "alpha-subnet"), ("Vpc", "alpha-vpc"), ("OvnSnatRule", "alpha-snat")):
        client.delete(kind, name)
        assert simulator.settle()
    assert look(client, "Vpc", "alpha-vpc") == {}
    assert look(client, "OvnSnatRule", "alpha-snat")["metadata"]["finalizers"] == ["kubeovn.io/kube-ovn-controller"]
    assert look(client, "OvnEip", "alpha-vpc-external")["metadata"]["deletionTimestamp"]
    make_vpc(client, "alpha")
    until(lambda: look(client, "OvnEip", "alpha-vpc-external") == {})
    assert simulator.settle()
    assert look(client, "OvnSnatRule", "alpha-snat") == {}
    assert status(client, "Vpc", "alpha-vpc")["enableExternal"] is True
    assert simulator.northbound.routers["alpha-vpc"].ports == {}


@pytest.mark.parametrize(
    "faults",
    [Faults(conflicts=0.4), Faults(slow=0.05)],
    ids=["conflicting", "slow"],
)
def test_a_faulty_controller_arrives_nevertheless(client: Client, start: Start, faults: Faults) -> None:
    simulator = start(faults)
    make_provider(client)
    make_tenant(client, "alpha", "10.100.0.0/24")
    until(lambda: status(client, "Vpc", "alpha-vpc").get("enableExternal"), 40)
    until(lambda: status(client, "OvnEip", "alpha-vpc-external").get("nat") == "snat", 40)
    until(lambda: condition(client, "alpha-subnet", "Ready") == READY, 40)
    until(lambda: status(client, "OvnSnatRule", "alpha-snat").get("ready"), 40)
    assert simulator.northbound.routers["alpha-vpc"].snats == {("77.220.68.98", "10.100.0.0/24")}


def test_a_restart_forgets_no_address(client: Client, start: Start) -> None:
    simulator = start()
    make_provider(client)
    make_vpc(client, "alpha")
    until(lambda: status(client, "Vpc", "alpha-vpc").get("enableExternal"))
    simulator.restart()
    make_vpc(client, "beta")
    until(lambda: status(client, "OvnEip", "beta-vpc-external").get("ready"))
    assert status(client, "OvnEip", "beta-vpc-external")["v4Ip"] == "77.220.68.99"


def test_the_rule_of_a_vpc_deleted_and_kept_is_cured_by_the_vpc(client: Client, start: Start) -> None:
    simulator = start()
    make_provider(client)
    make_vpc(client, "alpha")
    until(lambda: status(client, "Vpc", "alpha-vpc").get("enableExternal"))
    make_subnet(client, "alpha", "10.100.0.0/24")
    make_snat(client, "alpha")
    until(lambda: status(client, "OvnSnatRule", "alpha-snat").get("ready"))
    until(lambda: status(client, "Vpc", "alpha-vpc")["subnets"] == ["alpha-subnet"])
    client.delete("Vpc", "alpha-vpc")
    assert simulator.settle()
    assert look(client, "Vpc", "alpha-vpc")["metadata"]["finalizers"] == ["kubeovn.io/kube-ovn-controller"]
    client.delete("Subnet", "alpha-subnet")
    until(lambda: look(client, "Vpc", "alpha-vpc") == {})
    client.delete("OvnSnatRule", "alpha-snat")
    assert simulator.settle()
    assert look(client, "OvnSnatRule", "alpha-snat")
    make_vpc(client, "alpha")
    until(lambda: look(client, "OvnSnatRule", "alpha-snat") == {})
