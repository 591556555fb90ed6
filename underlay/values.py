"""Reads the values of the kMetal chart into facts: `network`, and the pools that should not be there at all.

Every release's values pass by here, since a chart may carry any name; what has none of kMetal's keys says nothing.
Values that are decided later are held against a release only where its chart is kMetal's, MetalLB's, or itself unknown:
an ingress controller with a password that is not known yet is none of our business.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from underlay.facts import UNKNOWN, Advertisement, Cni, Pool, Range, RangeKind
from underlay.fields import Fields, also

_OURS: Final = ("kmetal", "metallb")

_RANGES: Final = (
    ("flannel", "podCidr", RangeKind.POD),
    ("kubeOvn", "podCidr", RangeKind.POD),
    ("kubeOvn", "svcCidr", RangeKind.SERVICE),
    ("kubeOvn", "joinCidr", RangeKind.JOIN),
)


def values_facts(
    values: Fields, place: str, chart: tuple[object, ...] = (), *, patch: bool = False
) -> Iterator[Advertisement | Cni | Pool | Range]:
    """What a value tree says about the network.

    Args:
        values: the tree.
        place: where it stands.
        chart: how the release names its chart; empty for a bare values file.
        patch: they are laid over others, which may name what they leave out.
    """
    ours = not chart or any(_may_be_ours(name) for name in chart)
    if values.unknown:
        if ours:
            yield _unknown_pool(place)
        return
    yield from _network(values.mapping("network"), place, ours=ours, patch=patch)
    yield from _metallb(values.mapping("metallb"), place, ours=ours)


def _may_be_ours(chart: object) -> bool:
    return chart is UNKNOWN or (isinstance(chart, str) and any(name in chart for name in _OURS))


def _unknown_pool(place: str) -> Pool:
    return Pool(place=place, name="(metallb.pools)", addresses=UNKNOWN, owner="values")


def _network(network: Fields, place: str, *, ours: bool, patch: bool) -> Iterator[Cni | Range]:
    if network.unknown:
        if ours:
            yield Cni(place=place, tunnel_interface=UNKNOWN, pod_cidr=UNKNOWN, multus=UNKNOWN, kube_ovn=UNKNOWN)
        return
    if not any(network.has(key) for key in ("flannel", "kubeOvn", "multus")):
        return
    for section, key, kind in _RANGES:
        text = network.mapping(section).text(key)
        if text is not None:
            yield Range(place=place, name=f"network.{section}.{key}", kind=kind, text=text)
    kube_ovn = network.mapping("kubeOvn")
    # A fragment that leaves Kube-OVN out does not unset its tunnel NIC; another file may set it.
    elsewhere = None if network.has("kubeOvn") and not patch else UNKNOWN
    yield Cni(
        place=place,
        tunnel_interface=also(kube_ovn.text("tunnelInterface"), elsewhere),
        tunnel_type=kube_ovn.text("tunnelType"),
        service_cidr=kube_ovn.text("svcCidr"),
        pod_cidr=kube_ovn.text("podCidr"),
        pod_gateway=kube_ovn.text("podGateway"),
        multus=network.mapping("multus").flag("enabled"),
        kube_ovn=kube_ovn.flag("enabled"),
    )


def _metallb(metallb: Fields, place: str, *, ours: bool) -> Iterator[Advertisement | Pool]:
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
            addresses=also(pool.texts("addresses"), ()),
            owner="values",
        )
    announcements = metallb.mappings("l2Advertisements")
    for index, entry in enumerate(announcements if announcements is not UNKNOWN else ()):
        name = entry.text("name")
        yield Advertisement(
            place=place,
            name=name if isinstance(name, str) else f"(metallb.l2Advertisements[{index}])",
            protocol="L2",
            pools=also(entry.texts("ipAddressPools"), ()),
            interfaces=entry.texts("interfaces"),
        )
    if announcements is UNKNOWN:
        yield Advertisement(place=place, name="(metallb.l2Advertisements)", protocol="L2", interfaces=UNKNOWN)
