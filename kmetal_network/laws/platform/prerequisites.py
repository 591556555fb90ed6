"""Platform: what has to be enabled before the rest of the network can work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kmetal_network.errors import Severity
from kmetal_network.facts.model import UNKNOWN, Facts, has_unknown, known
from kmetal_network.laws.model import Breach, Law
from kmetal_network.laws.spans import span
from kmetal_network.names import DEFAULT_VPC, EXTERNAL_SUBNET

VERSION_FLOOR: Final = (1, 15)
"""Kube-OVN: the default Vpc's patch holds the labels since 1.14, secondary-CNI mode and sound routes come with 1.15
(docs/evidence/kube-ovn.md#versions)."""

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


def _version_floor(facts: Facts) -> Iterator[Breach]:
    floor = ".".join(map(str, VERSION_FLOOR))
    for cluster in facts.clusters:
        if not isinstance(cluster.kube_ovn_version, str):
            continue
        match = re.match(r"v?(\d+)\.(\d+)", cluster.kube_ovn_version)
        if match and (int(match[1]), int(match[2])) < VERSION_FLOOR:
            yield Breach(
                cluster.place,
                f"kube-ovn-controller is {cluster.kube_ovn_version}, older than {floor}",
                f"upgrade Kube-OVN to {floor} or later first",
            )


def _service_range(facts: Facts) -> Iterator[Breach]:
    served = [text for cluster in facts.clusters for text in known(cluster.service_cidrs)]
    if not served or any(has_unknown(cluster.service_cidrs) for cluster in facts.clusters):
        return
    spans = {span(text) for text in served}
    for cni in facts.cni:
        for text in cni.service_cidr.split(",") if isinstance(cni.service_cidr, str) else ():
            if span(text) is not None and span(text) not in spans:
                yield Breach(
                    cni.place,
                    f"network.kubeOvn.svcCidr is {text}, and the API server serves {', '.join(served)}",
                    f"write {served[0]}",
                )


def _right_cluster(facts: Facts) -> Iterator[Breach]:
    seen = [cluster.uid for cluster in facts.clusters if isinstance(cluster.uid, str)]
    for cluster in facts.clusters:
        if isinstance(cluster.expected_uid, str) and seen and cluster.expected_uid not in seen:
            yield Breach(
                cluster.place,
                f"the settings name the cluster with uid {cluster.expected_uid}, and this one is {seen[0]}",
                "choose the other context, or correct the uid",
            )


def _arguments(facts: Facts) -> Iterator[tuple[str, tuple[str, ...]]]:
    for cluster in facts.clusters:
        if cluster.kube_ovn_arguments not in (None, UNKNOWN) and not has_unknown(cluster.kube_ovn_arguments):
            yield cluster.place, known(cluster.kube_ovn_arguments)


def _secondary(facts: Facts) -> Iterator[Breach]:
    for place, arguments in _arguments(facts):
        if not {"--non-primary-cni-mode", "--non-primary-cni-mode=true"} & set(arguments):
            yield Breach(
                place,
                "kube-ovn-controller runs without --non-primary-cni-mode",
                "install Kube-OVN as the secondary CNI (the chart's NON_PRIMARY_CNI)",
            )


def _eip_snat(facts: Facts) -> Iterator[Breach]:
    for place, arguments in _arguments(facts):
        if "--enable-eip-snat=false" in arguments:
            yield Breach(
                place,
                "kube-ovn-controller runs with --enable-eip-snat=false",
                "remove the argument; true is its default",
            )


def _names(facts: Facts) -> Iterator[Breach]:
    """Kube-OVN's own names for the default VPC and for the Subnet that tenants leave through."""
    for place, arguments in _arguments(facts):
        for flag, ours in (("--external-gateway-switch", EXTERNAL_SUBNET), ("--cluster-router", DEFAULT_VPC)):
            for argument in arguments:
                name, _, value = argument.partition("=")
                if name == flag and value != ours:
                    yield Breach(
                        place,
                        f"kube-ovn-controller runs with {argument}",
                        f"remove the argument; {ours} is its default",
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
        title="Multus and Kube-OVN are on",
        why="Without Multus no pod gets its tenant interface.",
        fix="Write network.multus.enabled: true and network.kubeOvn.enabled: true.",
        reference="kMetal's networking guide, Multus",
        judge=_multus,
        relaxable=False,
    ),
    Law(
        id="NET-702",
        title="The tunnel NIC is named",
        why="The chart has no sensible default; the wrong NIC carries tenants' traffic, or none does.",
        fix="Write network.kubeOvn.tunnelInterface.",
        reference="kMetal's networking guide, tunnelInterface is required",
        judge=_tunnel,
    ),
    Law(
        id="NET-703",
        title="A MetalLB pool has one owner",
        why="The chart's reconciler and this program would overwrite each other, and each time re-address Services.",
        fix="Declare pools as objects only.",
        reference="docs/evidence/kmetal.md#metallb",
        judge=_one_owner,
    ),
    Law(
        id="NET-704",
        title="Kube-OVN is of a version that this network works with",
        why="Before 1.14 the default Vpc's patch does not hold the gateway labels, and routes of a VPC tie; before"
        " 1.15 it"
        " can't be the secondary CNI.",
        fix="Upgrade Kube-OVN.",
        reference="docs/evidence/kube-ovn.md#versions",
        judge=_version_floor,
    ),
    Law(
        id="NET-705",
        title="Kube-OVN's svcCidr is the API server's service range",
        why="Kube-OVN would not know which packets are for Services. A product once shipped a range that was never the"
        " real one.",
        fix="Write the API server's --service-cluster-ip-range.",
        reference="kMetal's networking guide, Kube-OVN; harvester/harvester#11331",
        judge=_service_range,
    ),
    Law(
        id="NET-706",
        title="The cluster is the one that the settings name",
        why="Applying an environment to another's cluster replaces that one's network.",
        fix="Choose the other context, or correct the uid.",
        reference="docs/adr/0008-the-state-knows-its-cluster.md",
        judge=_right_cluster,
        relaxable=False,
    ),
    Law(
        id="NET-707",
        title="Kube-OVN is the secondary CNI",
        severity=Severity.WARNING,
        why="As the primary it gives every pod of a tenant's namespace an address of the tenant's Subnet, those of the"
        " platform included, and those pods block the Subnet's deletion.",
        fix="Switch --non-primary-cni-mode on.",
        reference="docs/evidence/kube-ovn.md#attachments; kubeovn/kube-ovn#1002, #5360",
        judge=_secondary,
    ),
    Law(
        id="NET-708",
        title="Kube-OVN translates egress addresses",
        why="With --enable-eip-snat=false it does not connect a VPC to `external`, and logs an error instead.",
        fix="Leave the argument out.",
        reference="docs/evidence/kube-ovn.md#egress",
        judge=_eip_snat,
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
        title="The tunnel is one that Kube-OVN builds",
        why="The chart passes the value on and the agent on each node does not start.",
        fix="Write geneve, vxlan or stt.",
        reference="kMetal's networking guide, Kube-OVN",
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
    Law(
        id="NET-712",
        title="Kube-OVN's own names are its defaults",
        why="It would connect tenants to another Subnet than `external`, or treat another Vpc than `ovn-cluster` as the"
        " default one: the patch that keeps the gateway labels would then make an empty Vpc of that name.",
        fix="Leave --external-gateway-switch and --cluster-router out.",
        reference="docs/evidence/kube-ovn.md#versions; kube-ovn pkg/controller/config.go",
        judge=_names,
    ),
)
