"""What an admission policy is made of: literals of the settings, the kinds that it matches, and its checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Final

from kmetal_network.admission.cel import Block
from kmetal_network.admission.nics import carrying

KUBE_OVN_ACCOUNTS: Final = ("system:serviceaccount:kube-system:ovn",)
"""Under which Kube-OVN's controller writes (its chart, controller Deployment)."""


@dataclass(frozen=True, kw_only=True)
class Literals:
    """What the settings say of the network, and every object is held against."""

    cidrs: Sequence[str]
    """Blocks on the provider VLAN: those of the Subnet `external`."""
    interfaces: Mapping[str, Sequence[str]]
    """NICs by provider network."""
    vlan_ids: Mapping[str, int] = field(default_factory=dict)
    """VLAN id by provider network, where OVN tags."""
    gateway: str = ""
    """The physical router's address on the provider VLAN."""
    other_interfaces: Sequence[str] = ()
    """The management and the tunnel NIC, which no provider network may take."""
    management: str | None = None
    """Block of the management VLAN, or one of each family with a comma between, where the settings give one."""
    vlans: Sequence[str] = ()
    """Names of the Vlan objects of the provider VLAN."""
    arp_only: bool = True
    """Whether no pool is announced by BGP: addresses that BGP alone announces need not be the management VLAN's."""
    reserved: Sequence[str] = ()
    """Addresses of the management VLAN that are others': `a` or `a-b`."""
    platform: Sequence[str] = ()
    """Blocks of the under cluster's own pods, services and nodes."""
    mtu: int | None = None
    """The largest MTU that fits the tunnel, where the settings give its NIC's."""

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The provider blocks, parsed."""
        return tuple(ip_network(cidr) for cidr in self.cidrs)

    @property
    def inner(self) -> tuple[Block, ...]:
        """Every block that is the platform's and not the provider VLAN's, parsed."""
        return (*(ip_network(cidr) for cidr in self.platform), *self.management_blocks)

    @property
    def management_blocks(self) -> tuple[Block, ...]:
        """The management VLAN's blocks, parsed."""
        return tuple(ip_network(cidr) for cidr in self.management.split(",")) if self.management else ()

    @property
    def carrying(self) -> str:
        """A pattern of every interface that carries the provider VLAN, anchored."""
        return f"^{carrying(self.interfaces, self.vlan_ids)}$"

    @property
    def forbidden(self) -> tuple[str, ...]:
        """Every interface that carries the provider VLAN: NICs, bridges, the VLAN's sub-interface of a plain NIC."""
        names = [nic for nics in self.interfaces.values() for nic in nics]
        names += [f"br-{network}" for network in self.interfaces]
        names += [
            f"{nic}.{self.vlan_ids[network]}"
            for network, nics in self.interfaces.items()
            for nic in nics
            if self.vlan_ids.get(network)
        ]
        return tuple(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class Kind:
    """A resource that policies match."""

    group: str
    plural: str
    versions: tuple[str, ...]
    namespaced: bool = False
    exempt: tuple[str, ...] = ()
    annotated: bool = False
    """Whether its annotations say something that a law speaks of, as well as its spec."""


POOLS: Final = Kind("metallb.io", "ipaddresspools", ("v1beta1",), namespaced=True)
LAYER2: Final = Kind("metallb.io", "l2advertisements", ("v1beta1",), namespaced=True)
BGP: Final = Kind("metallb.io", "bgpadvertisements", ("v1beta1",), namespaced=True)
PEERS: Final = Kind("metallb.io", "bgppeers", ("v1beta2",), namespaced=True)
NETWORKS: Final = Kind("kubeovn.io", "provider-networks", ("v1",), exempt=KUBE_OVN_ACCOUNTS)
VLANS: Final = Kind("kubeovn.io", "vlans", ("v1",), exempt=KUBE_OVN_ACCOUNTS)
SUBNETS: Final = Kind("kubeovn.io", "subnets", ("v1",), exempt=KUBE_OVN_ACCOUNTS)
VPCS: Final = Kind("kubeovn.io", "vpcs", ("v1",), exempt=KUBE_OVN_ACCOUNTS)
EIPS: Final = Kind("kubeovn.io", "ovn-eips", ("v1",), exempt=KUBE_OVN_ACCOUNTS)
SNAT_RULES: Final = Kind("kubeovn.io", "ovn-snat-rules", ("v1",), exempt=KUBE_OVN_ACCOUNTS)
SERVICES: Final = Kind("", "services", ("v1",), namespaced=True, annotated=True)
ATTACHMENTS: Final = Kind("k8s.cni.cncf.io", "network-attachment-definitions", ("v1",), namespaced=True)


@dataclass(frozen=True, slots=True)
class AdmissionCheck:
    """A law for one kind: a list, in CEL, of what is wrong with the object; empty where it keeps the law.

    A list rather than a verdict, so that the refusal can name the value.
    """

    rule: str
    kind: Kind
    wrong: Callable[[Literals], str]
    variables: Mapping[str, str] = field(default_factory=dict)
