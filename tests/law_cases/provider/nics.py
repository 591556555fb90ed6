"""Cases of `kmetal_network.laws.provider.nics`."""

from __future__ import annotations

from tests.law_cases.case import breaks, passes, warns
from tests.law_cases.metallb.edits import HOST
from tests.law_cases.provider.edits import second
from tests.support.network.edits import add, gone, managed, partial, put, rename, take
from tests.support.network.objects import PROVIDER, RELEASE, VLAN

SECOND = "ProviderNetwork second"
CASES = (
    passes("NET-302", "three NICs", managed(interface="data.204")),
    breaks(
        "NET-302",
        "the tunnel NIC",
        put(RELEASE, "spec.values.network.kubeOvn.tunnelInterface", "data.222"),
        at=PROVIDER,
    ),
    breaks("NET-302", "the management NIC", managed(interface="data.222"), at=PROVIDER),
    breaks(
        "NET-302",
        "the management NIC, written with zeros",
        managed(interface="data.0222"),
        at=PROVIDER,
    ),
    passes(
        "NET-309",
        "a selector alone",
        take(PROVIDER, "spec.excludeNodes"),
        put(PROVIDER, "spec.nodeSelector", {"matchLabels": {"provider": "true"}}),
    ),
    breaks(
        "NET-309",
        "a selector next to a list",
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
    breaks(
        "NET-310",
        "the name of OVN's own bridge",
        rename(PROVIDER, "int"),
        put(VLAN, "spec.provider", "int"),
        at="ProviderNetwork int",
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
        "NET-311",
        "one NIC on nodes apart, by exclusion",
        put(PROVIDER, "spec.excludeNodes", ["c1"]),
        add(second("data.222", excludeNodes=["w1", "w2"])),
    ),
    passes(
        "NET-311",
        "one NIC on nodes apart, by labels",
        take(PROVIDER, "spec.excludeNodes"),
        put(PROVIDER, "spec.nodeSelector", {"matchLabels": {HOST: "w1"}}),
        add(second("data.222", nodeSelector={"matchLabels": {"rack": "b"}})),
        put("Node w2", "metadata.labels.rack", "b"),
    ),
    breaks(
        "NET-311",
        "one NIC, and one node in both",
        add(second("data.222", excludeNodes=["w1"])),
        at=SECOND,
    ),
    warns(
        "NET-311",
        "one NIC, and nodes that are not in sight",
        partial,
        gone("Node c1", "Node w1", "Node w2"),
        add(second("data.222", excludeNodes=["w1", "w2"])),
        at=SECOND,
        also=(("NET-235", "management"),),
    ),
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
)
