"""Edits of the good network that several files of cases share."""

from __future__ import annotations

from tests.support.network.edits import gone, put
from tests.support.network.objects import SUBNET

BETA = "Subnet beta-dev-subnet"
POD = "Subnet ovn-default"
POINT_TO_POINT = (
    put(SUBNET, "spec.cidrBlock", "10.100.0.0/31"),
    put(SUBNET, "spec.gateway", "10.100.0.0"),
    put(SUBNET, "spec.excludeIps", []),
    put(SUBNET, "spec.vlan", "vlan222"),
    put(SUBNET, "spec.vpc", "ovn-cluster"),
    put(SUBNET, "spec.namespaces", []),
    put(SUBNET, "spec.provider", ""),
    gone("NetworkAttachmentDefinition alpha/alpha-dev-net"),
    put(
        "Vpc beta-vpc", "spec.policyRoutes.+", {"priority": 1500, "match": "ip4.dst == 10.100.0.0/31", "action": "drop"}
    ),
    gone("OvnSnatRule alpha-snat-dev", "Vpc alpha-vpc"),
    gone(BETA, "OvnSnatRule beta-snat-dev", "NetworkAttachmentDefinition beta/beta-dev-net"),
)
"""Alpha's Subnet as a second provider Subnet of two addresses: only there is a /31 of use."""
