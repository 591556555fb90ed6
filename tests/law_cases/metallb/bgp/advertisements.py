"""Cases of `kmetal_network.laws.metallb.bgp.advertisements`."""

from __future__ import annotations

from kmetal_network.facts.unknown import UNKNOWN
from tests.law_cases.case import breaks, passes
from tests.law_cases.metallb.bgp.edits import FRR, OTHER_RACK, RACK, frr, spine
from tests.law_cases.metallb.edits import BGP, addresses, bgp, peer, pool
from tests.support.network.edits import add, partial
from tests.support.network.objects import POOL, Body, build

SECOND = "BGPAdvertisement kmetal-metallb/second"


def second(**spec: object) -> Body:
    """A second advertisement of the one pool."""
    return bgp("second", **spec)


SPLIT = addresses("172.21.204.208-172.21.204.239")
"""Two blocks of /28, which no /27 holds."""


def raw_frr(text: str) -> Body:
    return build("FRRConfiguration", "routes", {"raw": {"rawConfig": text}}, namespace="kmetal-metallb")


CASES = (
    passes("NET-203", "a pool next to the external block, routed", add(bgp(), peer()), addresses("77.220.68.128/28")),
    breaks(
        "NET-203",
        "a routed pool in the external block",
        add(bgp(), peer()),
        addresses("77.220.68.100/32"),
        at=BGP,
        also=(("NET-201", POOL),),
    ),
    passes(
        "NET-203",
        "blocks up to the external one",
        add(bgp(aggregationLength=27), peer()),
        addresses("77.220.68.64-77.220.68.95"),
    ),
    breaks(
        "NET-203",
        "a pool next to the external block, in blocks that reach into it",
        add(bgp(aggregationLength=26), peer()),
        addresses("77.220.68.0-77.220.68.95"),
        at=BGP,
        also=(("NET-222", BGP),),
    ),
    passes(
        "NET-203",
        "a pool next to the external block, in blocks that are not known yet",
        add(bgp(aggregationLength=UNKNOWN), peer()),
        addresses("77.220.68.0-77.220.68.95"),
    ),
    breaks("NET-203", "an FRR prefix in the provider block", add(frr(prefixes=["77.220.68.96/28"])), at=FRR),
    breaks(
        "NET-203",
        "an FRR prefix that a neighbour is told",
        add(frr(neighbors=[{"address": "172.21.204.1", "toAdvertise": {"allowed": {"prefixes": ["77.220.68.0/24"]}}}])),
        at=FRR,
    ),
    breaks(
        "NET-203",
        "an FRR prefix in FRR's own language",
        add(raw_frr("router bgp 64512\n address-family ipv4\n  network 77.220.68.96/27\n")),
        at=FRR,
    ),
    passes("NET-221", "the range's own blocks", SPLIT, add(bgp(aggregationLength=28), peer())),
    passes(
        "NET-221",
        "blocks too large for a pool of others",
        SPLIT,
        add(bgp(ipAddressPools=["x"], aggregationLength=27)),
        partial,
    ),
    passes("NET-221", "blocks that are not known yet", SPLIT, add(bgp(aggregationLength=UNKNOWN), peer())),
    passes("NET-221", "IPv6's blocks are others", SPLIT, add(bgp(aggregationLengthV6=64), peer())),
    breaks("NET-221", "a block that no range holds", SPLIT, add(bgp(aggregationLength=27), peer()), at=BGP),
    breaks(
        "NET-221",
        "a block that one range of two holds",
        addresses("172.21.204.208/28", "172.21.204.240-172.21.204.247"),
        add(bgp(ipAddressPools=[], aggregationLength=28), peer()),
        at=BGP,
    ),
    breaks(
        "NET-221",
        "a block of IPv6 that no range holds",
        addresses("2001:db8::/120"),
        add(bgp(aggregationLengthV6=119), peer()),
        at=BGP,
    ),
    *(
        breaks("NET-221", f"{field} {length}", add(bgp(**{field: length}), peer()), at=BGP)
        for field, length in (("aggregationLength", 33), ("aggregationLengthV6", 129), ("aggregationLengthV6", -1))
    ),
    passes(
        "NET-221",
        "IPv6's longest and shortest",
        add(bgp(aggregationLengthV6=128), second(aggregationLengthV6=0), peer()),
    ),
    breaks("NET-221", "IPv4 in IPv6's spelling", addresses("::ffff:172.21.204.208/124"), add(bgp(), peer()), at=BGP),
    passes(
        "NET-222",
        "a block that two ranges fill",
        addresses("172.21.204.196-172.21.204.201", "172.21.204.202-172.21.204.207"),
        add(bgp(aggregationLength=30), peer()),
    ),
    passes("NET-222", "each address by itself", add(bgp(), peer())),
    breaks("NET-222", "one address beyond the range", add(bgp(aggregationLength=30), peer()), at=BGP),
    breaks(
        "NET-222",
        "what another pool has",
        add(bgp(aggregationLength=30), peer(), pool("other", "172.21.204.251/32"), second(ipAddressPools=["other"])),
        at=BGP,
    ),
    passes("NET-223", "one localPref", add(bgp(localPref=200), second(localPref=200), peer())),
    passes(
        "NET-223",
        "peers of their own",
        add(bgp(peers=["leaf"]), second(peers=["spine"], localPref=200), peer(), spine()),
    ),
    passes(
        "NET-223",
        "nodes of their own",
        add(bgp(nodeSelectors=RACK), second(nodeSelectors=OTHER_RACK, localPref=1), peer()),
    ),
    passes(
        "NET-223",
        "blocks of their own",
        addresses("172.21.204.208/28"),
        add(bgp(), second(aggregationLength=28, localPref=200), peer()),
    ),
    passes(
        "NET-223",
        "blocks of IPv6 of their own",
        addresses("2001:db8::/120"),
        add(bgp(), second(aggregationLengthV6=120, localPref=200), peer()),
    ),
    passes("NET-223", "one that is not known yet", add(bgp(localPref=100), second(localPref=UNKNOWN), peer())),
    passes(
        "NET-223",
        "pools of their own",
        add(bgp(localPref=100), pool("other", "172.21.204.251/32"), second(ipAddressPools=["other"]), peer()),
    ),
    breaks("NET-223", "two for every peer", add(bgp(), second(localPref=200), peer()), at=SECOND),
    breaks(
        "NET-223",
        "two for one peer of several",
        add(bgp(peers=["leaf", "spine"]), second(peers=["spine"], localPref=200), peer(), spine()),
        at=SECOND,
    ),
    breaks(
        "NET-223",
        "two for the nodes of one selector",
        add(bgp(nodeSelectors=RACK), second(nodeSelectors=[*OTHER_RACK, *RACK], localPref=200), peer()),
        at=SECOND,
    ),
    breaks(
        "NET-223",
        "one for every node, one for some",
        add(bgp(), second(nodeSelectors=RACK, localPref=200), peer()),
        at=SECOND,
    ),
)
