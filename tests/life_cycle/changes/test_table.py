"""Every setting that may change: which objects that touches, which are replaced, and why.

One network is applied once, and each line of the table is previewed against it; lines that touch different objects share a
preview.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from tests.life_cycle.live_project import Project

pytestmark = pytest.mark.sandbox

Settings = Callable[[str], Any]

OLD_BLOCK = "cidrBlock: Kube-OVN does not follow it in place: SNAT rules go on with the old block, reporting ready"
OLD_TAG = "vlan: Kube-OVN does not follow it in place: its port keeps the old VLAN's tag"
SUBNET_GOES = "its Subnet is replaced, whose old block it would go on translating"
RENAMED = "metadata.name: Kubernetes renames nothing"

POLICIES_OF_NICS = tuple(
    f"admission-policy-kmetal-{plural}" for plural in ("bgppeers", "l2advertisements", "network-attachment-definitions")
)
"""Admission policies whose literals hold the names of the provider's NIC, its bridge and VLANs on it."""


class Line(NamedTuple):
    """A change of settings, and the whole plan that follows from it."""

    what: str
    edit: Callable[[Settings], object]
    plan: dict[str, str]
    """Name in state to `update`, `create`, `delete`, or the reason of a replacement."""


def tenant(at: Settings) -> Any:
    return at("tenants")[0]


def cluster(at: Settings) -> Any:
    return tenant(at)["clusters"][0]


TABLE = (
    Line("drop", lambda at: tenant(at).update(drop=["10.16.0.0/16"]), {"alpha-vpc": "update"}),
    Line("labels", lambda at: tenant(at).update(labels={"team": "blue"}), {"alpha-namespace": "update"}),
    Line("quota", lambda at: tenant(at)["quota"].update({"requests.cpu": "20"}), {"alpha-quota": "update"}),
    Line("no quota", lambda at: tenant(at).pop("quota"), {"alpha-quota": "delete"}),
    Line("limits", lambda at: tenant(at)["limits"]["max"].update(cpu="8"), {"alpha-limits": "update"}),
    Line("who", lambda at: tenant(at)["roleBindings"][0].update(groups=["b"]), {"alpha-binding-view": "update"}),
    Line(
        "role",
        lambda at: tenant(at)["roleBindings"][0].update(clusterRole="edit"),
        {"alpha-binding-view": "delete", "alpha-binding-edit": "create"},
    ),
    Line(
        "tenant excludeIps", lambda at: cluster(at)["excludeIps"].append("10.100.0.9"), {"alpha-subnet-dev": "update"}
    ),
    Line("mtu", lambda at: cluster(at).update(mtu=1300), {"alpha-subnet-dev": "update"}),
    Line(
        "pool",
        lambda at: at("metallb")["pools"][0].update(addresses=["172.21.204.190-172.21.204.250"]),
        {"metallb-pool-tenant-cp-pool": "update"},
    ),
    Line(
        "ARP",
        lambda at: at("metallb")["l2Advertisements"][0].update(interfaces=["data.206"]),
        {"metallb-l2-tenant-cp-l2": "update"},
    ),
    Line(
        "external excludeIps",
        lambda at: at("provider")["external"]["excludeIps"].append("77.220.68.120"),
        {"provider-network-external": "update"},
    ),
    Line(
        "vlan id",
        lambda at: at("provider")["vlan"].update(id=223),
        {"provider-network-vlan": "update", **dict.fromkeys(POLICIES_OF_NICS, "update")},
    ),
    Line(
        "excludeNodes",
        lambda at: at("provider")["network"].update(excludeNodes=["c1", "c2"]),
        {"provider-network-nic": "update"},
    ),
    Line(
        "gateway node",
        lambda at: at("provider")["gatewayNodes"].remove("w2"),
        {"provider-network-gateway-w2": "delete", "provider-network-nic": "update"},
    ),
    Line(
        "NIC",
        lambda at: at("provider")["network"].update(defaultInterface="bond1"),
        {
            "provider-network-nic": "defaultInterface: a bridge keeps the NIC that it was built on",
            **dict.fromkeys(POLICIES_OF_NICS, "update"),
        },
    ),
    Line(
        "name of the Vlan",
        lambda at: at("provider")["vlan"].update(name="uplink"),
        {
            "provider-network-vlan": RENAMED,
            "provider-network-external": OLD_TAG,
            "admission-policy-kmetal-subnets": "update",
        },
    ),
    Line(
        "external block",
        lambda at: at("provider")["external"].update(cidrBlock="77.220.68.64/26"),
        {
            "provider-network-external": OLD_BLOCK,
            "alpha-vpc": "update",
            **dict.fromkeys(
                (
                    f"admission-policy-kmetal-{plural}"
                    for plural in ("bgppeers", "ipaddresspools", "ovn-eips", "services", "subnets")
                ),
                "update",
            ),
            "admission-policy-kmetal-vpcs": "update",
        },
    ),
    Line(
        "block",
        lambda at: cluster(at).update(cidrBlock="10.100.8.0/24", gateway="10.100.8.1", excludeIps=[]),
        {"alpha-subnet-dev": OLD_BLOCK, "alpha-snat-dev": SUBNET_GOES},
    ),
    Line(
        "egress address",
        lambda at: tenant(at).update(egressAddress="77.220.68.111"),
        {
            "alpha-egress": "spec: Kube-OVN never changes an address in place",
            "alpha-vpc": "its router port has the pinned address that is replaced",
            "alpha-subnet-dev": "its Vpc is replaced",
            "alpha-snat-dev": SUBNET_GOES,
        },
    ),
    Line(
        "another cluster",
        lambda at: tenant(at)["clusters"].append({"name": "two", "cidrBlock": "10.100.1.0/24"}),
        {
            "alpha-attachment-two": "create",
            "alpha-subnet-two": "create",
            "alpha-snat-two": "create",
            "alpha-quota": "update",
        },
    ),
)


def _previews() -> list[list[Line]]:
    """The lines, in as few previews as there are lines that touch one object."""
    previews: list[list[Line]] = []
    for line in TABLE:
        free = (lines for lines in previews if not any(line.plan.keys() & other.plan.keys() for other in lines))
        lines = next(free, None)
        if lines is None:
            previews.append(lines := [])
        lines.append(line)
    return previews


def _planned(project: Project) -> dict[str, str]:
    """The plan of the settings as they are: what happens to each object, or why it is replaced."""
    found: dict[str, str] = {}
    for step in project.must("preview").steps:
        if step.operation in ("update", "create", "delete", "replace"):
            found[step.name] = step.why if step.operation == "replace" else step.operation
    return found


def test_every_setting_touches_exactly_its_objects_and_a_replacement_says_why(project: Project) -> None:
    project.section("provider")["network"]["defaultInterface"] = "bond0"
    project.section("provider")["vlan"]["id"] = 222
    project.tenants[0].update(
        egressAddress="77.220.68.110",
        quota={"requests.cpu": "10"},
        limits={"max": {"cpu": "4"}},
        roleBindings=[{"clusterRole": "view", "groups": ["a"]}],
    )
    project.save()
    project.must("up")
    written = copy.deepcopy(project.document)

    for lines in _previews():
        project.document = copy.deepcopy(written)
        for line in lines:
            line.edit(project.section)
        project.save()
        assert _planned(project) == {key: what for line in lines for key, what in line.plan.items()}

    project.document = copy.deepcopy(written)
    project.tenants[0].update(quota={"requests.cpu": "20"})
    project.section("provider")["vlan"]["id"] = 223
    cluster(project.section).update(cidrBlock="10.100.8.0/24", gateway="10.100.8.1", excludeIps=[])
    project.save()
    made = [step.name for step in project.must("up").steps if step.operation == "create-replacement"]

    assert made == ["alpha-subnet-dev", "alpha-snat-dev"]
    assert project.look("OvnSnatRule", "alpha-snat-dev")["status"]["v4IpCidr"] == "10.100.8.0/24"
    assert project.look("Vlan", "vlan222")["spec"]["id"] == 223
    assert project.must("preview", refresh=True).changes == {}
