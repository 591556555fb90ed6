"""Cases of `kmetal_network.laws.metallb.announcements`."""

from __future__ import annotations

from kmetal_network.facts.unknown import UNKNOWN
from tests.law_cases.case import breaks, passes
from tests.law_cases.metallb.bgp.edits import OTHER_RACK, RACK, spine
from tests.law_cases.metallb.edits import BGP, OTHER, PEER, bgp, peer, pool
from tests.support.network.edits import add, partial, put, take
from tests.support.network.objects import LAYER2, POOL, build

CASES = (
    passes(
        "NET-206", "a pool that another file may declare", partial, put(LAYER2, "spec.ipAddressPools", ["elsewhere"])
    ),
    breaks(
        "NET-206",
        "a pool that does not exist",
        put(LAYER2, "spec.ipAddressPools", ["tenant-cp-pool", "tenant-pool"]),
        at=LAYER2,
    ),
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
    breaks("NET-210", "a pool that no one announces", add(pool("other", "172.21.204.251-172.21.204.254")), at=OTHER),
    passes("NET-211", "every peer", add(bgp(peers=[]), peer())),
    breaks("NET-211", "a peer that does not exist", add(bgp(peers=["leaf", "spine"]), peer()), at=BGP),
    passes(
        "NET-212",
        "a profile that exists",
        add(bgp(), peer(bfdProfile="fast"), build("BFDProfile", "fast", {}, namespace="kmetal-metallb")),
    ),
    breaks("NET-212", "a profile that does not exist", add(bgp(), peer(bfdProfile="fast")), at=PEER),
    passes(
        "NET-226",
        "two of a kind",
        add(bgp(peers=["leaf", "spine"], nodeSelectors=[*RACK, *OTHER_RACK]), peer(), spine()),
    ),
    breaks("NET-226", "a pool", put(LAYER2, "spec.ipAddressPools", ["tenant-cp-pool"] * 2), at=LAYER2),
    breaks("NET-226", "a selector of nodes", put(LAYER2, "spec.nodeSelectors", RACK * 2), at=LAYER2),
    breaks("NET-226", "a peer", add(bgp(peers=["leaf"] * 2), peer()), at=BGP),
    breaks("NET-226", "a community", add(bgp(communities=["64512:1"] * 2), peer()), at=BGP),
    breaks("NET-226", "a selector of a peer's nodes", add(bgp(), peer(nodeSelectors=RACK * 2)), at=PEER),
    breaks("NET-226", "a namespace", put(POOL, "spec.serviceAllocation", {"namespaces": ["beta"] * 2}), at=POOL),
)
