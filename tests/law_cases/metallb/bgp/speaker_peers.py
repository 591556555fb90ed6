"""Cases of `kmetal_network.laws.metallb.bgp.speaker_peers`."""

from __future__ import annotations

from kmetal_network.facts.unknown import UNKNOWN
from tests.law_cases.case import breaks, passes
from tests.law_cases.metallb.bgp.edits import FRR, LEAF, frr
from tests.law_cases.metallb.edits import PEER, bgp, peer
from tests.support.network.edits import add, patch

CASES = (
    passes("NET-214", "a router next to the provider block", add(bgp(), peer(peerAddress="77.220.68.95"))),
    breaks("NET-214", "a router in the provider block", add(bgp(), peer(peerAddress="77.220.68.97")), at=PEER),
    breaks("NET-214", "a router that is not known yet", add(bgp(), peer(peerAddress=UNKNOWN)), at=PEER),
    passes("NET-214", "a session on the management NIC", add(bgp(), peer(peerAddress=None, interface="data.204"))),
    breaks(
        "NET-214", "a session on the provider NIC", add(bgp(), peer(peerAddress=None, interface="data.222")), at=PEER
    ),
    breaks(
        "NET-214",
        "a session from an address of the provider block",
        add(bgp(), peer(sourceAddress="77.220.68.99")),
        at=PEER,
    ),
    passes(
        "NET-214",
        "an FRR neighbour on the management VLAN",
        add(frr(prefixes=["172.21.204.200/32"], neighbors=[{"address": "172.21.204.1", "asn": 64513}])),
    ),
    breaks(
        "NET-214",
        "an FRR neighbour on the provider VLAN",
        add(frr(neighbors=[{"address": "77.220.68.97", "asn": 64513}])),
        at=FRR,
    ),
    breaks(
        "NET-214",
        "an FRR neighbour on the provider NIC",
        add(frr(neighbors=[{"interface": "data.222", "asn": 64513}])),
        at=FRR,
    ),
    passes("NET-214", "a patch that leaves the router to others", LEAF, patch(PEER, holdTime="30s")),
    breaks(
        "NET-214",
        "a patch with a router that is not known yet",
        LEAF,
        patch(PEER, peerAddress=UNKNOWN),
        at="BGPPeerPatch kmetal-metallb/leaf",
    ),
    breaks(
        "NET-214",
        "a patch with a router in the provider block",
        LEAF,
        patch(PEER, peerAddress="77.220.68.97"),
        at="BGPPeerPatch kmetal-metallb/leaf",
    ),
)
