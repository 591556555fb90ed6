"""The first enforcement point: laws on a stack file, each by one edit of `dev` that breaks exactly that law, and edits at the edge.

The rows are the causes of the table of cases that a stack file can express and its form does not refuse before.
"""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from kmetal_network.config.stackfile import parse_environment
from kmetal_network.laws.registry import judge
from tests.support.stack_project import stack_config

DROPS = ["10.93.0.0/16", "10.16.0.0/16", "10.96.0.0/16", "100.64.0.0/16", "172.21.204.0/24"]
POOL = "172.21.204.200-172.21.204.250"
PEER = {"name": "tor", "myASN": 64512, "peerASN": 64513, "peerAddress": "172.21.204.2"}
BGP = {"name": "bgp", "ipAddressPools": ["tenant-cp-pool"]}
ROUTED: dict[str, Any] = {"metallb__bgpPeers": [PEER]}
RACKS = [{"matchLabels": {"rack": rack}} for rack in "ab"]


def findings(**edits: Any) -> list[tuple[str, str]]:
    """Law and path of each finding; a path's dots are written `__`, and `add` appends."""
    config = stack_config("dev")
    config["tenants"][0].update(drop=list(DROPS), quota={"services.loadbalancers": "1"})
    config["management"]["cidr"] = "172.21.204.0/24"
    for path, value in edits.items():
        *steps, last = path.split("__")
        target: Any = config
        for step in steps:
            target = target[int(step)] if step.isdigit() else target[step]
        if last == "add":
            target.append(value)
        else:
            target[int(last) if last.isdigit() else last] = value
    text = yaml.safe_dump({"config": {f"kmetal-network:{key}": value for key, value in config.items()}})
    environment = parse_environment(text, "Pulumi.dev.yaml", "dev")
    return [(finding.rule, finding.place.partition(" ")[2]) for finding in judge(environment.facts())]


def cluster(block: str, **more: Any) -> dict[str, Any]:
    return {"name": "dev", "cidrBlock": block, **more}


BREAKING: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("NET-101", "network.kubeOvn.podCidr", {"network__kubeOvn__joinCidr": "10.16.128.0/17"}),
    ("NET-102", "provider.external", {"provider__external__gateway": "77.220.68.127"}),
    ("NET-102", "network", {"network__kubeOvn__podGateway": "10.17.0.1"}),
    (
        "NET-103",
        "tenants[0].clusters[1]",
        {
            "tenants__0__clusters__add": {"name": "two", "cidrBlock": "10.100.0.128/25"},
            "tenants__0__quota": {"services.loadbalancers": "2"},
        },
    ),
    ("NET-104", "tenants[0].clusters[0]", {"tenants__0__clusters__0": cluster("77.220.68.96/27")}),
    ("NET-105", "tenants[0].clusters[0]", {"tenants__0__clusters__0": cluster("10.96.1.0/24")}),
    ("NET-109", "tenants[0].clusters[0]", {"tenants__0__clusters__0__excludeIps": ["10.101.0.1"]}),
    ("NET-110", "tenants[0].clusters[0]", {"tenants__0__clusters__0": cluster("169.254.1.0/24")}),
    ("NET-201", "metallb.pools[0]", {"metallb__pools__0__addresses": [POOL, "77.220.68.100/32"]}),
    ("NET-202", "metallb.l2Advertisements[0]", {"metallb__l2Advertisements__0__interfaces": ["data.222"]}),
    ("NET-204", "metallb.pools[0]", {"metallb__pools__0__addresses": [POOL, "172.21.205.1/32"]}),
    ("NET-205", "metallb.pools[0]", {"metallb__pools__0__addresses": [POOL, "172.21.204.250-172.21.204.251"]}),
    (
        "NET-206",
        "metallb.l2Advertisements[0]",
        {"metallb__l2Advertisements__0__ipAddressPools": ["tenant-cp-pool", "other"]},
    ),
    ("NET-208", "metallb.pools[0]", {"management__reserved": ["172.21.204.100-172.21.204.200"]}),
    ("NET-220", "metallb.pools[0]", {"metallb__pools__0__addresses": [POOL, "172.21.204.251"]}),
    ("NET-210", "metallb.pools[1]", {"metallb__pools__add": {"name": "other", "addresses": ["172.21.204.251/32"]}}),
    (
        "NET-211",
        "metallb.bgpAdvertisements[0]",
        {"metallb__bgpAdvertisements": [{"name": "bgp", "ipAddressPools": ["tenant-cp-pool"], "peers": ["tor"]}]},
    ),
    ("NET-212", "metallb.bgpPeers[0]", {"metallb__bgpPeers": [{**PEER, "bfdProfile": "fast"}]}),
    (
        "NET-221",
        "metallb.bgpAdvertisements[0]",
        {**ROUTED, "metallb__bgpAdvertisements": [{**BGP, "aggregationLength": 24}]},
    ),
    (
        "NET-222",
        "metallb.bgpAdvertisements[0]",
        {**ROUTED, "metallb__bgpAdvertisements": [{**BGP, "aggregationLength": 30}]},
    ),
    (
        "NET-223",
        "metallb.bgpAdvertisements[1]",
        {**ROUTED, "metallb__bgpAdvertisements": [BGP, {**BGP, "name": "two", "localPref": 200}]},
    ),
    ("NET-224", "metallb.bgpPeers[1]", {"metallb__bgpPeers": [PEER, {**PEER, "name": "two"}]}),
    ("NET-225", "metallb.bgpPeers[0]", {"metallb__bgpPeers": [{**PEER, "holdTime": "2s"}]}),
    (
        "NET-226",
        "metallb.bgpAdvertisements[0]",
        {**ROUTED, "metallb__bgpAdvertisements": [{**BGP, "peers": ["tor", "tor"]}]},
    ),
    ("NET-227", "metallb.communities[0]", {"metallb__communities": [{"name": "x", "value": "65536:1"}]}),
    ("NET-214", "metallb.bgpPeers[0]", {"metallb__bgpPeers": [{**PEER, "peerAddress": "77.220.68.98"}]}),
    ("NET-215", "tenants[0]", {"tenants__0__quota": {}}),
    ("NET-217", "tenants[0].clusters[0]", {"tenants__0__clusters__0__controlPlaneAddress": "172.21.204.100"}),
    ("NET-219", "tenants[0].quota", {"tenants__0__quota": {"services.loadbalancers": "0"}}),
    ("NET-301", "provider.vlan", {"provider__vlan__id": 222}),
    ("NET-302", "provider.network", {"provider__network__defaultInterface": "data.205"}),
    ("NET-306", "provider.gatewayNodes[0]", {"provider__gatewayNodes": ["w1"]}),
    ("NET-405", "tenants[1]", {"tenants__add": {"name": "beta", "namespace": "alpha", "drop": DROPS}}),
    ("NET-418", "tenants[0]", {"tenants__0__drop": []}),
    ("NET-429", "tenants[0].egressAddress", {"tenants__0__egressAddress": "77.220.68.97"}),
    ("NET-433", "tenants[0].quota", {"tenants__0__quota": {"pod": "3"}}),
    ("NET-505", "tenants[0].clusters[0]", {"tenants__0__clusters__0": cluster("10.100.0.0/30")}),
    ("NET-701", "network", {"network__multus__enabled": False}),
    ("NET-711", "tenants[0].clusters[0]", {"network__kubeOvn__tunnelMtu": 1500, "tenants__0__clusters__0__mtu": 1401}),
)

KEEPING: tuple[tuple[str, dict[str, Any]], ...] = (
    ("NET-103", {"tenants__add": {"name": "beta", "drop": DROPS, "quota": {"pods": "9"}, "clusters": [cluster("10.100.0.0/24")]}}),
    ("NET-104", {"tenants__0__clusters__0": cluster("77.220.68.64/27")}),
    (
        "NET-201",
        {
            "management__cidr": "77.220.68.0/26",
            "metallb__pools__0__addresses": ["77.220.68.12-77.220.68.63"],
            "tenants__0__drop": [*DROPS, "77.220.68.0/26"],
        },
    ),
    ("NET-208", {"management__reserved": ["172.21.204.100-172.21.204.199", "172.21.204.251"]}),
    (
        "NET-223",
        {
            **ROUTED,
            "metallb__bgpAdvertisements": [
                {**BGP, "nodeSelectors": RACKS[:1], "communities": ["no-export"]},
                {**BGP, "name": "two", "nodeSelectors": RACKS[1:], "localPref": 200},
            ],
            "metallb__communities": [{"name": "no-export", "value": "65535:65281"}],
        },
    ),
    ("NET-301", {"provider__network__defaultInterface": "enp3s0f1", "provider__vlan__id": 222}),
    ("NET-429", {"tenants__0__egressAddress": "77.220.68.98"}),
    ("NET-711", {"network__kubeOvn__tunnelMtu": 1500, "tenants__0__clusters__0__mtu": 1400}),
)  # fmt: skip


def test_dev_with_drops_and_a_quota_breaks_no_law() -> None:
    assert findings() == []


@pytest.mark.parametrize(("law", "place", "edits"), BREAKING, ids=[f"{law} {place}" for law, place, _ in BREAKING])
def test_an_edit_breaks_exactly_its_law(law: str, place: str, edits: dict[str, Any]) -> None:
    assert findings(**edits) == [(law, place)]


@pytest.mark.parametrize(("law", "edits"), KEEPING, ids=[law for law, _ in KEEPING])
def test_an_edit_at_the_edge_breaks_nothing(law: str, edits: dict[str, Any]) -> None:
    assert findings(**edits) == [], law
