"""Kinds other than MetalLB's that claim an address of the provider block or answer ARP for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kmetal_network.facts.model import Facts
from kmetal_network.facts.nics import BRIDGE
from kmetal_network.facts.platform import Claim, Source
from kmetal_network.facts.unknown import has_unknown, known
from kmetal_network.laws import not_admitted
from kmetal_network.laws.metallb.pools import provider_spans
from kmetal_network.laws.model import Breach, Law
from kmetal_network.laws.patterns import matches
from kmetal_network.laws.spans import crossing, spans
from kmetal_network.laws.vlan_carriers import Carriers

_REMEDY: Final = "write an address of the management VLAN; addresses of the provider VLAN belong to Kube-OVN's EIPs"


def _claims(facts: Facts, source: Source) -> Iterator[Claim]:
    return (claim for claim in facts.claims if claim.source is source)


def _addresses(facts: Facts, source: Source) -> Iterator[Breach]:
    """A breach for each claimed range that shares an address with a provider block."""
    written = [
        (block, (claim, text))
        for claim in _claims(facts, source)
        for text in known(claim.addresses)
        for block in spans(text)
    ]
    for (one, (claim, text)), (two, subnet) in crossing(written, provider_spans(facts)):
        yield Breach(claim.place, f"{claim.label} {text}, of which {one.shared(two)} is in {subnet}", _REMEDY)


def _external_ips(facts: Facts) -> Iterator[Breach]:
    yield from _addresses(facts, Source.EXTERNAL_IPS)


def _load_balancer(facts: Facts) -> Iterator[Breach]:
    yield from _addresses(facts, Source.LOAD_BALANCER)


def _kube_vip(facts: Facts) -> Iterator[Breach]:
    yield from _addresses(facts, Source.KUBE_VIP)
    carriers = Carriers(facts.provider_networks, facts.vlans)
    for claim in _claims(facts, Source.KUBE_VIP):
        for interface in known(claim.interfaces):
            for _, reason in carriers.of(interface):
                yield Breach(claim.place, f"{claim.label} {interface!r}, which {reason}", "name the management NIC")


def _cilium_pool(facts: Facts) -> Iterator[Breach]:
    yield from _addresses(facts, Source.CILIUM_POOL)


def _cilium_peer(facts: Facts) -> Iterator[Breach]:
    yield from _addresses(facts, Source.CILIUM_PEER)


def _cilium_layer2(facts: Facts) -> Iterator[Breach]:
    for claim in _claims(facts, Source.CILIUM_LAYER2):
        for network in facts.provider_networks:
            nics = (*known(network.interfaces), f"{BRIDGE}{network.name}")
            hit = [nic for nic in nics if claim.interfaces in (None, ()) or _any_matches(known(claim.interfaces), nic)]
            if hit and not has_unknown(claim.interfaces or ()):
                yield Breach(
                    claim.place,
                    f"{claim.label} {', '.join(map(repr, hit))} of provider network {network.name!r}",
                    "write an expression in `interfaces` that names the management NIC alone, such as ^data[.]204$",
                )


def _any_matches(patterns: tuple[str, ...], nic: str) -> bool:
    return any(matches(pattern, nic) for pattern in patterns)


def _external_lb(facts: Facts) -> Iterator[Breach]:
    for subnet in facts.subnets:
        if subnet.external_lb is True and subnet.on_provider_network:
            yield Breach(
                subnet.place,
                f"subnet {subnet.name!r} has enableExternalLBAddress, so MetalLB may hand out addresses of"
                f" {subnet.cidr} on its VLAN",
                "take enableExternalLBAddress out",
            )


_WHY: Final = (
    "A node answers ARP for an address that Kube-OVN gives to a tenant: traffic goes to whoever answers first."
)

LAWS = (
    Law(
        id="NET-228",
        title="No Service claims an address of the provider VLAN as an external IP",
        why=_WHY + " Anyone who may write a Service may claim any external IP, in any namespace.",
        fix="Take the address out of externalIPs.",
        reference="Kubernetes docs, Service externalIPs; CVE-2020-8554",
        judge=_external_ips,
    ),
    Law(
        id="NET-229",
        title="No Service asks for a load balancer address of the provider VLAN",
        why=_WHY + " loadBalancerIP and the annotations of MetalLB, kube-vip and Cilium all name the wanted address.",
        fix="Ask for an address of a pool on the management VLAN.",
        reference="metallb website, usage (metallb.io/loadBalancerIPs); kube-vip docs, services; Cilium docs, LB IPAM",
        judge=_load_balancer,
    ),
    Law(
        id="NET-230",
        title="No kube-vip hands out or answers for addresses of the provider VLAN",
        why=_WHY,
        fix="Write ranges of the management VLAN, and its NIC as vip_interface.",
        reference="kube-vip docs, cloud provider (ConfigMap kubevip) and flags (vip_interface, address)",
        not_admitted=not_admitted.FOREIGN_KIND,
        judge=_kube_vip,
    ),
    Law(
        id="NET-231",
        title="No Cilium pool holds an address of the provider VLAN",
        why=_WHY,
        fix="Write blocks of the management VLAN.",
        reference="Cilium docs, LB IPAM (CiliumLoadBalancerIPPool)",
        not_admitted=not_admitted.FOREIGN_KIND,
        judge=_cilium_pool,
    ),
    Law(
        id="NET-232",
        title="Cilium answers ARP on no NIC of the provider network",
        why="A CiliumL2AnnouncementPolicy without `interfaces` answers on every NIC of a node.",
        fix="Write an expression in `interfaces` that names the management NIC alone.",
        reference="Cilium docs, L2 announcements (CiliumL2AnnouncementPolicy)",
        not_admitted=not_admitted.FOREIGN_KIND,
        judge=_cilium_layer2,
    ),
    Law(
        id="NET-233",
        title="No BGP peer of Cilium is on the provider VLAN",
        why="The nodes would announce Services to a router on the VLAN that the platform reserves for OVN.",
        fix="Peer with a router of the management VLAN.",
        reference="Cilium docs, BGP control plane (CiliumBGPClusterConfig, CiliumBGPPeeringPolicy)",
        not_admitted=not_admitted.FOREIGN_KIND,
        judge=_cilium_peer,
    ),
    Law(
        id="NET-234",
        title="No provider Subnet lends its addresses to MetalLB",
        why="Kube-OVN then lets MetalLB use addresses on the underlay: what the platform reserves for OVN is open to"
        " any Service of type LoadBalancer.",
        fix="Take enableExternalLBAddress out of the provider Subnet.",
        reference="kube-ovn pkg/apis/kubeovn/v1/subnet.go, EnableExternalLBAddress",
        judge=_external_lb,
    ),
)
