"""Nodes, provider networks, VLANs and gateway labels: the traps that a program must survive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.controllers.faults import Faults
from sandbox.controllers.platform.gateway_labels import STRIPPER_TICK
from tests.sandbox.controllers.network import (
    GATEWAY,
    LABEL,
    condition,
    label,
    look,
    make,
    make_provider,
    status,
    throughout,
    until,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.controllers.api import Client
    from sandbox.controllers.kube_ovn import KubeOvnSimulator

    Start = Callable[..., KubeOvnSimulator]

pytestmark = pytest.mark.sandbox
TEN_TICKS = 10 * STRIPPER_TICK / 20
"""Seconds for ten looks of the label stripper, which runs twenty times as fast here."""


def gateway(client: Client, node: str) -> str | None:
    value: str | None = look(client, "Node", node)["metadata"].get("labels", {}).get(LABEL)
    return value


def test_labels_are_stripped_once_per_life_where_the_patch_is_missing(client: Client, start: Start) -> None:
    simulator = start()
    label(client, "w1", GATEWAY)
    until(lambda: gateway(client, "w1") == "false")
    label(client, "w1", GATEWAY)
    throughout(lambda: gateway(client, "w1") == "true", TEN_TICKS)
    simulator.restart()
    until(lambda: gateway(client, "w1") == "false")


def test_labels_stay_over_a_restart_where_the_patch_is_there(client: Client, start: Start) -> None:
    simulator = start()
    make_provider(client)
    simulator.restart()
    throughout(lambda: (gateway(client, "w1"), gateway(client, "w2")) == ("true", "true"), TEN_TICKS)


def test_a_deleted_node_is_removed_from_the_provider_network(client: Client, start: Start) -> None:
    start()
    own = [{"interface": "eth9", "nodes": ["w1", "w2"]}]
    make_provider(client, customInterfaces=own)
    until(lambda: status(client, "ProviderNetwork", "provider").get("readyNodes") == ["w1", "w2"])
    labels = look(client, "Node", "w1")["metadata"]["labels"]
    assert labels["provider.provider-network.kubernetes.io/interface"] == "eth9"
    for node in ("c1", "w2"):
        client.delete("Node", node)
    left = {"defaultInterface": "data.222", "customInterfaces": [{"interface": "eth9", "nodes": ["w1"]}]}
    until(lambda: look(client, "ProviderNetwork", "provider")["spec"] == left)
    until(lambda: status(client, "ProviderNetwork", "provider").get("readyNodes") == ["w1"])


def test_a_selector_chooses_the_nodes_and_silences_the_exclusions(client: Client, start: Start) -> None:
    start()
    label(client, "c1", {"rack": "a"})
    make_provider(client, nodeSelector={"matchExpressions": [{"key": "rack", "operator": "In", "values": ["a"]}]})
    until(lambda: status(client, "ProviderNetwork", "provider").get("readyNodes") == ["c1"])


def test_a_node_without_a_bridge_is_named_with_its_reason(client: Client, start: Start) -> None:
    start(Faults(broken_nodes={"w2": "no such device"}))
    make_provider(client)
    until(lambda: status(client, "ProviderNetwork", "provider").get("notReadyNodes") == ["w2"])
    seen = status(client, "ProviderNetwork", "provider")
    assert seen["ready"] is False
    (bad,) = [one for one in seen["conditions"] if one["status"] == "False"]
    assert (bad["node"], bad["reason"], bad["message"]) == ("w2", "InitOVSBridgeFailed", "no such device")


def test_a_second_vlan_of_the_same_id_is_in_conflict(client: Client, start: Start) -> None:
    start()
    make(client, "ProviderNetwork", "provider", {"defaultInterface": "data.222"})
    make(client, "Vlan", "one", {"id": 7, "provider": "provider"})
    until(lambda: status(client, "ProviderNetwork", "provider").get("vlans") == ["one"])
    make(client, "Vlan", "two", {"id": 7, "provider": "provider"})
    until(lambda: status(client, "Vlan", "two").get("conflict"))
    make(client, "Subnet", "external", {"cidrBlock": "77.220.68.96/27", "vlan": "two"})
    until(lambda: condition(client, "external", "Ready") == ("False", "ValidateSubnetVlanFailed"))
