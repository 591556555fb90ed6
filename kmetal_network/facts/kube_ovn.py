"""What Kube-OVN's objects say, with the attachments that lead to its Subnets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kmetal_network.facts.unknown import UNKNOWN, Maybe, Texts, Unknown


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
    """That selector as JSON; None where there is none, or no one has looked into it."""
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
