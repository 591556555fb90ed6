"""Cases of `kmetal_network.laws.metallb.pool_addresses`."""

from __future__ import annotations

from kmetal_network.facts.platform import Range, RangeKind
from tests.law_cases.case import breaks, passes
from tests.law_cases.metallb.edits import OTHER, addresses, pool
from tests.support.network.edits import add, known_as, patch, put
from tests.support.network.objects import LAYER2, POOL

DHCP = known_as(
    ranges=(Range(place="dhcp", name="dhcp", kind=RangeKind.RESERVED, text="172.21.204.100-172.21.204.199"),)
)


CASES = (
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
    passes("NET-205", "a patch of a pool's own addresses", patch(POOL, addresses=["172.21.204.200-172.21.204.249"])),
    breaks(
        "NET-205",
        "a patch with an address twice",
        patch(POOL, addresses=["172.21.204.200/32", "172.21.204.200/29"]),
        at="IPAddressPoolPatch kmetal-metallb/tenant-cp-pool",
    ),
    passes("NET-207", "the addresses next to a node's", addresses("172.21.204.14-172.21.204.250")),
    breaks("NET-207", "a node's address", addresses("172.21.204.13-172.21.204.250"), at=POOL),
    breaks(
        "NET-207",
        "the settings' range of nodes",
        known_as(ranges=(Range(place="nodes", name="nodes", kind=RangeKind.NODE, text="172.21.204.200/32"),)),
        at=POOL,
    ),
    passes("NET-208", "the addresses next to DHCP's", DHCP),
    passes("NET-208", "a block next to DHCP's", DHCP, addresses("172.21.204.200/29")),
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
)
