"""Edits of the good network that several files of cases share."""

from __future__ import annotations

from tests.law_cases.metallb.edits import peer
from tests.support.network.edits import add
from tests.support.network.objects import Body, build

RACK = [{"matchLabels": {"rack": "a"}}]
OTHER_RACK = [{"matchLabels": {"rack": "b"}}]


def spine(**spec: object) -> Body:
    """A second router."""
    return peer("spine", **{"peerAddress": "172.21.204.2", **spec})


FRR = "FRRConfiguration kmetal-metallb/routes"


def frr(**router: object) -> Body:
    return build(
        "FRRConfiguration", "routes", {"bgp": {"routers": [{"asn": 64512, **router}]}}, namespace="kmetal-metallb"
    )


LEAF = add(
    build(
        "BGPPeer",
        "leaf",
        {"myASN": 64512, "peerASN": 64513, "peerAddress": "172.21.204.1"},
        namespace="kmetal-metallb",
    )
)
