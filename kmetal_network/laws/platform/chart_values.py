"""What the chart's values have to say, and the objects that have to agree with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kmetal_network.facts.model import Facts
from kmetal_network.facts.unknown import UNKNOWN
from kmetal_network.laws import not_admitted
from kmetal_network.laws.model import Breach, Law

TUNNEL_HEADERS: Final = {"geneve": 100, "vxlan": 50, "stt": 72}
"""Bytes that Kube-OVN takes off a tunnel NIC's MTU (pkg/util/const.go)."""


SMALLEST_MTU: Final = {False: 68, True: 1280}
"""Of IPv4 (RFC 791), and of IPv6 (RFC 8200), which Kube-OVN checks."""


def _multus(facts: Facts) -> Iterator[Breach]:
    for cni in facts.cni:
        if cni.multus is False:
            yield Breach(
                cni.place,
                "network.multus.enabled is false, and Kube-OVN as the secondary CNI is reached through Multus alone",
                "write true",
            )
        if cni.kube_ovn is False:
            yield Breach(
                cni.place,
                "network.kubeOvn.enabled is false, and every tenant's network is Kube-OVN's",
                "write true",
            )


def _tunnel(facts: Facts) -> Iterator[Breach]:
    for cni in facts.cni:
        if not cni.tunnel_interface:
            yield Breach(
                cni.place,
                "network.kubeOvn.tunnelInterface is not set and the chart has no default",
                "write the NIC that carries inter-node traffic, such as data.205",
            )


def _one_owner(facts: Facts) -> Iterator[Breach]:
    objects = {pool.name for pool in facts.pools if pool.owner == "object"}
    for pool in facts.pools:
        if pool.owner == "values" and pool.addresses is not UNKNOWN:  # otherwise there may be none; NET-201 covers that
            both = " and as an object" if pool.name in objects else ""
            yield Breach(
                pool.place,
                f"pool {pool.name!r} is declared in the chart's values{both}",
                "declare pools as objects only (section kmetal-network:metallb)",
            )
    for peer in facts.bgp_peers:
        if peer.owner == "values" and peer.address is not UNKNOWN:
            yield Breach(
                peer.place,
                f"BGPPeer {peer.name!r} is declared in the chart's values",
                "declare peers as objects only (section kmetal-network:metallb)",
            )


def _tunnel_type(facts: Facts) -> Iterator[Breach]:
    for cni in facts.cni:
        if isinstance(cni.tunnel_type, str) and cni.tunnel_type not in TUNNEL_HEADERS:
            yield Breach(
                cni.place,
                f"network.kubeOvn.tunnelType is {cni.tunnel_type!r}",
                f"write one of {', '.join(TUNNEL_HEADERS)}",
            )


def _mtu(facts: Facts) -> Iterator[Breach]:
    room = [
        (cni.tunnel_mtu, cni.tunnel_mtu - TUNNEL_HEADERS[cni.tunnel_type], cni.tunnel_type)
        for cni in facts.cni
        if isinstance(cni.tunnel_mtu, int) and isinstance(cni.tunnel_type, str) and cni.tunnel_type in TUNNEL_HEADERS
    ]
    for subnet in facts.subnets:
        mtu = subnet.mtu
        if not isinstance(mtu, int) or mtu == 0 or subnet.on_provider_network:
            continue
        least = SMALLEST_MTU[":" in str(subnet.cidr)]
        if mtu < least:
            yield Breach(
                subnet.place,
                f"subnet {subnet.name!r} has mtu {mtu}, less than a host has to take",
                f"write {least} or more",
            )
        for tunnel_mtu, most, kind in room:
            if mtu > most:
                yield Breach(
                    subnet.place,
                    f"subnet {subnet.name!r} has mtu {mtu}, and a tunnel NIC of {tunnel_mtu} leaves {most} under"
                    f" {kind}",
                    f"write {most} at most, or leave it to Kube-OVN",
                )


def _passwords(facts: Facts) -> Iterator[Breach]:
    for peer in facts.bgp_peers:
        if peer.plain_password:
            yield Breach(
                peer.place,
                f"BGPPeer {peer.name!r} carries its password in plain text, which ends up in the state and in git",
                "write passwordSecret, the name of a Secret of type kubernetes.io/basic-auth",
            )


LAWS = (
    Law(
        id="NET-701",
        title="Multus and Kube-OVN are enabled",
        why="Without Multus no pod gets its tenant interface.",
        fix="Write network.multus.enabled: true and network.kubeOvn.enabled: true.",
        reference="kMetal's networking guide, Multus",
        not_admitted=not_admitted.CHART_VALUES,
        judge=_multus,
        relaxable=False,
    ),
    Law(
        id="NET-702",
        title="The tunnel NIC is named",
        why="The chart has no sensible default; the wrong NIC carries tenants' traffic, or none does.",
        fix="Write network.kubeOvn.tunnelInterface.",
        reference="kMetal's networking guide, tunnelInterface is required",
        not_admitted=not_admitted.CHART_VALUES,
        judge=_tunnel,
    ),
    Law(
        id="NET-703",
        title="A MetalLB pool has one owner",
        why="The chart's reconciler and this program would overwrite each other, and each time re-address Services.",
        fix="Declare pools as objects only.",
        reference="docs/evidence/kmetal.md#metallb",
        not_admitted=not_admitted.CHART_VALUES,
        judge=_one_owner,
    ),
    Law(
        id="NET-709",
        title="No password stands in plain text",
        why="Anyone who can read the stack's state, the cluster or the git repository could read it.",
        fix="Refer to a Secret.",
        reference="metallb api/v1beta2 BGPPeer (passwordSecret)",
        judge=_passwords,
    ),
    Law(
        id="NET-710",
        title="Kube-OVN supports the tunnel type",
        why="The chart passes the value on and the agent on each node does not start.",
        fix="Write geneve, vxlan or stt.",
        reference="kMetal's networking guide, Kube-OVN",
        not_admitted=not_admitted.CHART_VALUES,
        judge=_tunnel_type,
    ),
    Law(
        id="NET-711",
        title="A Subnet's MTU fits the tunnel",
        why="Kube-OVN accepts any number. Packets that do not fit are dropped on the way, small ones pass: a cluster"
        " that answers ping and hangs on TLS.",
        fix="Write the tunnel NIC's MTU less the header (geneve 100, stt 72, vxlan 50), or nothing.",
        reference="kube-ovn pkg/util/const.go; kubeovn/kube-ovn#4254, #2837",
        judge=_mtu,
    ),
)
