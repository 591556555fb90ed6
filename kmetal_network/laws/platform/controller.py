"""Kube-OVN's controller and the cluster that it runs in: version, arguments, service range."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kmetal_network.errors import Severity
from kmetal_network.facts.model import Facts
from kmetal_network.facts.unknown import UNKNOWN, has_unknown, known
from kmetal_network.laws import not_admitted
from kmetal_network.laws.model import Breach, Law
from kmetal_network.laws.spans import span
from kmetal_network.names import DEFAULT_VPC, EXTERNAL_SUBNET

VERSION_FLOOR: Final = (1, 15)
"""Kube-OVN: the default Vpc's patch holds the labels since 1.14, secondary-CNI mode and sound routes come with 1.15
(docs/evidence/kube-ovn.md#versions)."""


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


LAWS = (
    Law(
        id="NET-704",
        title="Kube-OVN's version is one that this network supports",
        why="Before 1.14 the default Vpc's patch does not hold the gateway labels, and routes of a VPC tie; before"
        " 1.15 it can't be the secondary CNI.",
        fix="Upgrade Kube-OVN.",
        reference="docs/evidence/kube-ovn.md#versions",
        not_admitted=not_admitted.CONTROLLER,
        judge=_version_floor,
    ),
    Law(
        id="NET-705",
        title="Kube-OVN's svcCidr is the API server's service range",
        why="Kube-OVN would not know which packets are for Services. A product once shipped a range that was never"
        " the real one.",
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
        why="As the primary it gives every pod of a tenant's namespace an address of the tenant's Subnet, those of"
        " the platform included, and those pods block the Subnet's deletion.",
        fix="Switch --non-primary-cni-mode on.",
        reference="docs/evidence/kube-ovn.md#attachments; kubeovn/kube-ovn#1002, #5360",
        not_admitted=not_admitted.CONTROLLER,
        judge=_secondary,
    ),
    Law(
        id="NET-708",
        title="Kube-OVN translates egress addresses",
        why="With --enable-eip-snat=false it does not connect a VPC to `external`, and logs an error instead.",
        fix="Leave the argument out.",
        reference="docs/evidence/kube-ovn.md#egress",
        not_admitted=not_admitted.CONTROLLER,
        judge=_eip_snat,
    ),
    Law(
        id="NET-712",
        title="Kube-OVN keeps its default names",
        why="It would connect tenants to another Subnet than `external`, or treat another Vpc than `ovn-cluster` as"
        " the default one: the patch that keeps the gateway labels would then make an empty Vpc of that name.",
        fix="Leave --external-gateway-switch and --cluster-router out.",
        reference="docs/evidence/kube-ovn.md#versions; kube-ovn pkg/controller/config.go",
        not_admitted=not_admitted.CONTROLLER,
        judge=_names,
    ),
)
