"""BGP sessions on the provider VLAN: by the router's address, the NIC, or the address that the speakers call from."""

from __future__ import annotations

from collections.abc import Iterator

from kmetal_network.facts.metallb import BgpPeer
from kmetal_network.facts.model import Facts
from kmetal_network.facts.nics import carried_by, vlan_ids
from kmetal_network.facts.platform import Source
from kmetal_network.facts.unknown import UNKNOWN, Maybe, known
from kmetal_network.laws.metallb.pools import provider_spans
from kmetal_network.laws.model import Breach, Law
from kmetal_network.laws.spans import crossing, span

_REMEDY = "peer with a router of the management VLAN"


def _in_provider_block(place: str, problem: str, address: Maybe[str], facts: Facts) -> Iterator[Breach]:
    """A breach where an address is in a provider block; `problem` ends before the address."""
    if (block := span(address)) is not None:
        for _, (_, subnet) in crossing([(block, place)], provider_spans(facts)):
            yield Breach(place, f"{problem} {address}, which is in {subnet}", _REMEDY)


def _on_provider_nic(place: str, problem: str, interface: str, facts: Facts) -> Iterator[Breach]:
    for _, reason in carried_by(interface, facts.provider_networks, vlan_ids(facts.vlans)):
        yield Breach(place, f"{problem} {interface!r}, which {reason}", _REMEDY)


def _peer(peer: BgpPeer, facts: Facts) -> Iterator[Breach]:
    name = f"BGPPeer {peer.name!r}"
    if peer.address is UNKNOWN:
        yield Breach(
            peer.place,
            f"peerAddress of {name} is not known yet",
            "write it as a literal, so that it can be compared with the provider VLAN",
        )
    yield from _in_provider_block(peer.place, f"{name} speaks to", peer.address, facts)
    yield from _in_provider_block(peer.place, f"{name} calls from sourceAddress", peer.source_address, facts)
    if isinstance(peer.interface, str):
        yield from _on_provider_nic(peer.place, f"{name} speaks on", peer.interface, facts)


def _peers_on_provider_vlan(facts: Facts) -> Iterator[Breach]:
    for peer in facts.bgp_peers:
        yield from _peer(peer, facts)
    for claim in facts.claims:
        if claim.source is Source.FRR_NEIGHBOUR:
            for address in known(claim.addresses):
                yield from _in_provider_block(claim.place, claim.label, address, facts)
            for interface in known(claim.interfaces):
                yield from _on_provider_nic(claim.place, claim.label, interface, facts)


LAWS = (
    Law(
        id="NET-214",
        title="No BGP peer is on the provider VLAN",
        why="The nodes would have to speak to it through the NIC that belongs to OVN, and announce the tenants' API"
        " servers where tenants' traffic is.",
        fix="Peer with a router of the management VLAN, by its address, through its NIC, and from an address of it.",
        reference="metallb api/v1beta2 BGPPeer (peerAddress, interface, sourceAddress); frr-k8s api/v1beta1"
        " FRRConfiguration (neighbors)",
        judge=_peers_on_provider_vlan,
        unknown="is a finding",
    ),
)
