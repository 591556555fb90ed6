"""What the network looks like, whoever looked: a settings file, a preview, a folder of YAML, or the live cluster.

Facts hold what was *written*, as text, and judge nothing: a range that cannot be read is a fact like any other.
A value that nobody can know yet is `UNKNOWN`; it is never left out, so that every law has to have an opinion on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from enum import Enum, StrEnum
from itertools import chain
from typing import Any, Final, Literal, TypeAlias, TypeVar


class _Unknown(Enum):
    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown.UNKNOWN
"""A value that is decided later than the judgement (an output of a resource that does not exist yet)."""

Unknown: TypeAlias = Literal[_Unknown.UNKNOWN]

UNNAMED: Final = "(name not known yet"
"""How the label of an object begins whose name is decided later."""


def is_named(label: str) -> bool:
    """Whether a fact's name is the object's own, so that a law may speak of its letters."""
    return not label.startswith(UNNAMED)


T = TypeVar("T")

Maybe: TypeAlias = T | Unknown | None
"""Written, unknown yet, or absent."""

Texts: TypeAlias = tuple[str | Unknown, ...] | Unknown


def known(values: Texts | None) -> tuple[str, ...]:
    """The values that are known, none where the whole list is not."""
    return () if values is None or values is UNKNOWN else tuple(value for value in values if isinstance(value, str))


def has_unknown(values: Texts | None) -> bool:
    """Whether the list, or a member, is decided later."""
    return values is UNKNOWN or (values is not None and UNKNOWN in values)


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
class Pool:
    """MetalLB's IPAddressPool."""

    place: str
    name: str
    addresses: Texts = ()
    namespace: Maybe[str] = None
    auto_assign: Maybe[bool] = None
    owner: Literal["object", "values"] = "object"
    """Declared as an object, or in the values of the kMetal chart."""
    namespaces: Texts | None = None
    """Those whose Services may draw from it (`serviceAllocation`); None is every one, UNKNOWN where labels decide."""
    patch: bool = False
    """A patch of an object that others own: what it leaves out is theirs to say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Advertisement:
    """MetalLB's L2Advertisement or BGPAdvertisement."""

    place: str
    name: str
    protocol: Literal["L2", "BGP"]
    pools: Texts = ()
    """Pools by name."""
    namespace: Maybe[str] = None
    selects_by_label: bool = False
    interfaces: Texts | None = None
    """L2 only: the NICs that answer; None is every NIC of the node, in a patch those that others name."""
    peers: Texts = ()
    """BGP only; none is every peer."""
    nodes: Texts = ()
    """The selectors of the nodes that announce, each as JSON; none is every node."""
    aggregation: Maybe[int] = None
    """BGP only: prefix length in which IPv4 is announced; None is 32, each address by itself."""
    aggregation_v6: Maybe[int] = None
    """BGP only: the same for IPv6; None is 128."""
    local_pref: Maybe[int] = None
    """BGP only; None is 0."""
    communities: Texts = ()
    """BGP only: as numbers, or by their alias."""
    patch: bool = False
    """A patch of an object that others own: what it leaves out is theirs to say."""

    @property
    def label(self) -> str:
        """How to speak of it: `BGPAdvertisement 'name'`."""
        return f"{self.protocol}Advertisement {self.name!r}"

    def selects(self, pool: Pool) -> bool:
        """Whether it may announce that pool; a selector by label may select any."""
        if self.selects_by_label or self.pools is UNKNOWN or not self.pools:
            return True
        return pool.name in self.pools or UNKNOWN in self.pools


@dataclass(frozen=True, kw_only=True, slots=True)
class BgpPeer:
    """MetalLB's BGPPeer."""

    place: str
    name: str
    address: Maybe[str] = None
    my_asn: Maybe[int] = None
    peer_asn: Maybe[int] = None
    bfd_profile: Maybe[str] = None
    namespace: Maybe[str] = None
    dynamic_asn: bool = False
    """It says `dynamicASN` (internal or external) instead of a number."""
    plain_password: bool = False
    """It carries `password` in plain text instead of a reference to a Secret."""
    interface: Maybe[str] = None
    """The NIC to speak on, where the router has no address (BGP unnumbered)."""
    vrf: Maybe[str] = None
    router_id: Maybe[str] = None
    source_address: Maybe[str] = None
    hold_time: Maybe[str] = None
    """A duration in Go's spelling, such as `90s`."""
    keepalive_time: Maybe[str] = None
    multi_hop: Maybe[bool] = None
    """Whether the router may be several hops away (`ebgpMultiHop`)."""
    nodes: Texts = ()
    """The selectors of the nodes that hold a session, each as JSON; none is every node."""
    owner: Literal["object", "values"] = "object"
    """Declared as an object, or in the values of the kMetal chart."""
    patch: bool = False
    """A patch of an object that others own: what it leaves out is theirs to say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BfdProfile:
    """MetalLB's BFDProfile."""

    place: str
    name: str
    namespace: Maybe[str] = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CommunityAlias:
    """One entry of MetalLB's Community: a name for a BGP community."""

    place: str
    name: str
    """The alias, not the object's name."""
    value: Maybe[str] = None
    namespace: Maybe[str] = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ProviderNetwork:
    """Kube-OVN's ProviderNetwork: the NICs that carry the provider VLAN."""

    place: str
    name: str
    default_interface: Maybe[str] = None
    custom_interfaces: tuple[tuple[str | Unknown, Texts], ...] | Unknown = ()
    """NIC, and the nodes on which it stands in for the default."""
    exclude_nodes: Texts = ()
    node_selector: bool = False
    selector: Maybe[str] = None
    """That selector as JSON; None where there is none, or nobody has looked into it."""
    elsewhere: bool = False
    """From the policy pack's configuration; it may also be declared here, under its own name."""

    @property
    def interfaces(self) -> Texts:
        """Every NIC it takes, the default first."""
        custom: tuple[str | Unknown, ...] = (UNKNOWN,)
        if self.custom_interfaces is not UNKNOWN:
            custom = tuple(nic for nic, _ in self.custom_interfaces)
        return custom if self.default_interface is None else (self.default_interface, *custom)


@dataclass(frozen=True, kw_only=True, slots=True)
class Vlan:
    """Kube-OVN's Vlan."""

    place: str
    name: str
    id: Maybe[int] = None
    provider: Maybe[str] = None
    patch: bool = False
    """A patch of an object that others own: what it leaves out is theirs to say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subnet:
    """Kube-OVN's Subnet, of the platform or of a tenant."""

    place: str
    name: str
    cidr: Maybe[str] = None
    gateway: Maybe[str] = None
    exclude: Texts = ()
    vpc: Maybe[str] = None
    vlan: Maybe[str] = None
    provider: Maybe[str] = None
    namespaces: Texts = ()
    gateway_type: Maybe[str] = None
    protocol: Maybe[str] = None
    mtu: Maybe[int] = None
    external_lb: Maybe[bool] = None
    """Whether MetalLB may hand out its addresses (`enableExternalLBAddress`)."""
    wants_egress: bool = True
    """False where it says that it wants no way out (annotation `kmetal-network/egress: none`)."""
    private: Maybe[bool] = None
    """Whether only its own pods and `allow_subnets` may speak with it; None is False."""
    allow_subnets: Texts = ()
    """Blocks that a private Subnet speaks with."""
    unread: tuple[str, ...] = ()
    """Fields that are set, change who can reach it, and are not read into facts (see `kmetal_network.reach`)."""
    patch: bool = False
    """A patch of an object that others own: what it leaves out is theirs to say."""

    @property
    def on_provider_network(self) -> bool:
        """Whether its addresses may be on a physical VLAN: it names one, or it is not known yet whether it does."""
        return bool(self.vlan)


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """A static route of a VPC."""

    cidr: Maybe[str] = None
    next_hop: Maybe[str] = None
    policy: Maybe[str] = None
    table: Maybe[str] = None
    """Route table; none is the main one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyRoute:
    """A policy route of a VPC; `match` is OVN's expression as written."""

    priority: Maybe[int] = None
    match: Maybe[str] = None
    action: Maybe[str] = None
    next_hop: Maybe[str] = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Vpc:
    """Kube-OVN's Vpc."""

    place: str
    name: str
    namespaces: Texts = ()
    enable_external: Maybe[bool] = None
    extra_external: Texts | None = None
    routes: tuple[Route, ...] | Unknown = ()
    policies: tuple[PolicyRoute, ...] | Unknown | None = ()
    """None where a patch leaves them to others."""
    peerings: tuple[tuple[Maybe[str], Maybe[str]], ...] | Unknown = ()
    """Remote VPC and local connect address of each peering."""
    enable_bfd: Maybe[bool] = None
    patch: bool = False
    """A patch of an object that others own: what it leaves out is theirs to say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """Multus' NetworkAttachmentDefinition."""

    place: str
    name: str
    namespace: Maybe[str] = None
    config: Mapping[str, object] | Unknown | None = None
    """The parsed CNI configuration; None where it is not JSON, UNKNOWN also where it is left to a file on the node."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SnatRule:
    """Kube-OVN's OvnSnatRule."""

    place: str
    name: str
    eip: Maybe[str] = None
    subnet: Maybe[str] = None
    other_source: bool = False
    """It names its source by ipName, vpc or v4IpCidr."""
    vpc: Maybe[str] = None
    """VPC of `cidrs`, where it names no Subnet."""
    cidrs: Texts = ()
    """Blocks or addresses whose packets it translates, where it names no Subnet (`v4IpCidr`, `v6IpCidr`)."""
    patch: bool = False
    """A patch of an object that others own: what it leaves out is theirs to say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Eip:
    """Kube-OVN's OvnEip."""

    place: str
    name: str
    external_subnet: Maybe[str] = None
    address: Maybe[str] = None
    type: Maybe[str] = None
    address_v6: Maybe[str] = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Translation:
    """Kube-OVN's OvnFip or OvnDnatRule: an external address that is translated to one pod."""

    place: str
    name: str
    eip: Maybe[str] = None
    vpc: Maybe[str] = None
    """None where the pod's own object (`ipName`) decides it."""
    addresses: Texts = ()
    """The pod's addresses; none where `ipName` decides them."""
    external_port: Maybe[str] = None
    """OvnDnatRule only."""
    internal_port: Maybe[str] = None
    """OvnDnatRule only."""
    protocol: Maybe[str] = None
    """OvnDnatRule only: tcp or udp."""
    all_ports: bool = True
    """An OvnFip, which translates every packet; an OvnDnatRule translates one port."""


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
    """The NICs it has; None where nobody has looked."""
    labels: Maybe[str] = None
    """All of its labels as JSON; None where nobody has looked."""


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
    """Service ranges of the API server (its ServiceCIDR objects); none where nobody has looked."""
    kube_ovn_version: Maybe[str] = None
    """Image tag of Deployment kube-system/kube-ovn-controller."""
    kube_ovn_arguments: Texts | None = None
    """Arguments of that container; None where nobody has looked."""


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectation:
    """A path that must be open, or closed, as the settings want it."""

    place: str
    source: str
    """A tenant, `tenant/cluster`, a Vpc, a Subnet, `tenants` for every one, or a class such as `internet`."""
    target: str
    """A class of destinations, an address, a block, or whatever names a source."""
    open: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything one look has seen."""

    whole: bool = True
    """False where others may hold the rest (one stack's preview, a few YAML files): absence proves nothing then."""
    ranges: tuple[Range, ...] = ()
    pools: tuple[Pool, ...] = ()
    advertisements: tuple[Advertisement, ...] = ()
    bgp_peers: tuple[BgpPeer, ...] = ()
    bfd_profiles: tuple[BfdProfile, ...] = ()
    communities: tuple[CommunityAlias, ...] = ()
    provider_networks: tuple[ProviderNetwork, ...] = ()
    vlans: tuple[Vlan, ...] = ()
    subnets: tuple[Subnet, ...] = ()
    vpcs: tuple[Vpc, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    snat_rules: tuple[SnatRule, ...] = ()
    eips: tuple[Eip, ...] = ()
    translations: tuple[Translation, ...] = ()
    nodes: tuple[Node, ...] = ()
    cni: tuple[Cni, ...] = ()
    management: tuple[Management, ...] = ()
    control_planes: tuple[ControlPlane, ...] = ()
    clusters: tuple[ClusterFact, ...] = ()
    claims: tuple[Claim, ...] = ()
    quotas: tuple[Quota, ...] | None = None
    """None where nobody has looked for them: then their absence proves nothing, even of a whole network."""
    expectations: tuple[Expectation, ...] = ()
    exempt: tuple[Range, ...] = ()
    """Ranges of the platform that tenants may send to, by an exception of the settings."""
    relaxed: Mapping[str, str] = field(default_factory=dict)
    """Rules that a stack relaxes, by id, with its reason."""
    differences: Mapping[str, str] = field(default_factory=dict)
    """Topics in which this environment differs from the others on purpose, with the reason (see NET-604)."""

    def joined(self, other: Facts) -> Facts:
        """Both looks as one; whole only if both are."""
        return Facts.union((self, other))

    @staticmethod
    def union(parts: Iterable[Facts]) -> Facts:
        """All looks as one, whole only if all are; linear in what they hold."""
        every = tuple(parts)
        merged: dict[str, Any] = {}
        for entry in fields(Facts):
            values = [getattr(part, entry.name) for part in every]
            if entry.name == "whole":
                merged[entry.name] = all(values)
            elif entry.name in ("relaxed", "differences"):
                merged[entry.name] = dict(chain.from_iterable(value.items() for value in values))
            elif any(value is not None for value in values):
                merged[entry.name] = tuple(chain.from_iterable(value or () for value in values))
        return Facts(**merged)
