"""Cases of the identity of NICs, of nodes that carry them, and of speakers that never answer there."""

from __future__ import annotations

from kmetal_network.facts.model import Node, Range, RangeKind
from tests.law_cases.case import breaks, passes, warns
from tests.law_cases.claims import config_map
from tests.law_cases.metallb import bgp, peer
from tests.law_cases.reach import TRUNK
from tests.support.network import (
    LAYER2,
    POOL,
    PROVIDER,
    VLAN,
    VPC,
    Body,
    Edit,
    add,
    build,
    gone,
    known_as,
    managed,
    node,
    partial,
    put,
    rename,
    take,
)

HOST = "kubernetes.io/hostname"
SECOND = "ProviderNetwork second"
SELECTORS = "spec.nodeSelectors"
POLICY = "spec.policyRoutes.+"


def answers(*nics: str) -> Edit:
    return put(LAYER2, "spec.interfaces", list(nics))


def on(*names: str) -> Edit:
    """Announced from named nodes alone."""
    return put(LAYER2, SELECTORS, [{"matchLabels": {HOST: name}} for name in names])


def second(interface: str, **spec: object) -> Body:
    return build("ProviderNetwork", "second", {"defaultInterface": interface, **spec})


def policy(match: str) -> Edit:
    return put(VPC, POLICY, {"priority": 1200, "match": match, "action": "drop"})


def without_addresses(*names: str) -> tuple[Edit, ...]:
    return tuple(put(f"Node {name}", "status.addresses", []) for name in names)


EVERY_NIC = take(LAYER2, "spec.interfaces")
SPEAKERS = "announcedInterfacesToExclude:\n- ^docker.*\n"

CASES = (
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
        "nodes by a label that nobody here has",
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
        add(config_map("metallb-excludel2", config=f"{SPEAKERS}- ^data\\.222$\n- ^br-provider$\n")),
    ),
    warns(
        "NET-202",
        "speakers that exclude the NIC and not its bridge",
        EVERY_NIC,
        add(config_map("metallb-excludel2", config=f"{SPEAKERS}- ^data\\.222$\n")),
        at=LAYER2,
    ),
    breaks(
        "NET-202",
        "speakers that exclude other NICs",
        EVERY_NIC,
        add(config_map("metallb-excludel2", config=SPEAKERS)),
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
    passes("NET-301", "an id of 0 on a named kernel VLAN", put(PROVIDER, "spec.defaultInterface", "vlan222")),
    passes("NET-301", "an id of 0 on a named VLAN of a bond", put(PROVIDER, "spec.defaultInterface", "bond0-vlan222")),
    breaks(
        "NET-301",
        "the tag of a named kernel VLAN once more",
        put(PROVIDER, "spec.defaultInterface", "vlan222"),
        put(VLAN, "spec.id", 222),
        at=VLAN,
    ),
    breaks(
        "NET-301",
        "a second tag on a network that an empty provider means",
        add(build("Vlan", "again", {"id": 222, "provider": ""})),
        at="Vlan again",
    ),
    breaks(
        "NET-302",
        "the management NIC, written with zeros",
        managed(interface="data.0222"),
        at=PROVIDER,
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
        "NET-204",
        "addresses that BGP alone announces",
        managed("172.21.204.0/24"),
        gone(LAYER2),
        add(bgp(), peer()),
        put(POOL, "spec.addresses", ["10.255.0.0/24"]),
    ),
    breaks(
        "NET-204",
        "addresses that ARP announces, too",
        managed("172.21.204.0/24"),
        add(bgp(), peer()),
        put(POOL, "spec.addresses", ["10.255.0.0/24"]),
        at=POOL,
    ),
    warns(
        "NET-204",
        "addresses of which no announcement is in sight",
        managed("172.21.204.0/24"),
        partial,
        gone(LAYER2),
        put(POOL, "spec.addresses", ["10.255.0.0/24"]),
        at=POOL,
    ),
    passes(
        "NET-204",
        "the other family, of which the settings have no block",
        managed("172.21.204.0/24"),
        put(POOL, "spec.addresses", ["172.21.204.200-172.21.204.250", "fd00:204::/120"]),
    ),
    passes(
        "NET-204",
        "both families",
        managed("172.21.204.0/24,fd00:204::/64"),
        put(POOL, "spec.addresses", ["172.21.204.200-172.21.204.250", "fd00:204::/120"]),
    ),
    breaks(
        "NET-204",
        "an IPv6 range outside the IPv6 block",
        managed("172.21.204.0/24,fd00:204::/64"),
        put(POOL, "spec.addresses", ["172.21.204.200-172.21.204.250", "fd00:205::/120"]),
        at=POOL,
    ),
    passes("NET-235", "a block in the settings", managed("172.21.204.0/24"), *without_addresses("c1", "w1", "w2")),
    passes(
        "NET-235",
        "no block, and nodes whose addresses are in sight",
        *without_addresses("c1", "w1"),
        known_as(ranges=(Range(place="n", name="n", kind=RangeKind.NODE, text="172.21.204.13/32"),)),
    ),
    breaks("NET-235", "no block", *without_addresses("c1", "w1", "w2"), at="management"),
    breaks(
        "NET-235",
        "no block of the pool's other family",
        managed("172.21.204.0/24"),
        *without_addresses("c1", "w1", "w2"),
        put(POOL, "spec.addresses", ["172.21.204.200-172.21.204.250", "fd00:204::/120"]),
        at="management",
    ),
    passes("NET-414", "a field that is compared with a number", policy("ip.ttl == 1")),
    warns("NET-414", "a comparison the other way round", policy("10.0.0.0/8 == ip4.dst"), at=VPC),
    warns("NET-414", "a mask", policy("ip4.dst == 10.0.0.0/255.0.0.0"), at=VPC),
    warns("NET-414", "an address of Ethernet", policy("eth.src == 00:00:00:00:00:01"), at=VPC),
    warns(
        "NET-303", "two names in one file", partial, rename("Subnet external", "externals"), at=(VPC, "Vpc beta-vpc")
    ),
    breaks(
        "NET-705",
        "a range that kubeadm serves",
        gone("ServiceCIDR kubernetes"),
        add(
            {
                "apiVersion": "kubeadm.k8s.io/v1beta4",
                "kind": "ClusterConfiguration",
                "metadata": {"name": "kubeadm"},
                "spec": {},
                "networking": {"serviceSubnet": "10.96.0.0/12"},
            }
        ),
        at="HelmRelease kmetal-flux/kmetal",
    ),
    breaks(
        "NET-705",
        "a range that the API server's own pod serves",
        gone("ServiceCIDR kubernetes"),
        add(
            build(
                "Pod",
                "kube-apiserver-c1",
                {"containers": [{"command": ["kube-apiserver", "--service-cluster-ip-range=10.97.0.0/16"]}]},
                namespace="kube-system",
            )
        ),
        at="HelmRelease kmetal-flux/kmetal",
    ),
    passes(
        "NET-433",
        "huge pages that are requested",
        put(
            "ResourceQuota alpha/alpha-quota",
            "spec.hard",
            {"services.loadbalancers": "1", "requests.hugepages-2Mi": "1Gi"},
        ),
    ),
    passes("NET-308", "a gateway node beside those that a selector leaves out", add(node("w4", "172.21.204.14"))),
)
