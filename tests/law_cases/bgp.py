"""Cases of MetalLB's BGP (NET-203, NET-221 to NET-227)."""

from __future__ import annotations

from kmetal_network.facts.model import UNKNOWN
from tests.law_cases.case import breaks, passes
from tests.law_cases.metallb import BGP, PEER, addresses, bgp, peer, pool
from tests.support.network import LAYER2, POOL, Body, add, build, partial, put

SECOND = "BGPAdvertisement kmetal-metallb/second"
SPINE = "BGPPeer kmetal-metallb/spine"
COMMUNITY = "Community kmetal-metallb/names"
RACK = [{"matchLabels": {"rack": "a"}}]
OTHER_RACK = [{"matchLabels": {"rack": "b"}}]


def spine(**spec: object) -> Body:
    """A second router."""
    return peer("spine", **{"peerAddress": "172.21.204.2", **spec})


def second(**spec: object) -> Body:
    """A second advertisement of the one pool."""
    return bgp("second", **spec)


def names(*entries: tuple[object, object]) -> Body:
    """A Community."""
    aliases = [{"name": name, "value": value} for name, value in entries]
    return build("Community", "names", {"communities": aliases}, namespace="kmetal-metallb")


SPLIT = addresses("172.21.204.208-172.21.204.239")
"""Two blocks of /28, which no /27 holds."""

CASES = (
    passes(
        "NET-203",
        "blocks up to the external one",
        add(bgp(aggregationLength=27), peer()),
        addresses("77.220.68.64-77.220.68.95"),
    ),
    breaks(
        "NET-203",
        "a pool beside the external block, in blocks that reach into it",
        add(bgp(aggregationLength=26), peer()),
        addresses("77.220.68.0-77.220.68.95"),
        at=BGP,
        also=(("NET-222", BGP),),
    ),
    passes(
        "NET-203",
        "a pool beside the external block, in blocks that are not known yet",
        add(bgp(aggregationLength=UNKNOWN), peer()),
        addresses("77.220.68.0-77.220.68.95"),
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
    passes("NET-224", "two routers", add(bgp(), peer(routerID="172.21.204.9"), spine(routerID="172.21.204.9"))),
    passes("NET-224", "two numbers in two VRFs", add(bgp(), peer(), spine(vrf="red", myASN=64999))),
    passes("NET-224", "one router in two VRFs", add(bgp(), peer(), spine(vrf="red", peerAddress="172.21.204.1"))),
    passes("NET-224", "an id that is not known yet", add(bgp(), peer(), spine(routerID=UNKNOWN, vrf=UNKNOWN))),
    breaks("NET-224", "an id in one alone", add(bgp(), peer(), spine(routerID="172.21.204.9")), at=SPINE),
    breaks("NET-224", "two numbers", add(bgp(), peer(), spine(myASN=64999)), at=SPINE),
    breaks("NET-224", "one router twice", add(bgp(), peer(), spine(peerAddress="172.21.204.1")), at=SPINE),
    breaks(
        "NET-224",
        "one NIC twice",
        add(bgp(), peer(peerAddress=None, interface="data.204"), spine(peerAddress=None, interface="data.204")),
        at=SPINE,
    ),
    *(
        passes("NET-225", title, add(bgp(), peer(**spec)))
        for title, spec in (
            ("the shortest hold time, and no longer keepalive", {"holdTime": "3s", "keepaliveTime": "3s"}),
            ("no hold time", {"holdTime": "0s"}),
            ("a hold time below a second, which counts as none", {"holdTime": "900ms"}),
            ("the shortest keepalive by itself", {"keepaliveTime": "1s"}),
            ("a hold time of several parts", {"holdTime": "1m30s", "keepaliveTime": "1m30s"}),
            ("times that are not known yet", {"holdTime": UNKNOWN, "keepaliveTime": "91s"}),
            ("no address, and a NIC", {"peerAddress": None, "interface": "data.204"}),
            ("a dynamic number beside none", {"peerASN": 0, "dynamicASN": "external"}),
            ("several hops to another AS", {"ebgpMultiHop": True}),
            ("one hop within the AS", {"peerASN": 64512, "ebgpMultiHop": False}),
            ("addresses of IPv6", {"peerAddress": "2001:db8::1", "sourceAddress": "2001:db8::2"}),
        )
    ),
    *(
        breaks("NET-225", title, add(bgp(), peer(**spec)), at=PEER)
        for title, spec in (
            ("a hold time below three seconds", {"holdTime": "2900ms"}),
            ("a hold time below zero", {"holdTime": "-3s"}),
            ("a hold time that nobody can read", {"holdTime": "90"}),
            ("a keepalive that nobody can read", {"keepaliveTime": "30 s"}),
            ("a keepalive below a second by itself", {"keepaliveTime": "900ms"}),
            ("a keepalive longer than the hold time", {"holdTime": "90s", "keepaliveTime": "91s"}),
            ("neither address nor NIC", {"peerAddress": None}),
            ("an address and a NIC", {"interface": "data.204"}),
            ("a dynamic number beside one", {"dynamicASN": "external"}),
            ("several hops within the AS", {"peerASN": 64512, "ebgpMultiHop": True}),
            ("a name for an address", {"peerAddress": "leaf"}),
            ("a router id that is none", {"routerID": "1"}),
            ("a source address with a length", {"sourceAddress": "172.21.204.9/24"}),
        )
    ),
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
    passes(
        "NET-227",
        "the largest numbers, and an alias",
        add(
            bgp(communities=["65535:65535", "large:4294967295:4294967295:4294967295", "no-export"]),
            names(("no-export", "65535:65281")),
            peer(),
        ),
    ),
    passes("NET-227", "an alias of others", add(bgp(communities=["no-export"]), peer()), partial),
    passes(
        "NET-227",
        "an alias that is not known yet",
        add(bgp(communities=["no-export"]), names((UNKNOWN, UNKNOWN)), peer()),
    ),
    *(
        breaks("NET-227", title, add(bgp(communities=[text]), peer()), at=BGP)
        for title, text in (
            ("a first number that is too large", "65536:0"),
            ("a second number that is too large", "0:65536"),
            ("a large one's number that is too large", "large:0:4294967296:0"),
            ("a large one without its mark", "1:2:3:4"),
            ("three numbers", "1:2:3"),
            ("an alias that nobody wrote", "no-export"),
            ("no number", "64512:"),
        )
    ),
    breaks(
        "NET-227",
        "an alias where MetalLB does not look",
        add(
            bgp(communities=["a"]),
            peer(),
            build("Community", "names", {"communities": [{"name": "a", "value": "1:1"}]}, namespace="default"),
        ),
        at=BGP,
    ),
    breaks("NET-227", "an alias of no number", add(names(("no-export", "no-export"))), at=COMMUNITY),
    breaks("NET-227", "an alias twice", add(names(("a", "1:1"), ("a", "1:2"))), at=COMMUNITY),
)
