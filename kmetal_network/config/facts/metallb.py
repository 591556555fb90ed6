"""What the settings say of MetalLB."""

from __future__ import annotations

from collections.abc import Iterator

from kmetal_network.config.places import Place
from kmetal_network.config.sections.metallb import Management, MetalLB, NodeSelector
from kmetal_network.facts.lenient_fields import as_json
from kmetal_network.facts.metallb import Advertisement, BfdProfile, BgpPeer, CommunityAlias
from kmetal_network.facts.metallb import Pool as PoolFact
from kmetal_network.facts.model import Facts
from kmetal_network.facts.unknown import Texts
from kmetal_network.names import (
    METALLB_NAMESPACE,
)


def metallb_facts(metallb: MetalLB, management: Management, place: Place) -> Facts:
    """Pools, how they are announced, and BGP."""
    return Facts(
        pools=tuple(
            PoolFact(
                place=place(("metallb", "pools", index)),
                name=pool.name,
                namespace=METALLB_NAMESPACE,
                addresses=tuple(map(str, pool.addresses)),
                auto_assign=pool.auto_assign,
            )
            for index, pool in enumerate(metallb.pools)
        ),
        advertisements=tuple(_advertisements(metallb, management, place)),
        bgp_peers=tuple(
            BgpPeer(
                place=place(("metallb", "bgpPeers", index)),
                name=peer.name,
                address=str(peer.peer_address),
                my_asn=peer.my_asn,
                peer_asn=peer.peer_asn,
                bfd_profile=peer.bfd_profile,
                source_address=str(peer.source_address) if peer.source_address else None,
                hold_time=peer.hold_time,
                keepalive_time=peer.keepalive_time,
                multi_hop=peer.ebgp_multi_hop,
                nodes=_selectors(peer.node_selectors),
            )
            for index, peer in enumerate(metallb.bgp_peers)
        ),
        bfd_profiles=tuple(
            BfdProfile(place=place(("metallb", "bfdProfiles", index)), name=profile.name)
            for index, profile in enumerate(metallb.bfd_profiles)
        ),
        communities=tuple(
            CommunityAlias(place=place(("metallb", "communities", index)), name=alias.name, value=alias.value)
            for index, alias in enumerate(metallb.communities)
        ),
    )


def _advertisements(metallb: MetalLB, management: Management, place: Place) -> Iterator[Advertisement]:
    for index, layer2 in enumerate(metallb.l2_advertisements):
        yield Advertisement(
            place=place(("metallb", "l2Advertisements", index)),
            name=layer2.name,
            protocol="L2",
            pools=layer2.ip_address_pools,
            interfaces=layer2.interfaces or (management.interface,),
            nodes=_selectors(layer2.node_selectors),
        )
    for index, bgp in enumerate(metallb.bgp_advertisements):
        yield Advertisement(
            place=place(("metallb", "bgpAdvertisements", index)),
            name=bgp.name,
            protocol="BGP",
            pools=bgp.ip_address_pools,
            peers=bgp.peers,
            nodes=_selectors(bgp.node_selectors),
            aggregation=bgp.aggregation_length,
            aggregation_v6=bgp.aggregation_length_v6,
            local_pref=bgp.local_pref,
            communities=bgp.communities,
        )


def _selectors(selectors: tuple[NodeSelector, ...]) -> Texts:
    """In the form that the reader of objects returns."""
    return tuple(as_json(selector.model_dump(by_alias=True)) for selector in selectors)
