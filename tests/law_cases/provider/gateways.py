"""Cases of `kmetal_network.laws.provider.gateways`."""

from __future__ import annotations

from kmetal_network.facts.model import UNKNOWN
from tests.law_cases.case import breaks, passes, warns
from tests.support.network import DEFAULT_VPC, EXTERNAL, PROVIDER, SUBNET, VPC, add, node, partial, put, rename, take

BETA = "Vpc beta-vpc"
CASES = (
    passes(
        "NET-303",
        "a VPC with other external Subnets of its own",
        rename(EXTERNAL, "uplink"),
        put(DEFAULT_VPC, "spec.extraExternalSubnets", ["uplink"]),
        put(VPC, "spec.extraExternalSubnets", ["uplink"]),
        put(BETA, "spec.extraExternalSubnets", ["uplink"]),
        put("OvnSnatRule alpha-snat-dev", "spec.ovnEip", "alpha-vpc-uplink"),
        put("OvnSnatRule beta-snat-dev", "spec.ovnEip", "beta-vpc-uplink"),
    ),
    breaks(
        "NET-303",
        "the provider Subnet by another name",
        rename(EXTERNAL, "uplink"),
        put(DEFAULT_VPC, "spec.extraExternalSubnets", ["uplink"]),
        at=(VPC, BETA),
    ),
    warns(
        "NET-303", "two names in one file", partial, rename("Subnet external", "externals"), at=(VPC, "Vpc beta-vpc")
    ),
    passes(
        "NET-304",
        "a label that is not known yet",
        put("Node w1", "metadata.labels", {"ovn.kubernetes.io/external-gw": UNKNOWN}),
        take("Node w2", "metadata.labels"),
    ),
    breaks(
        "NET-304",
        "every label turned to false by the controller",
        *(put(f"Node {name}", "metadata.labels", {"ovn.kubernetes.io/external-gw": "false"}) for name in ("w1", "w2")),
        at=(VPC, BETA),
    ),
    passes("NET-305", "a third node whose label is false", add(node("w3", "172.21.204.14", "false"))),
    breaks("NET-305", "a third node whose label is yes", add(node("w3", "172.21.204.14", "yes")), at="Node w3"),
    passes("NET-306", "one gateway node of those that this file knows", partial, take("Node w2", "metadata.labels")),
    breaks("NET-306", "one gateway node", take("Node w2", "metadata.labels"), at="Node w1"),
    passes("NET-307", "an empty list, which counts as set", put(DEFAULT_VPC, "spec.extraExternalSubnets", [])),
    breaks("NET-307", "the patch lost", take(DEFAULT_VPC, "spec.extraExternalSubnets"), at=DEFAULT_VPC),
    passes(
        "NET-308",
        "a third node without the NIC and without the label",
        put(PROVIDER, "spec.excludeNodes", ["c1", "w3"]),
        add(node("w3", "172.21.204.14")),
    ),
    breaks(
        "NET-308", "a gateway node that is excluded", put(PROVIDER, "spec.excludeNodes", ["c1", "w2"]), at="Node w2"
    ),
    passes("NET-308", "a gateway node beside those that a selector leaves out", add(node("w4", "172.21.204.14"))),
    passes("NET-317", "a Subnet that leaves its VPC to the default", take(EXTERNAL, "spec.vpc")),
    breaks("NET-317", "the provider Subnet in a tenant's VPC", put(EXTERNAL, "spec.vpc", "beta-vpc"), at=EXTERNAL),
    passes(
        "NET-318",
        "centralized, written",
        put(EXTERNAL, "spec.gatewayType", "centralized"),
        put(SUBNET, "spec.gatewayType", ""),
    ),
    breaks("NET-318", "British spelling", put(EXTERNAL, "spec.gatewayType", "centralised"), at=EXTERNAL),
    passes(
        "NET-319",
        "a Subnet that another file may hold",
        partial,
        put(DEFAULT_VPC, "spec.extraExternalSubnets", ["elsewhere"]),
    ),
    breaks(
        "NET-319",
        "a Subnet that does not exist",
        put(DEFAULT_VPC, "spec.extraExternalSubnets", ["external2"]),
        at=DEFAULT_VPC,
    ),
)
