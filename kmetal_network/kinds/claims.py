"""Reads further kinds that may claim addresses of a node or answer ARP on its NICs.

These are Services (`externalIPs`, `loadBalancerIP` and the annotations that replace it), FRRConfigurations, kube-vip's
ConfigMap and pods, Cilium's pools, announcements and peers, and MetalLB's `excludel2`. It also reads the API server's
service range from kubeadm's ClusterConfiguration and the static pod of kube-apiserver.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Final, TypeAlias

from kmetal_network.facts.lenient_fields import Fields, is_list
from kmetal_network.facts.platform import Claim, ClusterFact, Source
from kmetal_network.facts.unknown import UNKNOWN, Texts, Unknown, known
from kmetal_network.kinds.parsed_object import ParsedObject

ADDRESS_ANNOTATIONS: Final = (
    "metallb.io/loadBalancerIPs",
    "metallb.universe.tf/loadBalancerIPs",
    "kube-vip.io/loadbalancerIPs",
    "io.cilium/lb-ipam-ips",
    "lbipam.cilium.io/ips",
)
"""Annotations with which a Service requests addresses: MetalLB's (both names), kube-vip's and Cilium's."""

Reading: TypeAlias = Iterator[Claim | ClusterFact]

_EXCLUDES: Final = "metallb-excludel2"
_SERVICE_RANGE: Final = "--service-cluster-ip-range="
_PATTERN: Final = re.compile(r"^\s*-\s*[\"']?(?P<pattern>[^\"'#\s]+)[\"']?", re.MULTILINE)
_SERVICE_SUBNET: Final = re.compile(r"^\s+serviceSubnet:\s*[\"']?([^\s\"'#]+)", re.MULTILINE)
_RAW: Final = re.compile(r"^\s*(?P<what>network|neighbor)\s+(?P<value>[0-9A-Fa-f:.]+(?:/[0-9]+)?|\S+)", re.MULTILINE)


def _label(found: ParsedObject) -> str:
    namespace = f"{found.namespace}/" if isinstance(found.namespace, str) else ""
    return f"{found.top.raw('kind')} {namespace + found.name!r}"


def _listed(value: object) -> tuple[str, ...]:
    """A text with commas, as annotations, environment and ConfigMaps write lists of addresses."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else ()


def _service(found: ParsedObject) -> Reading:
    label, external = _label(found), found.spec.texts("externalIPs")
    if external:
        yield Claim(place=found.place, label=f"{label} has externalIPs", source=Source.EXTERNAL_IPS, addresses=external)
    wanted = [("loadBalancerIP", found.spec.text("loadBalancerIP"))]
    annotations = found.metadata.mapping("annotations")
    wanted += [(key, annotations.text(key)) for key in ADDRESS_ANNOTATIONS]
    for field, value in wanted:
        if value:
            addresses: Texts = UNKNOWN if value is UNKNOWN else _listed(value)
            yield Claim(
                place=found.place, label=f"{label} has {field}", source=Source.LOAD_BALANCER, addresses=addresses
            )


def _entries(value: tuple[Fields, ...] | Unknown) -> tuple[Fields, ...]:
    return () if value is UNKNOWN else value


def _prefixes(router: Fields) -> Iterator[str]:
    yield from known(router.texts("prefixes"))
    for neighbour in _entries(router.mappings("neighbors")):
        yield from known(neighbour.mapping("toAdvertise").mapping("allowed").texts("prefixes"))


def _frr(found: ParsedObject) -> Reading:
    label, bgp = _label(found), found.spec.mapping("bgp")
    for router in _entries(bgp.mappings("routers")):
        if prefixes := tuple(dict.fromkeys(_prefixes(router))):
            yield Claim(place=found.place, label=f"{label} announces", source=Source.FRR_PREFIX, addresses=prefixes)
        for neighbour in _entries(router.mappings("neighbors")):
            yield from _neighbour(found, neighbour)
    for what, value in _RAW.findall(str(found.spec.mapping("raw").raw("rawConfig") or "")):
        source = Source.FRR_PREFIX if what == "network" else Source.FRR_NEIGHBOUR
        verb = "announces" if what == "network" else "speaks to"
        yield Claim(place=found.place, label=f"{label} {verb}", source=source, addresses=(value,))


def _neighbour(found: ParsedObject, neighbour: Fields) -> Reading:
    for field, verb in (("address", "speaks to"), ("sourceaddress", "calls from")):
        if isinstance(value := neighbour.text(field), str):
            yield Claim(
                place=found.place,
                label=f"{_label(found)} {verb}",
                source=Source.FRR_NEIGHBOUR,
                addresses=(value,),
            )
    if isinstance(interface := neighbour.text("interface"), str):
        yield Claim(
            place=found.place,
            label=f"{_label(found)} speaks on",
            source=Source.FRR_NEIGHBOUR,
            interfaces=(interface,),
        )


def _config_map(found: ParsedObject) -> Reading:
    data = found.top.mapping("data").plain()
    values: Mapping[str, object] = {} if data is UNKNOWN else data
    if found.name == "kubevip":
        for key, value in values.items():
            if key.startswith(("cidr-", "range-")) and isinstance(value, str):
                yield Claim(
                    place=found.place,
                    label=f"{_label(found)} hands out {key}",
                    source=Source.KUBE_VIP,
                    addresses=_listed(value),
                )
    elif found.name == _EXCLUDES:
        text = "\n".join(value for value in values.values() if isinstance(value, str))
        patterns = tuple(_PATTERN.findall(text))
        yield Claim(place=found.place, label=_label(found), source=Source.SPEAKER_EXCLUDES, interfaces=patterns)
    elif found.name == "kubeadm-config" and (match := _SERVICE_SUBNET.search(str(values.get("ClusterConfiguration")))):
        yield ClusterFact(place=found.place, service_cidrs=_listed(match[1]))


def _pod(found: ParsedObject) -> Reading:
    yield from _containers(found, found.spec)


def _workload(found: ParsedObject) -> Reading:
    yield from _containers(found, found.spec.mapping("template").mapping("spec"))


def _containers(found: ParsedObject, pod: Fields) -> Reading:
    for container in _entries(pod.mappings("containers")):
        words = [*_words(container.raw("command")), *_words(container.raw("args"))]
        if "kube-apiserver" in words[:1]:
            for word in words:
                if word.startswith(_SERVICE_RANGE):
                    yield ClusterFact(place=found.place, service_cidrs=_listed(word.removeprefix(_SERVICE_RANGE)))
        image = container.raw("image")
        if isinstance(image, str) and "kube-vip" in image.partition("@")[0].rpartition("/")[2]:
            yield from _kube_vip(found, container, words)


def _words(value: object) -> list[str]:
    return [word for word in value if isinstance(word, str)] if is_list(value) else []


def _kube_vip(found: ParsedObject, container: Fields, words: list[str]) -> Reading:
    settings = {
        str(entry.raw("name")): entry.raw("value")
        for entry in _entries(container.mappings("env"))
        if isinstance(entry.raw("value"), str)
    }
    for flag, following in pairwise([*words, ""]):
        name, equals, value = flag.partition("=")
        if name in ("--address", "--interface", "--serviceInterface", "--vip"):
            key = {"--address": "address", "--vip": "address"}.get(name, "vip_interface")
            settings.setdefault(key, value if equals else following)
    for key in ("address", "vip_address"):
        if addresses := _listed(settings.get(key)):
            yield Claim(
                place=found.place,
                label=f"{_label(found)} answers for",
                source=Source.KUBE_VIP,
                addresses=addresses,
            )
    for key in ("vip_interface", "vip_servicesinterface"):
        if interfaces := _listed(settings.get(key)):
            yield Claim(
                place=found.place,
                label=f"{_label(found)} answers on",
                source=Source.KUBE_VIP,
                interfaces=interfaces,
            )


def _cilium_pool(found: ParsedObject) -> Reading:
    addresses: list[str] = []
    for key in ("blocks", "cidrs"):
        for block in _entries(found.spec.mappings(key)):
            cidr, start, stop = (block.text(name) for name in ("cidr", "start", "stop"))
            if isinstance(cidr, str):
                addresses.append(cidr)
            elif isinstance(start, str):
                addresses.append(f"{start}-{stop if isinstance(stop, str) and stop else start}")
    yield Claim(
        place=found.place, label=f"{_label(found)} holds", source=Source.CILIUM_POOL, addresses=tuple(addresses)
    )


def _cilium_layer2(found: ParsedObject) -> Reading:
    if found.patch and not found.spec.has("interfaces"):
        return
    yield Claim(
        place=found.place,
        label=f"{_label(found)} answers ARP on",
        source=Source.CILIUM_LAYER2,
        interfaces=found.spec.texts("interfaces"),
    )


def _cilium_peers(found: ParsedObject) -> Reading:
    for section, inner, field in (
        ("bgpInstances", "peers", "peerAddress"),
        ("virtualRouters", "neighbors", "peerAddress"),
    ):
        for instance in _entries(found.spec.mappings(section)):
            peers = tuple(
                address.partition("/")[0]
                for peer in _entries(instance.mappings(inner))
                if isinstance(address := peer.text(field), str)
            )
            if peers:
                yield Claim(
                    place=found.place,
                    label=f"{_label(found)} speaks to",
                    source=Source.CILIUM_PEER,
                    addresses=peers,
                )


def _kubeadm(found: ParsedObject) -> Reading:
    served = found.top.mapping("networking").text("serviceSubnet")
    if isinstance(served, str):
        yield ClusterFact(place=found.place, service_cidrs=_listed(served))


READERS: Final[Mapping[tuple[str, str], Callable[[ParsedObject], Reading]]] = {
    ("", "Service"): _service,
    ("", "ConfigMap"): _config_map,
    ("", "Pod"): _pod,
    ("apps", "DaemonSet"): _workload,
    ("frrk8s.metallb.io", "FRRConfiguration"): _frr,
    ("cilium.io", "CiliumLoadBalancerIPPool"): _cilium_pool,
    ("cilium.io", "CiliumL2AnnouncementPolicy"): _cilium_layer2,
    ("cilium.io", "CiliumBGPClusterConfig"): _cilium_peers,
    ("cilium.io", "CiliumBGPPeeringPolicy"): _cilium_peers,
    ("kubeadm.k8s.io", "ClusterConfiguration"): _kubeadm,
}
"""By group and kind; each reads one object into what it claims."""
