"""Cases of the families of MetalLB (NET-2xx)."""

from __future__ import annotations

from kmetal_network.facts.model import UNKNOWN, ControlPlane, Node, Range, RangeKind
from tests.law_cases.case import breaks, passes
from tests.support.network import (
    EXTERNAL,
    LAYER2,
    NO,
    POOL,
    PROVIDER,
    QUOTA,
    VLAN,
    VPC,
    Body,
    Edit,
    add,
    build,
    gone,
    known_as,
    managed,
    partial,
    put,
    take,
)

BETA = "Vpc beta-vpc"
BGP = "BGPAdvertisement kmetal-metallb/routed"
PEER = "BGPPeer kmetal-metallb/leaf"
OTHER = "IPAddressPool kmetal-metallb/other"
UNREAD = ("NET-220", POOL)


def addresses(*written: object) -> Edit:
    return put(POOL, "spec.addresses", list(written))


def pool(name: str, *written: str, **spec: object) -> Body:
    return build("IPAddressPool", name, {"addresses": list(written), **spec}, namespace="kmetal-metallb")


def bgp(name: str = "routed", **spec: object) -> Body:
    """A BGP advertisement of the one pool."""
    return build("BGPAdvertisement", name, {"ipAddressPools": ["tenant-cp-pool"], **spec}, namespace="kmetal-metallb")


def peer(name: str = "leaf", **spec: object) -> Body:
    values = {"myASN": 64512, "peerASN": 64513, "peerAddress": "172.21.204.1", **spec}
    return build(
        "BGPPeer",
        name,
        {key: value for key, value in values.items() if value is not None},
        namespace="kmetal-metallb",
    )


def plane(name: str, address: str | None, namespace: str = "alpha") -> ControlPlane:
    return ControlPlane(place=f"tenants {name}", name=name, namespace=namespace, address=address)


DHCP = known_as(
    ranges=(Range(place="dhcp", name="dhcp", kind=RangeKind.RESERVED, text="172.21.204.100-172.21.204.199"),)
)

CASES = (
    passes(
        "NET-201",
        "the addresses before and after the external block",
        gone(LAYER2),
        add(build("L2Advertisement", "all", {"interfaces": ["data.204"]}, namespace="kmetal-metallb")),
        addresses("77.220.68.95/32", "77.220.68.128/25"),
    ),
    breaks("NET-201", "a single address", addresses("77.220.68.100"), at=POOL, also=(UNREAD,)),
    breaks("NET-201", "a single address as a block", addresses("77.220.68.127/32"), at=POOL),
    breaks("NET-201", "a range inside", addresses("77.220.68.100-77.220.68.110"), at=POOL),
    breaks("NET-201", "a range that reaches in from below", addresses("77.220.68.1-77.220.68.96"), at=POOL),
    breaks("NET-201", "a range that reaches out above", addresses("77.220.68.127-77.220.68.200"), at=POOL),
    breaks("NET-201", "a range around the block", addresses("77.220.0.0-77.220.255.255"), at=POOL),
    breaks("NET-201", "a block inside", addresses("77.220.68.112/28"), at=POOL),
    breaks("NET-201", "a block around", addresses("77.220.64.0/18"), at=POOL),
    breaks("NET-201", "the mapped form", addresses("::ffff:77.220.68.100"), at=POOL, also=(UNREAD,)),
    breaks("NET-201", "the mapped form in hexadecimal", addresses("::ffff:4ddc:4464"), at=POOL, also=(UNREAD,)),
    breaks("NET-201", "a mapped range", addresses("::ffff:77.220.68.100-::ffff:77.220.68.101"), at=POOL),
    breaks("NET-201", "a mapped block", addresses("::ffff:77.220.68.96/123"), at=POOL),
    breaks(
        "NET-201", "the second of two entries", addresses("172.21.204.200-172.21.204.250", "77.220.68.100/32"), at=POOL
    ),
    breaks("NET-201", "an address that is not known yet", addresses(UNKNOWN), at=POOL),
    breaks("NET-201", "addresses that are not known yet", put(POOL, "spec.addresses", UNKNOWN), at=POOL),
    breaks("NET-201", "an address that nobody can read", addresses("172.21.204.200 to .250"), at=POOL),
    breaks("NET-201", "a provider block that is not known yet", put(EXTERNAL, "spec.cidrBlock", UNKNOWN), at=EXTERNAL),
    breaks(
        "NET-201",
        "a provider block that nobody can read",
        put(EXTERNAL, "spec.cidrBlock", "77.220.68.96 /27 "),
        put(EXTERNAL, "spec.cidrBlock", "77.220.68"),
        at=EXTERNAL,
    ),
    breaks(
        "NET-201",
        "a block on a VLAN that is not known yet",
        add(
            build(
                "Subnet",
                "second",
                {"vpc": "ovn-cluster", "vlan": UNKNOWN, "cidrBlock": "172.21.204.240/28", "gateway": "172.21.204.241"},
            )
        ),
        at=POOL,
        also=(),
    ),
    breaks(
        "NET-201",
        "a provider block of both families, told by others",
        known_as(ranges=(Range(place="a", name="a", kind=RangeKind.EXTERNAL, text="2001:db8::/64,203.0.113.0/27"),)),
        addresses("203.0.113.31/32"),
        at=POOL,
        also=(("NET-412", BETA), ("NET-412", BETA), ("NET-412", VPC), ("NET-412", VPC)),
    ),
    passes("NET-202", "a sub-interface of another VLAN", put(LAYER2, "spec.interfaces", ["data.204", "data.22"])),
    passes("NET-202", "the bridge of nobody", put(LAYER2, "spec.interfaces", ["br-provide"])),
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
    passes("NET-203", "a pool beside the external block, routed", add(bgp(), peer()), addresses("77.220.68.128/28")),
    breaks(
        "NET-203",
        "a routed pool in the external block",
        add(bgp(), peer()),
        addresses("77.220.68.100/32"),
        at=BGP,
        also=(("NET-201", POOL),),
    ),
    passes(
        "NET-204",
        "the management block's last address",
        managed("172.21.204.0/24"),
        addresses("172.21.204.200-172.21.204.255"),
    ),
    breaks(
        "NET-204", "one address too many", managed("172.21.204.0/24"), addresses("172.21.204.200-172.21.205.0"), at=POOL
    ),
    passes(
        "NET-205",
        "pools that touch",
        add(pool("other", "172.21.204.251-172.21.204.254")),
        put(LAYER2, "spec.ipAddressPools", ["tenant-cp-pool", "other"]),
    ),
    breaks(
        "NET-205",
        "pools that share one address",
        add(pool("other", "172.21.204.250/32")),
        put(LAYER2, "spec.ipAddressPools", ["tenant-cp-pool", "other"]),
        at=OTHER,
    ),
    breaks(
        "NET-205",
        "one pool that holds an address twice",
        addresses("172.21.204.200/32", "172.21.204.200-172.21.204.250"),
        at=POOL,
    ),
    passes(
        "NET-206", "a pool that another file may declare", partial, put(LAYER2, "spec.ipAddressPools", ["elsewhere"])
    ),
    breaks(
        "NET-206",
        "a pool that does not exist",
        put(LAYER2, "spec.ipAddressPools", ["tenant-cp-pool", "tenant-pool"]),
        at=LAYER2,
    ),
    passes("NET-207", "the addresses beside a node's", addresses("172.21.204.14-172.21.204.250")),
    breaks("NET-207", "a node's address", addresses("172.21.204.13-172.21.204.250"), at=POOL),
    breaks(
        "NET-207",
        "the settings' range of nodes",
        known_as(ranges=(Range(place="nodes", name="nodes", kind=RangeKind.NODE, text="172.21.204.200/32"),)),
        at=POOL,
    ),
    passes("NET-208", "the addresses beside DHCP's", DHCP),
    passes("NET-208", "a block beside DHCP's", DHCP, addresses("172.21.204.200/29")),
    breaks(
        "NET-208",
        "an address of DHCP's",
        known_as(
            ranges=(Range(place="dhcp", name="dhcp", kind=RangeKind.RESERVED, text="172.21.204.100-172.21.204.200"),)
        ),
        at=POOL,
    ),
    breaks("NET-208", "DHCP's last address", DHCP, addresses("172.21.204.199/32"), at=POOL),
    breaks("NET-208", "a block that begins in DHCP's range", DHCP, addresses("172.21.204.192/26"), at=POOL),
    breaks("NET-208", "a block that DHCP's range begins in", DHCP, addresses("172.21.204.64/26"), at=POOL),
    passes("NET-209", "a namespace that is not known yet", put(POOL, "metadata.namespace", UNKNOWN)),
    breaks(
        "NET-209",
        "upstream's own namespace",
        put(POOL, "metadata.namespace", "metallb-system"),
        at="IPAddressPool metallb-system/tenant-cp-pool",
    ),
    passes(
        "NET-210",
        "a pool that a selector may select",
        take(LAYER2, "spec.ipAddressPools"),
        put(LAYER2, "spec.ipAddressPoolSelectors", [{"matchLabels": {"a": "b"}}]),
    ),
    breaks("NET-210", "a pool that nobody announces", add(pool("other", "172.21.204.251-172.21.204.254")), at=OTHER),
    passes("NET-211", "every peer", add(bgp(peers=[]), peer())),
    breaks("NET-211", "a peer that does not exist", add(bgp(peers=["leaf", "spine"]), peer()), at=BGP),
    passes(
        "NET-212",
        "a profile that exists",
        add(bgp(), peer(bfdProfile="fast"), build("BFDProfile", "fast", {}, namespace="kmetal-metallb")),
    ),
    breaks("NET-212", "a profile that does not exist", add(bgp(), peer(bfdProfile="fast")), at=PEER),
    passes(
        "NET-213",
        "the largest number, and a dynamic one",
        add(bgp(), peer(myASN=4294967295, peerASN=None, dynamicASN="external")),
    ),
    breaks("NET-213", "no number at the other end", add(bgp(), peer(peerASN=None)), at=PEER),
    breaks("NET-213", "zero", add(bgp(), peer(myASN=0)), at=PEER),
    breaks("NET-213", "one too large", add(bgp(), peer(peerASN=4294967296)), at=PEER),
    passes("NET-214", "a router beside the provider block", add(bgp(), peer(peerAddress="77.220.68.95"))),
    breaks("NET-214", "a router in the provider block", add(bgp(), peer(peerAddress="77.220.68.97")), at=PEER),
    breaks("NET-214", "a router that is not known yet", add(bgp(), peer(peerAddress=UNKNOWN)), at=PEER),
    passes("NET-215", "no quota, and a pool that is only taken by name", gone(QUOTA), put(POOL, "spec.autoAssign", NO)),
    passes(
        "NET-215",
        "no quota, and a pool for named namespaces",
        gone(QUOTA),
        put(POOL, "spec.serviceAllocation", {"namespaces": ["beta"]}),
    ),
    passes(
        "NET-215",
        "no quota, and a pool for namespaces with a label",
        gone(QUOTA),
        put(POOL, "spec.serviceAllocation", {"namespaceSelectors": [{"matchLabels": {"a": "b"}}]}),
    ),
    breaks(
        "NET-215",
        "no quota, and a pool for this very namespace",
        gone(QUOTA),
        put(POOL, "spec.serviceAllocation", {"namespaces": ["beta", "alpha"]}),
        at=VPC,
    ),
    breaks(
        "NET-215",
        "no quota, and a pool for a list of none",
        gone(QUOTA),
        put(POOL, "spec.serviceAllocation", {"namespaces": []}),
        at=VPC,
    ),
    breaks(
        "NET-215",
        "no quota, and a pool for whatever label",
        gone(QUOTA),
        put(POOL, "spec.serviceAllocation", {"namespaceSelectors": [{}]}),
        at=VPC,
    ),
    breaks("NET-215", "no quota on load balancers", put(QUOTA, "spec.hard", {"pods": "10"}), at=VPC),
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
    passes("NET-217", "the pool's last address", known_as(control_planes=(plane("dev", "172.21.204.250"),))),
    passes("NET-217", "an address that MetalLB picks", known_as(control_planes=(plane("dev", None),))),
    breaks(
        "NET-217",
        "the address after the pool",
        known_as(control_planes=(plane("dev", "172.21.204.251"),)),
        at="tenants dev",
    ),
    passes(
        "NET-218",
        "addresses side by side",
        known_as(control_planes=(plane("dev", "172.21.204.200"), plane("two", "172.21.204.201", "beta"))),
    ),
    breaks(
        "NET-218",
        "one address twice",
        known_as(control_planes=(plane("dev", "172.21.204.200"), plane("two", "172.21.204.200", "beta"))),
        at="tenants two",
    ),
    passes(
        "NET-220",
        "a block, and ranges with blanks around their ends",
        addresses("172.21.204.200/32", "172.21.204.201 - 172.21.204.210", "172.21.204.211-172.21.204.250"),
    ),
    *(
        breaks("NET-220", title, addresses(text), at=POOL)
        for title, text in (
            ("a bare address", "172.21.204.200"),
            ("Kube-OVN's range", "172.21.204.200..172.21.204.250"),
            ("a mask", "172.21.204.208/255.255.255.240"),
            ("blanks around a block", " 172.21.204.208/28 "),
        )
    ),
    breaks("NET-220", "no address at all", addresses(), at=POOL),
    passes("NET-219", "one cluster, one load balancer", known_as(control_planes=(plane("dev", None),))),
    breaks(
        "NET-219",
        "two clusters, one load balancer",
        known_as(control_planes=(plane("dev", None), plane("two", None))),
        at=QUOTA,
    ),
)
