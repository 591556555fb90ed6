"""MetalLB's kinds, each read into its fact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from kmetal_network.facts.lenient_fields import Fields, as_json, or_default
from kmetal_network.facts.metallb import Advertisement, BfdProfile, BgpPeer, CommunityAlias, Pool
from kmetal_network.facts.unknown import UNKNOWN, Texts
from kmetal_network.kinds.fact import Fact, Reader
from kmetal_network.kinds.parsed_object import ParsedObject


def _pool(found: ParsedObject) -> Iterator[Fact]:
    allocation = found.spec.mapping("serviceAllocation")
    yield Pool(
        place=found.place,
        name=found.name,
        namespace=found.namespace,
        addresses=or_default(found.spec.texts("addresses"), ()),
        auto_assign=or_default(found.spec.flag("autoAssign"), found.absent),
        namespaces=_served(allocation) if found.spec.has("serviceAllocation") else found.absent,
        patch=found.patch,
    )


def _address_pool(found: ParsedObject) -> Iterator[Fact]:
    """The kind from before MetalLB 0.13: a pool that is announced by its own protocol, on every NIC."""
    yield from _pool(found)
    protocol = found.spec.text("protocol")
    if protocol in ("layer2", UNKNOWN):
        yield Advertisement(
            place=found.place, name=found.name, namespace=found.namespace, protocol="L2", pools=(found.name,)
        )
    elif protocol == "bgp":
        yield Advertisement(
            place=found.place, name=found.name, namespace=found.namespace, protocol="BGP", pools=(found.name,)
        )


def _served(allocation: Fields) -> Texts | None:
    """Namespaces that may draw from a pool; None is all of them, which MetalLB takes from empty lists too."""
    if allocation.unknown:
        return None
    selectors = allocation.mappings("namespaceSelectors")
    if selectors is UNKNOWN:
        return UNKNOWN
    if selectors:
        return UNKNOWN if all(selector.has_any for selector in selectors) else None
    return allocation.texts("namespaces") or None


def _selects_by_label(found: ParsedObject) -> bool:
    return found.spec.raw("ipAddressPoolSelectors") not in (None, (), [])


def _layer2(found: ParsedObject) -> Iterator[Fact]:
    yield Advertisement(
        place=found.place,
        name=found.name,
        namespace=found.namespace,
        protocol="L2",
        pools=or_default(found.spec.texts("ipAddressPools"), found.absent or ()),
        selects_by_label=_selects_by_label(found),
        interfaces=found.spec.texts("interfaces"),
        nodes=_selectors(found),
        patch=found.patch,
    )


def _bgp(found: ParsedObject) -> Iterator[Fact]:
    yield Advertisement(
        place=found.place,
        name=found.name,
        namespace=found.namespace,
        protocol="BGP",
        pools=or_default(found.spec.texts("ipAddressPools"), found.absent or ()),
        selects_by_label=_selects_by_label(found),
        peers=or_default(found.spec.texts("peers"), found.absent or ()),
        nodes=_selectors(found),
        aggregation=or_default(found.spec.number("aggregationLength"), found.absent),
        aggregation_v6=or_default(found.spec.number("aggregationLengthV6"), found.absent),
        local_pref=or_default(found.spec.number("localPref"), found.absent),
        communities=or_default(found.spec.texts("communities"), found.absent or ()),
        patch=found.patch,
    )


def _selectors(found: ParsedObject) -> Texts:
    """Each of `nodeSelectors` as JSON, for a comparison; UNKNOWN where a part of it is decided later."""
    selectors = found.spec.mappings("nodeSelectors") if found.spec.has("nodeSelectors") else found.absent or ()
    if selectors is UNKNOWN:
        return UNKNOWN
    return tuple(as_json(selector.plain()) for selector in selectors)


def _bgp_peer(found: ParsedObject) -> Iterator[Fact]:
    yield BgpPeer(
        place=found.place,
        name=found.name,
        namespace=found.namespace,
        address=found.spec.text("peerAddress"),
        my_asn=or_default(found.spec.number("myASN"), found.absent),
        peer_asn=or_default(found.spec.number("peerASN"), found.absent),
        bfd_profile=or_default(found.spec.text("bfdProfile"), found.absent),
        dynamic_asn=found.spec.has("dynamicASN"),
        plain_password=found.spec.raw("password") not in (None, ""),
        interface=or_default(found.spec.text("interface"), found.absent),
        vrf=or_default(found.spec.text("vrf"), found.absent),
        router_id=or_default(found.spec.text("routerID"), found.absent),
        source_address=or_default(found.spec.text("sourceAddress"), found.absent),
        hold_time=or_default(found.spec.text("holdTime"), found.absent),
        keepalive_time=or_default(found.spec.text("keepaliveTime"), found.absent),
        multi_hop=or_default(found.spec.flag("ebgpMultiHop"), found.absent),
        nodes=_selectors(found),
        patch=found.patch,
    )


def _bfd_profile(found: ParsedObject) -> Iterator[Fact]:
    yield BfdProfile(place=found.place, name=found.name, namespace=found.namespace)


def _communities(found: ParsedObject) -> Iterator[Fact]:
    entries = found.spec.mappings("communities")
    if entries is UNKNOWN or found.patch:
        yield CommunityAlias(place=found.place, name="", value=UNKNOWN, namespace=found.namespace)
    for entry in entries if entries is not UNKNOWN else ():
        name = entry.text("name")
        yield CommunityAlias(
            place=found.place,
            name=name if isinstance(name, str) else "",
            value=entry.text("value"),
            namespace=found.namespace,
        )


METALLB_READERS: Final[Mapping[tuple[str, str], Reader]] = {
    ("metallb.io", "IPAddressPool"): _pool,
    ("metallb.io", "AddressPool"): _address_pool,
    ("metallb.io", "L2Advertisement"): _layer2,
    ("metallb.io", "BGPAdvertisement"): _bgp,
    ("metallb.io", "BGPPeer"): _bgp_peer,
    ("metallb.io", "BFDProfile"): _bfd_profile,
    ("metallb.io", "Community"): _communities,
}
