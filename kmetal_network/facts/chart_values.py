"""Reads the values of the kMetal chart into facts: `network`, and the pools that should not be there at all.

It reads the values of every release, since a chart may have any name and may be a part of another. Values without
kMetal's keys give no facts. A key of the same name in another chart's values belongs to that chart. Values that are
decided later count only where the chart is kMetal's or is itself unknown. MetalLB's own chart has
no pools in its values since 0.13 (metallb charts/metallb/values.yaml).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from kmetal_network.facts.lenient_fields import Fields, or_default
from kmetal_network.facts.metallb import Advertisement, BgpPeer, Pool
from kmetal_network.facts.platform import Cni, Range, RangeKind
from kmetal_network.facts.unknown import UNKNOWN

_OURS: Final = "kmetal"
_SECTIONS: Final = ("flannel", "kubeOvn", "multus")
_ANNOUNCING: Final = ("pools", "l2Advertisements", "bgpPeers")
_DEPTH: Final = 4
"""How deep an umbrella chart may hold kMetal's values."""

_RANGES: Final = (
    ("flannel", "podCidr", RangeKind.POD),
    ("kubeOvn", "podCidr", RangeKind.POD),
    ("kubeOvn", "svcCidr", RangeKind.SERVICE),
    ("kubeOvn", "joinCidr", RangeKind.JOIN),
)


def is_ours(chart: object) -> bool:
    """Whether a chart is kMetal's by its name, or may be since its name is decided later."""
    return chart is UNKNOWN or (isinstance(chart, str) and _OURS in chart.lower())


def has_our_keys(values: object) -> bool:
    """Whether a tree has keys that only kMetal's values have."""
    if not isinstance(values, Mapping):
        return False
    network, metallb = values.get("network"), values.get("metallb")
    return (isinstance(network, Mapping) and any(key in network for key in _SECTIONS)) or (
        isinstance(metallb, Mapping) and any(key in metallb for key in _ANNOUNCING)
    )


def values_facts(
    values: Fields, place: str, chart: tuple[object, ...] = (), *, patch: bool = False, complete: bool = False
) -> Iterator[Advertisement | BgpPeer | Cni | Pool | Range]:
    """What a value tree says about the network.

    Args:
        values: the tree.
        place: its position.
        chart: how the release names its chart; empty for a bare values file.
        patch: they are laid over others, which may name what they leave out.
        complete: they are all the values that the release has.
    """
    ours = any(map(is_ours, chart))
    if values.unknown:
        if ours:
            yield _unknown_pool(place)
        return
    whole = complete and ours and not patch
    found = _trees(values, ours=ours)
    if not found and whole:
        found = [values]
    for tree in found:
        yield from _network(tree.mapping("network"), place, ours=ours, complete=whole, patch=patch)
        yield from _metallb(tree.mapping("metallb"), place, ours=ours)


def _trees(values: Fields, *, ours: bool) -> list[Fields]:
    """The tree itself, or the parts of it that are kMetal's values in an umbrella chart."""
    if has_our_keys(values.plain()) or (ours and (values.has("network") or values.has("metallb"))):
        return [values]
    found: list[Fields] = []
    pending: list[tuple[str, Fields, int]] = [("", values, 0)]
    while pending:
        name, tree, depth = pending.pop()
        plain = tree.plain()
        if plain is UNKNOWN:
            continue
        if depth and (has_our_keys(plain) if _OURS in name.lower() else _is_surely_ours(plain)):
            found.append(tree)
        elif depth < _DEPTH:
            pending += [
                (str(key), tree.mapping(str(key)), depth + 1)
                for key, value in plain.items()
                if isinstance(value, Mapping)
            ]
    return found


def _is_surely_ours(values: Mapping[str, object]) -> bool:
    """Inside another chart's values `network.multus` may be anybody's; Kube-OVN's section and pools are not."""
    network, metallb = values.get("network"), values.get("metallb")
    return (isinstance(network, Mapping) and "kubeOvn" in network) or (
        isinstance(metallb, Mapping) and any(key in metallb for key in _ANNOUNCING)
    )


def _unknown_pool(place: str) -> Pool:
    return Pool(place=place, name="(metallb.pools)", addresses=UNKNOWN, owner="values")


def _network(network: Fields, place: str, *, ours: bool, complete: bool, patch: bool) -> Iterator[Cni | Range]:
    if network.unknown:
        if ours:
            yield Cni(place=place, tunnel_interface=UNKNOWN, pod_cidr=UNKNOWN, multus=UNKNOWN, kube_ovn=UNKNOWN)
        return
    if not complete and not any(network.names(key) for key in _SECTIONS):
        return
    for section, key, kind in _RANGES:
        text = network.mapping(section).text(key)
        if text is not None:
            yield Range(place=place, name=f"network.{section}.{key}", kind=kind, text=text)
    kube_ovn = network.mapping("kubeOvn")
    yield Cni(
        place=place,
        tunnel_interface=kube_ovn.text("tunnelInterface"),
        tunnel_type=kube_ovn.text("tunnelType"),
        service_cidr=kube_ovn.text("svcCidr"),
        pod_cidr=kube_ovn.text("podCidr"),
        pod_gateway=kube_ovn.text("podGateway"),
        multus=network.mapping("multus").flag("enabled"),
        kube_ovn=kube_ovn.flag("enabled"),
        # A fragment without the section does not unset its tunnel NIC; a section that exists, even empty, does.
        fragment=patch or (not complete and not network.names("kubeOvn")),
    )


def _metallb(metallb: Fields, place: str, *, ours: bool) -> Iterator[Advertisement | BgpPeer | Pool]:
    if metallb.unknown:
        if ours:
            yield _unknown_pool(place)
        return
    pools = metallb.mappings("pools")
    if pools is UNKNOWN:
        yield _unknown_pool(place)
    for index, pool in enumerate(pools if pools is not UNKNOWN else ()):
        name = pool.text("name")
        yield Pool(
            place=place,
            name=name if isinstance(name, str) else f"(metallb.pools[{index}])",
            addresses=or_default(pool.texts("addresses"), ()),
            owner="values",
        )
    announcements = metallb.mappings("l2Advertisements")
    for index, entry in enumerate(announcements if announcements is not UNKNOWN else ()):
        name = entry.text("name")
        yield Advertisement(
            place=place,
            name=name if isinstance(name, str) else f"(metallb.l2Advertisements[{index}])",
            protocol="L2",
            pools=or_default(entry.texts("ipAddressPools"), ()),
            interfaces=entry.texts("interfaces"),
        )
    if announcements is UNKNOWN:
        yield Advertisement(place=place, name="(metallb.l2Advertisements)", protocol="L2", interfaces=UNKNOWN)
    yield from _peers(metallb, place)


def _peers(metallb: Fields, place: str) -> Iterator[BgpPeer]:
    peers = metallb.mappings("bgpPeers")
    for index, peer in enumerate(peers if peers is not UNKNOWN else ()):
        name = peer.text("name")
        yield BgpPeer(
            place=place,
            name=name if isinstance(name, str) else f"(metallb.bgpPeers[{index}])",
            address=or_default(peer.text("peerAddress"), peer.text("address")),
            my_asn=peer.number("myASN"),
            peer_asn=peer.number("peerASN"),
            interface=peer.text("interface"),
            source_address=peer.text("sourceAddress"),
            dynamic_asn=peer.has("dynamicASN"),
            plain_password=peer.raw("password") not in (None, ""),
            owner="values",
        )
    if peers is UNKNOWN:
        yield BgpPeer(place=place, name="(metallb.bgpPeers)", address=UNKNOWN, my_asn=UNKNOWN, peer_asn=UNKNOWN)
