"""Cases of `kmetal_network.laws.metallb.layer2`."""

from __future__ import annotations

from kmetal_network.facts.platform import Node
from kmetal_network.facts.unknown import UNKNOWN
from tests.law_cases.case import breaks, passes, warns
from tests.law_cases.metallb.edits import HOST, config_map
from tests.law_cases.provider.edits import PLAIN, TRUNK
from tests.support.network.edits import Edit, add, gone, known_as, partial, patch, put, take
from tests.support.network.objects import LAYER2, PROVIDER, VLAN, build

SELECTORS = "spec.nodeSelectors"


def answers(*nics: str) -> Edit:
    return put(LAYER2, "spec.interfaces", list(nics))


def on(*names: str) -> Edit:
    """Announced from named nodes alone."""
    return put(LAYER2, SELECTORS, [{"matchLabels": {HOST: name}} for name in names])


EVERY_NIC = take(LAYER2, "spec.interfaces")
SPEAKERS = "announcedInterfacesToExclude:\n- ^docker.*\n"
CASES = (
    passes("NET-202", "a sub-interface of another VLAN", put(LAYER2, "spec.interfaces", ["data.204", "data.22"])),
    passes("NET-202", "the bridge of no one", put(LAYER2, "spec.interfaces", ["br-provide"])),
    breaks("NET-202", "no interfaces", take(LAYER2, "spec.interfaces"), at=LAYER2),
    breaks("NET-202", "no spec at all", take(LAYER2, "spec"), at=LAYER2),
    breaks("NET-202", "an empty list of interfaces", put(LAYER2, "spec.interfaces", []), at=LAYER2),
    breaks("NET-202", "the provider NIC", put(LAYER2, "spec.interfaces", ["data.204", "data.222"]), at=LAYER2),
    breaks("NET-202", "the provider network's bridge", put(LAYER2, "spec.interfaces", ["br-provider"]), at=LAYER2),
    breaks(
        "NET-202",
        "the NIC of some nodes",
        put(LAYER2, "spec.interfaces", ["eth9.222"]),
        put(PROVIDER, "spec.customInterfaces", [{"interface": "eth9.222", "nodes": ["w2"]}]),
        at=LAYER2,
    ),
    breaks(
        "NET-202",
        "the provider VLAN on a plain provider NIC",
        put(PROVIDER, "spec.defaultInterface", "eth9"),
        put(VLAN, "spec.id", 222),
        put(LAYER2, "spec.interfaces", ["eth9.222"]),
        at=LAYER2,
    ),
    breaks(
        "NET-202",
        "the first of two VLANs on a plain provider NIC",
        put(PROVIDER, "spec.defaultInterface", "eth9"),
        put(VLAN, "spec.id", 222),
        add(build("Vlan", "vlan223", {"id": 223, "provider": "provider"})),
        put(LAYER2, "spec.interfaces", ["eth9.222"]),
        at=LAYER2,
    ),
    breaks(
        "NET-202",
        "an interface that is not known yet",
        put(LAYER2, "spec.interfaces", ["data.204", UNKNOWN]),
        at=LAYER2,
    ),
    breaks(
        "NET-202", "a provider NIC that is not known yet", put(PROVIDER, "spec.defaultInterface", UNKNOWN), at=PROVIDER
    ),
    breaks(
        "NET-202",
        "a pool of the kind before advertisements",
        gone(LAYER2),
        add(
            build(
                "AddressPool",
                "old",
                {"protocol": "layer2", "addresses": ["172.21.204.10/32"]},
                namespace="kmetal-metallb",
            ),
            build("L2Advertisement", "tenant-cp-l2", {"interfaces": ["data.204"]}, namespace="kmetal-metallb"),
        ),
        at="AddressPool kmetal-metallb/old",
    ),
    passes(
        "NET-202",
        "a pool of that kind by BGP",
        add(
            build(
                "AddressPool", "old", {"protocol": "bgp", "addresses": ["172.21.204.10/32"]}, namespace="kmetal-metallb"
            )
        ),
    ),
    breaks(
        "NET-202",
        "the VLAN of a network that a Vlan with an empty provider is on",
        put(PROVIDER, "spec.defaultInterface", "eth9"),
        put(VLAN, "spec.id", 222),
        put(VLAN, "spec.provider", ""),
        put(LAYER2, "spec.interfaces", ["eth9.222"]),
        at=LAYER2,
    ),
    breaks("NET-202", "the NIC's VLAN written with zeros", answers("data.0222"), at=LAYER2),
    breaks("NET-202", "a VLAN inside the provider VLAN", answers("data.222.100"), at=LAYER2),
    breaks("NET-202", "the same, written with zeros", answers("data.0222.100"), at=LAYER2),
    breaks("NET-202", "the VLAN by its id alone", answers("vlan222"), at=LAYER2),
    breaks("NET-202", "Kube-OVN's port for the VLAN", *TRUNK, answers("br-provider-vlan222"), at=LAYER2),
    breaks("NET-202", "that port by its short name", *TRUNK, answers("kv222-ab12cd34ef"), at=LAYER2),
    breaks("NET-202", "the VLAN on the bridge", *TRUNK, answers("br-provider.222"), at=LAYER2),
    breaks("NET-202", "the VLAN on a NIC, named", *TRUNK, answers("eth9-vlan222"), at=LAYER2),
    breaks("NET-202", "a VLAN inside the VLAN of a plain NIC", *TRUNK, answers("eth9.222.7"), at=LAYER2),
    breaks("NET-202", "the VLAN on the bridge over a tagged NIC", answers("br-provider.5"), at=LAYER2),
    passes("NET-202", "another VLAN's port on the same bridge", *TRUNK, answers("br-provider-vlan204")),
    passes("NET-202", "another VLAN's port by its short name", *TRUNK, answers("kv204-ab12cd34ef")),
    passes("NET-202", "another VLAN of a plain NIC", *TRUNK, answers("eth9.204", "vlan204", "eth90.222")),
    passes("NET-202", "the NIC under the provider VLAN", answers("data")),
    passes("NET-202", "every NIC of a node without the provider NIC", EVERY_NIC, on("c1")),
    breaks("NET-202", "every NIC of a node with it", EVERY_NIC, on("c1", "w1"), at=LAYER2),
    passes(
        "NET-202",
        "the NIC of other nodes",
        put(PROVIDER, "spec.customInterfaces", [{"interface": "eth9.222", "nodes": ["w2"]}]),
        answers("eth9.222"),
        on("w1"),
    ),
    breaks(
        "NET-202",
        "the NIC of these very nodes",
        put(PROVIDER, "spec.customInterfaces", [{"interface": "eth9.222", "nodes": ["w2"]}]),
        answers("eth9.222"),
        on("w2"),
        at=LAYER2,
    ),
    warns(
        "NET-202",
        "nodes by a label that no one here has",
        partial,
        EVERY_NIC,
        put(LAYER2, SELECTORS, [{"matchLabels": {"speaker": "true"}}]),
        at=LAYER2,
    ),
    passes(
        "NET-202",
        "nodes by an expression",
        EVERY_NIC,
        put(LAYER2, SELECTORS, [{"matchExpressions": [{"key": HOST, "operator": "NotIn", "values": ["w1", "w2"]}]}]),
    ),
    passes(
        "NET-202",
        "speakers that exclude the NIC and its bridge",
        EVERY_NIC,
        add(
            config_map(
                "metallb-excludel2", namespace="kmetal-metallb", config=f"{SPEAKERS}- ^data\\.222$\n- ^br-provider$\n"
            )
        ),
    ),
    warns(
        "NET-202",
        "speakers that exclude the NIC and not its bridge",
        EVERY_NIC,
        add(config_map("metallb-excludel2", namespace="kmetal-metallb", config=f"{SPEAKERS}- ^data\\.222$\n")),
        at=LAYER2,
    ),
    breaks(
        "NET-202",
        "speakers that exclude other NICs",
        EVERY_NIC,
        add(config_map("metallb-excludel2", namespace="kmetal-metallb", config=SPEAKERS)),
        at=LAYER2,
    ),
    passes("NET-202", "a patch that leaves the interfaces to others", patch(LAYER2, ipAddressPools=["tenant-cp-pool"])),
    passes("NET-202", "a patch that leaves the provider NIC to others", patch(PROVIDER, excludeNodes=["c1"])),
    breaks(
        "NET-202",
        "a patch with the provider NIC",
        patch(LAYER2, interfaces=["data.222"]),
        at="L2AdvertisementPatch kmetal-metallb/tenant-cp-l2",
    ),
    breaks(
        "NET-202",
        "a patch with an empty list",
        patch(LAYER2, interfaces=[]),
        at="L2AdvertisementPatch kmetal-metallb/tenant-cp-l2",
    ),
    breaks(
        "NET-202",
        "a patch with interfaces that are not known yet",
        patch(LAYER2, interfaces=UNKNOWN),
        at="L2AdvertisementPatch kmetal-metallb/tenant-cp-l2",
    ),
    breaks(
        "NET-202",
        "a patch with a provider NIC that is not known yet",
        patch(PROVIDER, defaultInterface=UNKNOWN),
        at="ProviderNetworkPatch provider",
    ),
    breaks(
        "NET-202",
        "a patch that makes a NIC that answers ARP the provider's",
        put(LAYER2, "spec.interfaces", ["data.204", "data.22"]),
        patch(PROVIDER, defaultInterface="data.22"),
        at=LAYER2,
    ),
    breaks(
        "NET-202",
        "a sub-interface of the provider VLAN, next to a patch of the Vlan without its id",
        *PLAIN,
        put(LAYER2, "spec.interfaces", ["eth9.222"]),
        patch(VLAN, provider="provider"),
        at=LAYER2,
    ),
    passes(
        "NET-216",
        "a NIC that the node has",
        known_as(nodes=(Node(place="node", name="w3", interfaces=("data.204", "data.222")),)),
    ),
    breaks(
        "NET-216",
        "a NIC that one node has not",
        known_as(nodes=(Node(place="node", name="w3", interfaces=("data.222",)),)),
        at=LAYER2,
    ),
    passes(
        "NET-216",
        "one of two NICs on each node",
        answers("data.204", "eno1.204"),
        known_as(nodes=(Node(place="node", name="w3", interfaces=("eno1.204",)),)),
    ),
    passes(
        "NET-216",
        "a node that does not announce",
        on("w1", "w2"),
        known_as(nodes=(Node(place="node", name="w3", interfaces=("data.222",)),)),
    ),
)
