"""Cases of the families of the provider network (NET-3xx)."""

from __future__ import annotations

from kmetal_network.facts.model import UNKNOWN
from tests.law_cases.case import breaks, passes, warns
from tests.support.network import (
    DEFAULT_VPC,
    EXTERNAL,
    PROVIDER,
    RELEASE,
    SUBNET,
    VLAN,
    VPC,
    Body,
    add,
    build,
    gone,
    managed,
    node,
    partial,
    put,
    rename,
    take,
)

BETA = "Vpc beta-vpc"
SECOND = "ProviderNetwork second"


def second(interface: str, **spec: object) -> Body:
    return build("ProviderNetwork", "second", {"defaultInterface": interface, **spec})


CASES = (
    passes(
        "NET-301", "the real id on a plain NIC", put(PROVIDER, "spec.defaultInterface", "eth9"), put(VLAN, "spec.id", 1)
    ),
    breaks("NET-301", "a second tag", put(VLAN, "spec.id", 222), at=VLAN),
    warns("NET-301", "no tag on a plain NIC", put(PROVIDER, "spec.defaultInterface", "eth9"), at=VLAN),
    warns(
        "NET-301",
        "no id on a plain NIC",
        put(PROVIDER, "spec.defaultInterface", "eth9"),
        take(VLAN, "spec.id"),
        at=VLAN,
    ),
    breaks("NET-301", "an id that is not known yet", put(VLAN, "spec.id", UNKNOWN), at=VLAN),
    warns(
        "NET-301",
        "a plain NIC on some nodes",
        put(PROVIDER, "spec.customInterfaces", [{"interface": "eth9", "nodes": ["w2"]}]),
        at=VLAN,
    ),
    passes("NET-302", "three NICs", managed(interface="data.204")),
    breaks(
        "NET-302",
        "the tunnel NIC",
        put(RELEASE, "spec.values.network.kubeOvn.tunnelInterface", "data.222"),
        at=PROVIDER,
    ),
    breaks("NET-302", "the management NIC", managed(interface="data.222"), at=PROVIDER),
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
    passes(
        "NET-309",
        "a selector alone",
        take(PROVIDER, "spec.excludeNodes"),
        put(PROVIDER, "spec.nodeSelector", {"matchLabels": {"provider": "true"}}),
    ),
    breaks(
        "NET-309",
        "a selector beside a list",
        put(PROVIDER, "spec.nodeSelector", {"matchLabels": {"provider": "true"}}),
        at=PROVIDER,
    ),
    passes(
        "NET-310", "twelve characters", rename(PROVIDER, "provider-two"), put(VLAN, "spec.provider", "provider-two")
    ),
    breaks(
        "NET-310",
        "thirteen characters",
        rename(PROVIDER, "provider-site"),
        put(VLAN, "spec.provider", "provider-site"),
        at="ProviderNetwork provider-site",
    ),
    passes(
        "NET-311",
        "one name of a NIC on different nodes",
        add(second("data.230", customInterfaces=[{"interface": "data.223", "nodes": ["w1"]}])),
        put(PROVIDER, "spec.customInterfaces", [{"interface": "data.223", "nodes": ["w2"]}]),
    ),
    breaks("NET-311", "one NIC, two networks", add(second("data.222")), at=SECOND),
    breaks(
        "NET-311",
        "one NIC, two networks on one node",
        add(second("data.230", customInterfaces=[{"interface": "data.223", "nodes": ["w2"]}])),
        put(PROVIDER, "spec.customInterfaces", [{"interface": "data.223", "nodes": ["w2"]}]),
        at=SECOND,
    ),
    passes(
        "NET-312",
        "one id on two networks",
        put(PROVIDER, "spec.defaultInterface", "eth8"),
        put(VLAN, "spec.id", 222),
        add(second("eth9"), build("Vlan", "other", {"provider": "second", "id": 222})),
    ),
    breaks(
        "NET-312",
        "one id twice on a network",
        put(PROVIDER, "spec.defaultInterface", "eth8"),
        put(VLAN, "spec.id", 222),
        add(build("Vlan", "other", {"provider": "provider", "id": 222})),
        at="Vlan other",
    ),
    passes("NET-313", "a provider network that another file may hold", partial, gone(PROVIDER)),
    breaks("NET-313", "a Vlan of no network", put(VLAN, "spec.provider", "provider2"), at=VLAN),
    breaks("NET-313", "a Subnet of no Vlan", put(EXTERNAL, "spec.vlan", "vlan223"), at=EXTERNAL),
    passes(
        "NET-314",
        "each node once",
        put(
            PROVIDER,
            "spec.customInterfaces",
            [{"interface": "data.223", "nodes": ["w1"]}, {"interface": "data.224", "nodes": ["w2"]}],
        ),
    ),
    breaks(
        "NET-314",
        "a node for two NICs",
        put(
            PROVIDER,
            "spec.customInterfaces",
            [{"interface": "data.223", "nodes": ["w1"]}, {"interface": "data.224", "nodes": ["w1"]}],
        ),
        at=PROVIDER,
    ),
    breaks(
        "NET-314",
        "a node for a NIC and excluded",
        put(PROVIDER, "spec.customInterfaces", [{"interface": "data.223", "nodes": ["c1"]}]),
        at=PROVIDER,
    ),
    passes("NET-315", "fifteen characters", put(PROVIDER, "spec.defaultInterface", "enp129s0f1.2222")),
    breaks("NET-315", "sixteen characters", put(PROVIDER, "spec.defaultInterface", "enp129s0f10.2222"), at=PROVIDER),
    breaks("NET-315", "a slash", put(PROVIDER, "spec.defaultInterface", "eth/9.222"), at=PROVIDER),
    breaks("NET-315", "a blank", put(PROVIDER, "spec.defaultInterface", "eth 9.222"), at=PROVIDER),
    passes("NET-316", "4094", put(PROVIDER, "spec.defaultInterface", "eth9"), put(VLAN, "spec.id", 4094)),
    breaks("NET-316", "4095", put(PROVIDER, "spec.defaultInterface", "eth9"), put(VLAN, "spec.id", 4095), at=VLAN),
    breaks(
        "NET-316",
        "a negative number",
        put(PROVIDER, "spec.defaultInterface", "eth9"),
        put(VLAN, "spec.id", -1),
        at=VLAN,
    ),
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
