"""What the settings say of the platform: its ranges, its CNI and the management VLAN."""

from __future__ import annotations

from collections.abc import Iterator

from kmetal_network.config.places import Place
from kmetal_network.config.sections.cni import Network
from kmetal_network.config.sections.metallb import Management as ManagementSection
from kmetal_network.facts.model import Facts
from kmetal_network.facts.platform import Cni, Management, Range, RangeKind
from kmetal_network.yaml_document import dotted


def platform_facts(network: Network, management: ManagementSection, place: Place) -> Facts:
    """The named ranges, the CNI and the management VLAN."""
    return Facts(
        ranges=tuple(_ranges(network, management, place)),
        management=(_management(management, place),),
        cni=(_cni(network, place),),
    )


def _ranges(network: Network, management: ManagementSection, place: Place) -> Iterator[Range]:
    """The named ranges of the platform."""
    kube_ovn = network.kube_ovn
    flannel = ("network", "flannel", "podCidr"), RangeKind.POD, network.flannel.pod_cidr
    for path, kind, block in (
        flannel,
        (("network", "kubeOvn", "podCidr"), RangeKind.POD, kube_ovn.pod_cidr),
        (("network", "kubeOvn", "svcCidr"), RangeKind.SERVICE, kube_ovn.svc_cidr),
        (("network", "kubeOvn", "joinCidr"), RangeKind.JOIN, kube_ovn.join_cidr),
        (("management", "cidr"), RangeKind.MANAGEMENT, management.cidr),
        (("management", "cidr6"), RangeKind.MANAGEMENT, management.cidr6),
    ):
        if block is not None:
            yield Range(place=place(path), name=dotted(path), kind=kind, text=str(block))
    for index, reserved in enumerate(management.reserved):
        where = ("management", "reserved", index)
        yield Range(place=place(where), name=dotted(where), kind=RangeKind.RESERVED, text=str(reserved))


def _cni(network: Network, place: Place) -> Cni:
    """The CNI values of the chart."""
    kube_ovn = network.kube_ovn
    return Cni(
        place=place(("network",)),
        tunnel_interface=kube_ovn.tunnel_interface,
        tunnel_type=kube_ovn.tunnel_type,
        tunnel_mtu=kube_ovn.tunnel_mtu,
        service_cidr=str(kube_ovn.svc_cidr),
        pod_cidr=str(kube_ovn.pod_cidr),
        pod_gateway=str(kube_ovn.pod_gateway),
        multus=network.multus.enabled,
        kube_ovn=kube_ovn.enabled,
    )


def _management(section: ManagementSection, place: Place) -> Management:
    """The management VLAN."""
    return Management(
        place=place(("management",)),
        interface=section.interface,
        cidr=",".join(map(str, section.blocks)) or None,
    )
