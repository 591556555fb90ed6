"""MetalLB's BGP sessions: peers that one FRR instance can serve, and ends and timers that MetalLB accepts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kmetal_network.facts.metallb import BgpPeer
from kmetal_network.facts.model import Facts
from kmetal_network.facts.unknown import UNKNOWN
from kmetal_network.laws import not_admitted
from kmetal_network.laws.likeness import alike, unlike
from kmetal_network.laws.metallb.bgp.advertisements import REFUSED
from kmetal_network.laws.model import Breach, Law
from kmetal_network.laws.spans import is_address

ASN_MAXIMUM = 4294967295

_SECONDS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION: Final = re.compile(r"[-+]?(?:0|(?:[0-9]+(?:\.[0-9]*)?(?:ns|us|µs|ms|s|m|h))+)")
_PART: Final = re.compile(r"([0-9]+(?:\.[0-9]*)?)(ns|us|µs|ms|s|m|h)")
_LEAST_HOLD: Final = 3.0


def _one_router(facts: Facts) -> Iterator[Breach]:
    peers = [peer for peer in facts.bgp_peers if not peer.patch]
    for left, right in unlike([peer for peer in peers if peer.router_id is not UNKNOWN], lambda peer: peer.router_id):
        yield Breach(
            right.place,
            f"{_both(left, right)} have routerID {left.router_id or 'none'} and {right.router_id or 'none'}",
            "write one routerID in all, or none",
        )
    of_vrf: dict[str | None, list[BgpPeer]] = {}
    for peer in peers:
        if peer.vrf is not UNKNOWN:
            of_vrf.setdefault(peer.vrf or None, []).append(peer)
    for together in of_vrf.values():
        for left, right in unlike([peer for peer in together if peer.my_asn is not UNKNOWN], lambda peer: peer.my_asn):
            yield Breach(
                right.place,
                f"{_both(left, right)} have myASN {left.my_asn} and {right.my_asn} in one VRF",
                "write one myASN in all peers of a VRF",
            )
        for left, right in alike([peer for peer in together if _towards(peer)], _towards):
            yield Breach(right.place, f"{_both(left, right)} both speak to {_towards(left)}", "keep one of them")


def _both(left: BgpPeer, right: BgpPeer) -> str:
    return f"BGPPeers {left.name!r} and {right.name!r}"


def _towards(peer: BgpPeer) -> str | None:
    """The router's address, or the NIC where it has none; None where it is not known."""
    towards = peer.address or peer.interface
    return towards if isinstance(towards, str) else None


def _session(facts: Facts) -> Iterator[Breach]:
    for peer in facts.bgp_peers:
        label = f"BGPPeer {peer.name!r}"
        for problem, remedy in (*_forms(peer), *_ends(peer), *_timers(peer)):
            yield Breach(peer.place, f"{label}{problem}", remedy)


def _forms(peer: BgpPeer) -> Iterator[tuple[str, str]]:
    for field, value in (
        ("peerAddress", peer.address),
        ("routerID", peer.router_id),
        ("sourceAddress", peer.source_address),
    ):
        if isinstance(value, str) and value and not is_address(value):
            yield f" has {field} {value!r}, which is no address", "write an address without a length"


def _ends(peer: BgpPeer) -> Iterator[tuple[str, str]]:
    if peer.address and peer.interface and peer.interface is not UNKNOWN:
        yield f" has peerAddress {peer.address} and interface {peer.interface}", "write one of the two"
    if not (peer.address or peer.interface or peer.patch):
        yield " has neither peerAddress nor interface", "write the router's address"
    if peer.dynamic_asn and isinstance(peer.peer_asn, int) and peer.peer_asn:
        yield f" has dynamicASN and peerASN {peer.peer_asn}", "write one of the two"
    if peer.multi_hop is True and isinstance(peer.my_asn, int) and peer.my_asn == peer.peer_asn:
        yield f" has ebgpMultiHop, and both ends are AS {peer.my_asn}", "take it out: iBGP may take several hops anyway"


def _timers(peer: BgpPeer) -> Iterator[tuple[str, str]]:
    hold, keepalive = _seconds(peer.hold_time), _seconds(peer.keepalive_time)
    for field, value, read in (
        ("holdTime", peer.hold_time, hold),
        ("keepaliveTime", peer.keepalive_time, keepalive),
    ):
        if isinstance(value, str) and read is None:
            yield f" has {field} {value!r}, which is no duration", "write a number and s, such as 90s"
    if UNKNOWN in (peer.hold_time, peer.keepalive_time):
        return
    least = hold if hold is not None else None if keepalive is None else 3 * keepalive
    if least is not None and int(least) != 0 and least < _LEAST_HOLD:
        third = f"keepaliveTime {peer.keepalive_time}, a third of its hold time"
        given = third if hold is None else f"holdTime {peer.hold_time}"
        yield f" has {given}, and a session holds for 3 s at least", "write holdTime: 90s, or 0s for no limit"
    elif hold is not None and keepalive is not None and keepalive > hold:
        yield (
            f" has keepaliveTime {peer.keepalive_time}, longer than its holdTime {peer.hold_time}",
            "write a third of the hold time, or leave it out",
        )


def _seconds(text: object) -> float | None:
    """A duration as Go reads it; None where there is none, or no one can read it."""
    if not isinstance(text, str) or _DURATION.fullmatch(text) is None:
        return None
    size = sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text))
    return -size if text.startswith("-") else size


def _asns(facts: Facts) -> Iterator[Breach]:
    for peer in facts.bgp_peers:
        for field, value in (("myASN", peer.my_asn), ("peerASN", peer.peer_asn)):
            dynamic = peer.dynamic_asn or peer.patch
            if value is UNKNOWN or (field == "peerASN" and dynamic and value in (None, 0)):
                continue
            if not isinstance(value, int) or not 1 <= value <= ASN_MAXIMUM:
                yield Breach(
                    peer.place,
                    f"{field} of BGPPeer {peer.name!r} is {value!r}",
                    f"write a number from 1 to {ASN_MAXIMUM}",
                )


LAWS = (
    Law(
        id="NET-213",
        title="A BGP session has an AS number at both ends",
        why="The session is never set up.",
        fix="Write myASN, and peerASN or dynamicASN.",
        reference="metallb api/v1beta2 BGPPeer",
        judge=_asns,
    ),
    Law(
        id="NET-224",
        title="BGP peers name each router once, and agree on router ID and AS number",
        why=REFUSED
        + " One FRR on a node serves all of them. (MetalLB 0.15.3 checks all peers, later versions check those that"
        " share a node.)",
        fix="Write each router once, one routerID in all peers or none, and one myASN in all peers of a VRF.",
        reference="metallb internal/config DiscardNativeOnly; run with 0.15.3's code",
        judge=_one_router,
    ),
    Law(
        id="NET-225",
        title="MetalLB accepts a BGP session's ends, timers and hops",
        why=REFUSED,
        fix="Write one end (peerAddress or interface; peerASN or dynamicASN), a hold time of 3 s or more with a"
        " shorter keepalive, and ebgpMultiHop between different AS numbers only.",
        reference="metallb internal/config peerFromCR, parseTimers; run with 0.15.3's code",
        not_admitted=not_admitted.METALLB_WEBHOOK,
        judge=_session,
    ),
)
