"""BGP sessions on the provider VLAN: by the router's address, the NIC, or the address that the speakers call from."""

from __future__ import annotations

from collections.abc import Iterator

from kmetal_network.facts.model import Facts
from kmetal_network.facts.platform import Source
from kmetal_network.facts.unknown import UNKNOWN, Maybe, known
from kmetal_network.laws.metallb.pools import provider_spans
from kmetal_network.laws.model import Breach, Law
from kmetal_network.laws.spans import crossing, span
from kmetal_network.laws.vlan_carriers import Carriers

_REMEDY = "peer with a router of the management VLAN"


def _addresses(facts: Facts) -> Iterator[tuple[str, str, Maybe[str]]]:
    """Place, what to say of the address, and the address that a speaker speaks to or calls from."""
    for peer in facts.bgp_peers:
        name = f"BGPPeer {peer.name!r}"
        yield peer.place, f"{name} speaks to", peer.address
        yield peer.place, f"{name} calls from sourceAddress", peer.source_address
    for claim in facts.claims:
        if claim.source is Source.FRR_NEIGHBOUR:
            yield from ((claim.place, claim.label, address) for address in known(claim.addresses))


def _interfaces(facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Place, what to say of the NIC, and the NIC on which a speaker speaks."""
    for peer in facts.bgp_peers:
        if isinstance(peer.interface, str):
            yield peer.place, f"BGPPeer {peer.name!r} speaks on", peer.interface
    for claim in facts.claims:
        if claim.source is Source.FRR_NEIGHBOUR:
            yield from ((claim.place, claim.label, interface) for interface in known(claim.interfaces))


def _peers_on_provider_vlan(facts: Facts) -> Iterator[Breach]:
    for peer in facts.bgp_peers:
        if peer.address is UNKNOWN:
            yield Breach(
                peer.place,
                f"peerAddress of BGPPeer {peer.name!r} is not known yet",
                "write it as a literal, so that it can be compared with the provider VLAN",
            )
    written = [(block, said) for said in _addresses(facts) if (block := span(said[2])) is not None]
    for (_, (place, problem, address)), (_, subnet) in crossing(written, provider_spans(facts)):
        yield Breach(place, f"{problem} {address}, which is in {subnet}", _REMEDY)
    carriers = Carriers(facts.provider_networks, facts.vlans)
    for place, problem, interface in _interfaces(facts):
        for _, reason in carriers.of(interface):
            yield Breach(place, f"{problem} {interface!r}, which {reason}", _REMEDY)


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
