"""Cases of `kmetal_network.laws.metallb.pools`."""

from __future__ import annotations

from kmetal_network.facts.platform import Range, RangeKind
from kmetal_network.facts.unknown import UNKNOWN
from tests.law_cases.case import breaks, passes, warns
from tests.law_cases.metallb.edits import addresses, bgp, peer
from tests.law_cases.provider.edits import attachment, drops
from tests.support.network.edits import NO, Edit, add, gone, known_as, managed, partial, patch, put
from tests.support.network.objects import EXTERNAL, LAYER2, POOL, PROVIDER, VLAN, VPC, build

BETA = "Vpc beta-vpc"
UNREAD = ("NET-220", POOL)


def without_addresses(*names: str) -> tuple[Edit, ...]:
    return tuple(put(f"Node {name}", "status.addresses", []) for name in names)


INNER = add(
    build(
        "Subnet",
        "inner",
        {"vpc": "ovn-cluster", "provider": "ovn", "cidrBlock": "172.21.204.240/28", "gateway": "172.21.204.241"},
    )
)
"""A Subnet of the default VPC on addresses of the pool, which breaks NET-101 by itself."""


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
    breaks("NET-201", "an address that no one can read", addresses("172.21.204.200 to .250"), at=POOL),
    breaks("NET-201", "a provider block that is not known yet", put(EXTERNAL, "spec.cidrBlock", UNKNOWN), at=EXTERNAL),
    breaks(
        "NET-201",
        "a provider block that no one can read",
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
        "a provider block of both families, known from others",
        known_as(ranges=(Range(place="a", name="a", kind=RangeKind.EXTERNAL, text="2001:db8::/64,203.0.113.0/27"),)),
        addresses("203.0.113.31/32"),
        at=POOL,
        also=(("NET-412", BETA), ("NET-412", BETA), ("NET-412", VPC), ("NET-412", VPC)),
    ),
    breaks(
        "NET-201",
        "a pool in the block of a macvlan network",
        partial,
        gone(EXTERNAL, PROVIDER, VLAN),
        add(
            attachment(type="macvlan", master="data.222", ipam={"type": "kube-ovn", "provider": "wan.alpha"}),
            build(
                "Subnet", "wan", {"provider": "wan.alpha", "cidrBlock": "77.220.68.96/27", "gateway": "77.220.68.97"}
            ),
            build("IPAddressPool", "p", {"addresses": ["77.220.68.100-77.220.68.101"]}, namespace="kmetal-metallb"),
        ),
        at="IPAddressPool kmetal-metallb/p",
    ),
    breaks(
        "NET-201",
        "a pool in the block of a macvlan network beside the provider network",
        add(
            attachment(type="macvlan", master="data.223", ipam={"type": "kube-ovn", "provider": "wan.alpha"}),
            build("Subnet", "wan", {"provider": "wan.alpha", "cidrBlock": "203.0.113.0/24", "gateway": "203.0.113.1"}),
        ),
        put(POOL, "spec.addresses.+", "203.0.113.10/32"),
        *drops("203.0.113.0/24"),
        at=POOL,
    ),
    passes(
        "NET-201",
        "a pool next to pods with addresses of the management VLAN",
        partial,
        add(
            attachment(type="macvlan", master="data.204", ipam={"type": "kube-ovn", "provider": "wan.alpha"}),
            build(
                "Subnet", "wan", {"provider": "wan.alpha", "cidrBlock": "172.21.205.0/24", "gateway": "172.21.205.1"}
            ),
        ),
        put(POOL, "spec.addresses", ["172.21.204.200-172.21.204.250"]),
        put(LAYER2, "spec.interfaces", ["data.204"]),
        *drops("172.21.205.0/24"),
    ),
    passes("NET-201", "a patch that leaves the addresses to others", patch(POOL, autoAssign=NO)),
    breaks(
        "NET-201",
        "a patch with an address of the external block",
        patch(POOL, addresses=["77.220.68.100/32"]),
        at="IPAddressPoolPatch kmetal-metallb/tenant-cp-pool",
    ),
    breaks(
        "NET-201",
        "a patch with addresses that are not known yet",
        patch(POOL, addresses=UNKNOWN),
        at="IPAddressPoolPatch kmetal-metallb/tenant-cp-pool",
    ),
    breaks(
        "NET-201",
        "a patch with a block around the pool, of a Subnet that others hold",
        INNER,
        patch("Subnet inner", cidrBlock="172.21.204.192/26"),
        partial,
        gone("Subnet inner"),
        at=POOL,
    ),
    breaks(
        "NET-201",
        "a patch that puts a Subnet on the provider VLAN",
        INNER,
        patch("Subnet inner", vlan="vlan222"),
        at=POOL,
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
)
