"""The guide's network as a person would write it, and a way to wait until the controllers have handled it."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any

from kubernetes.client.exceptions import ApiException

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.controllers.api import Client

Object = dict[str, Any]
EXTERNAL: Object = {
    "cidrBlock": "77.220.68.96/27",
    "gateway": "77.220.68.97",
    "excludeIps": ["77.220.68.96", "77.220.68.97", "77.220.68.127"],
    "vlan": "vlan222",
    "vpc": "ovn-cluster",
}
LABEL = "ovn.kubernetes.io/external-gw"
GATEWAY = {LABEL: "true"}
READY = ("True", "ResetLogicalSwitchAclSuccess")
"""The condition Ready of a Subnet that is a logical switch: status and reason."""


def make(client: Client, kind: str, name: str, spec: Object, manager: str = "test") -> None:
    """Create one object."""
    client.create(kind, {"metadata": {"name": name}, "spec": spec}, manager=manager)


def label(client: Client, node: str, labels: dict[str, str]) -> None:
    """Label a node, as an operator does."""
    client.patch("Node", node, {"metadata": {"labels": labels}}, manager="test")


def make_provider(client: Client, **more: object) -> None:
    """Provider network, VLAN and external Subnet; the patch on the default Vpc, then the labels."""
    make(client, "ProviderNetwork", "provider", {"defaultInterface": "data.222", "excludeNodes": ["c1"], **more})
    make(client, "Vlan", "vlan222", {"id": 0, "provider": "provider"})
    make(client, "Subnet", "external", EXTERNAL)
    client.patch("Vpc", "ovn-cluster", {"spec": {"extraExternalSubnets": ["external"]}}, manager="test")
    for node in ("w1", "w2"):
        label(client, node, GATEWAY)


def make_vpc(client: Client, tenant: str) -> None:
    """A tenant's Vpc; its static route in three keys, as in kMetal's guide."""
    route = {"cidr": "0.0.0.0/0", "nextHopIP": "77.220.68.97", "policy": "policyDst"}
    drop = {"priority": 1500, "match": "ip4.dst == 77.220.68.96/27", "action": "drop"}
    spec = {"namespaces": [tenant], "enableExternal": True, "staticRoutes": [route], "policyRoutes": [drop]}
    make(client, "Vpc", f"{tenant}-vpc", spec)


def make_subnet(client: Client, tenant: str, cidr: str) -> None:
    """A tenant's Subnet."""
    provider = f"{tenant}-net.{tenant}.ovn"
    spec = {"cidrBlock": cidr, "namespaces": [tenant], "provider": provider, "vpc": f"{tenant}-vpc"}
    make(client, "Subnet", f"{tenant}-subnet", spec)


def make_snat(client: Client, tenant: str) -> None:
    """The rule of a tenant's Subnet."""
    rule = {"ovnEip": f"{tenant}-vpc-external", "vpcSubnet": f"{tenant}-subnet"}
    make(client, "OvnSnatRule", f"{tenant}-snat", rule)


def make_tenant(client: Client, tenant: str, cidr: str) -> None:
    """All of a tenant."""
    make_vpc(client, tenant)
    make_subnet(client, tenant, cidr)
    make_snat(client, tenant)


def look(client: Client, kind: str, key: str) -> Object:
    """The object; empty where it is gone."""
    with contextlib.suppress(ApiException):
        return client.get(kind, key)
    return {}


def status(client: Client, kind: str, key: str) -> Object:
    """Its status."""
    return look(client, kind, key).get("status") or {}


def condition(client: Client, subnet: str, kind: str) -> tuple[str, str]:
    """(status, reason) of a Subnet's condition; two empty strings where it has none."""
    for one in status(client, "Subnet", subnet).get("conditions", []):
        if one["type"] == kind:
            return one["status"], one["reason"]
    return "", ""


def throughout(fact: Callable[[], object], seconds: float) -> None:
    """Something holds all the time, for so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert fact(), "it did not stay so"
        time.sleep(0.02)


def until(fact: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, "it did not come to pass in time"
        time.sleep(0.02)
