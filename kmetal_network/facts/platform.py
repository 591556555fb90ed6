"""What the platform below the network says: ranges, nodes, the under cluster, its CNI, and what others claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kmetal_network.facts.unknown import Maybe, Texts, Unknown


class RangeKind(StrEnum):
    """What a named range of the platform is for; laws about overlap are written on pairs of these."""

    NODE = "node"
    MANAGEMENT = "management"
    POD = "pod"
    JOIN = "join"
    SERVICE = "service"
    EXTERNAL = "external"
    POOL = "pool"
    TENANT = "tenant"
    ROUTE = "route"
    RESERVED = "reserved"


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """A range of addresses with a name, such as `network.flannel.podCidr`."""

    place: str
    name: str
    kind: RangeKind
    text: str | Unknown
    vpc: str = ""
    """The VPC in which it is routed; empty for the under cluster's own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A node of the under cluster, or what the settings say of it."""

    place: str
    name: str
    external_gateway: Maybe[str] = None
    """Value of the label `ovn.kubernetes.io/external-gw`."""
    addresses: Texts = ()
    """Its internal addresses."""
    interfaces: Texts | None = None
    """The NICs it has; None where no one has looked."""
    labels: Maybe[str] = None
    """All of its labels as JSON; None where no one has looked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Quota:
    """A ResourceQuota of a namespace."""

    place: str
    name: str
    namespace: Maybe[str] = None
    hard: Mapping[str, object] | Unknown = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlPlane:
    """The API server of one tenant cluster: the address that is reserved for it in a MetalLB pool."""

    place: str
    name: str
    namespace: Maybe[str] = None
    address: Maybe[str] = None
    """None where MetalLB picks one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterFact:
    """The under cluster itself: what the settings say of it and what its API server shows."""

    place: str
    context: Maybe[str] = None
    """Context of the kubeconfig that the settings name."""
    expected_uid: Maybe[str] = None
    """UID of the kube-system namespace that the settings name."""
    uid: Maybe[str] = None
    """The one that the API server shows."""
    service_cidrs: Texts = ()
    """Service ranges of the API server (its ServiceCIDR objects); none where no one has looked."""
    kube_ovn_version: Maybe[str] = None
    """Image tag of Deployment kube-system/kube-ovn-controller."""
    kube_ovn_arguments: Texts | None = None
    """Arguments of that container; None where no one has looked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cni:
    """The CNI values of the kMetal chart."""

    place: str
    tunnel_interface: Maybe[str] = None
    tunnel_type: Maybe[str] = None
    tunnel_mtu: Maybe[int] = None
    """MTU of the tunnel NIC, where it is known."""
    service_cidr: Maybe[str] = None
    """Kube-OVN's `svcCidr`."""
    pod_cidr: Maybe[str] = None
    pod_gateway: Maybe[str] = None
    multus: Maybe[bool] = None
    kube_ovn: Maybe[bool] = None
    fragment: bool = False
    """A part of the values: what it leaves out another part may say."""


class Source(StrEnum):
    """What makes a claim; each has a law of its own."""

    EXTERNAL_IPS = "externalIPs"
    LOAD_BALANCER = "load balancer address"
    FRR_PREFIX = "FRR prefix"
    FRR_NEIGHBOUR = "FRR neighbour"
    KUBE_VIP = "kube-vip"
    CILIUM_POOL = "Cilium pool"
    CILIUM_LAYER2 = "Cilium announcement"
    CILIUM_PEER = "Cilium BGP peer"
    SPEAKER_EXCLUDES = "MetalLB excludel2"
    """No claim: the NICs on which MetalLB's speakers never answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """Addresses that something other than Kube-OVN or MetalLB's own kinds claims, or NICs on which it answers."""

    place: str
    label: str
    """How to speak of it, with the field: `Service 'web' has externalIPs`."""
    source: Source
    addresses: Texts = ()
    interfaces: Texts | None = ()
    """NICs by name, of Cilium and of MetalLB's exclusion by regular expression; None is every NIC."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Management:
    """The management VLAN, which nodes and MetalLB use."""

    place: str
    interface: Maybe[str] = None
    cidr: Maybe[str] = None
