"""Cases of `kmetal_network.laws.metallb.bgp.sessions`."""

from __future__ import annotations

from kmetal_network.facts.unknown import UNKNOWN
from tests.law_cases.case import breaks, passes
from tests.law_cases.metallb.bgp.edits import LEAF, spine
from tests.law_cases.metallb.edits import PEER, bgp, peer
from tests.support.network.edits import add, patch

SPINE = "BGPPeer kmetal-metallb/spine"
CASES = (
    passes(
        "NET-213",
        "the largest number, and a dynamic one",
        add(bgp(), peer(myASN=4294967295, peerASN=None, dynamicASN="external")),
    ),
    breaks("NET-213", "no number at the other end", add(bgp(), peer(peerASN=None)), at=PEER),
    breaks("NET-213", "zero", add(bgp(), peer(myASN=0)), at=PEER),
    breaks("NET-213", "one too large", add(bgp(), peer(peerASN=4294967296)), at=PEER),
    breaks("NET-213", "a patch with zero", LEAF, patch(PEER, myASN=0), at="BGPPeerPatch kmetal-metallb/leaf"),
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
            ("a dynamic number next to none", {"peerASN": 0, "dynamicASN": "external"}),
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
            ("a hold time that no one can read", {"holdTime": "90"}),
            ("a keepalive that no one can read", {"keepaliveTime": "30 s"}),
            ("a keepalive below a second by itself", {"keepaliveTime": "900ms"}),
            ("a keepalive longer than the hold time", {"holdTime": "90s", "keepaliveTime": "91s"}),
            ("neither address nor NIC", {"peerAddress": None}),
            ("an address and a NIC", {"interface": "data.204"}),
            ("a dynamic number next to one", {"dynamicASN": "external"}),
            ("several hops within the AS", {"peerASN": 64512, "ebgpMultiHop": True}),
            ("a name for an address", {"peerAddress": "leaf"}),
            ("a router id that is none", {"routerID": "1"}),
            ("a source address with a length", {"sourceAddress": "172.21.204.9/24"}),
        )
    ),
)
