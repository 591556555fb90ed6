"""The network that the tests of this folder edit."""

from __future__ import annotations

import pytest

from tests.kmetal_network.live.by_hand import ALPHAS, OURS, ZEROES, Objects, labelled, made


@pytest.fixture
def live() -> Objects:
    """The guide's Subnets, Vpcs, SNAT rule, EIP and gateway nodes, with all that the controller adds."""
    external = {
        "cidrBlock": "77.220.68.96/27",
        "excludeIps": ["77.220.68.127", "77.220.68.96", "77.220.68.97"],
        "gateway": "77.220.68.97",
        "gatewayType": "distributed",
        "protocol": "IPv4",
        "provider": "ovn",
        "u2oFeatures": {},
        "vlan": "vlan222",
        "vpc": "ovn-cluster",
        **ZEROES,
    }
    workers = {
        "cidrBlock": "10.100.0.0/24",
        "excludeIps": ["10.100.0.1"],
        "gateway": "10.100.0.1",
        "namespaces": ["alpha"],
        "protocol": "IPv4",
        "provider": "alpha-dev-net.alpha.ovn",
        "u2oFeatures": {},
        "vpc": "alpha-vpc",
        **ZEROES,
    }
    route = {"bfdId": "", "cidr": "0.0.0.0/0", "ecmpMode": "", "nextHopIP": "77.220.68.97", "routeTable": ""}
    vpc = {
        "enableExternal": True,
        "namespaces": ["alpha"],
        "policyRoutes": [
            {"action": "drop", "match": "ip4.dst == 77.220.68.96/27", "priority": 1500, "nextHopIP": ""},
        ],
        "staticRoutes": [{**route, "policy": "policyDst"}],
    }
    reason = "jsonpath={.status.conditions[?@.type=='Ready'].reason}=ResetLogicalSwitchAclSuccess"
    switch_wait = f'["condition=Ready", "{reason}"]'
    snat_wait = '["jsonpath={.status.ready}=true", "jsonpath={.status.v4IpCidr}=10.100.0.0/24"]'
    snat = {"ovnEip": "alpha-vpc-external", "vpcSubnet": "alpha-dev-subnet"}
    eip = {"externalSubnet": "external", "type": "lrp", "v4Ip": "77.220.68.100", "v6Ip": "", "macAddress": "1a:d3"}
    nodes = {
        name: labelled(made(name, {}), {"kubernetes.io/hostname": name, "ovn.kubernetes.io/external-gw": "true"})
        for name in ("w1", "w2")
    }
    return {
        "Subnet": {
            "external": labelled(made("external", external, "condition=Ready"), OURS),
            "alpha-dev-subnet": labelled(made("alpha-dev-subnet", workers, switch_wait), ALPHAS),
            "ovn-default": made("ovn-default", {"cidrBlock": "10.16.0.0/16", "vpc": "ovn-cluster"}),
            "join": made("join", {"cidrBlock": "100.64.0.0/16", "vpc": "ovn-cluster"}),
        },
        "Vpc": {
            "alpha-vpc": labelled(made("alpha-vpc", vpc, "jsonpath={.status.enableExternal}=true"), ALPHAS),
            "ovn-cluster": made("ovn-cluster", {"extraExternalSubnets": ["external"]}),
        },
        "OvnSnatRule": {"alpha-snat-dev": labelled(made("alpha-snat-dev", snat, snat_wait), ALPHAS)},
        "OvnEip": {"alpha-vpc-external": made("alpha-vpc-external", eip)},
        "Node": {"c1": made("c1", {}), **nodes},
    }
