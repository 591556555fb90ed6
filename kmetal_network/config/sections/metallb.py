"""MetalLB: pools on the management VLAN, and how they are announced."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from pydantic import Field

from kmetal_network.config.sections.base import Section
from kmetal_network.config.types import (
    AddressRange,
    Asn,
    Community,
    DnsLabel,
    Duration,
    EitherAddress,
    InterfaceName,
    IPv4Block,
    IPv6Block,
    LabelValue,
)


class Management(Section):
    """The VLAN of nodes, API servers and MetalLB's addresses."""

    interface: InterfaceName = Field(examples=["data.204"])
    """NIC of the management VLAN on every node: the only one on which MetalLB may answer ARP.

    kMetal's guide names none. An L2Advertisement without `interfaces` answers on every NIC, the provider's included.
    """

    cidr: IPv4Block | None = None
    """Block of the management VLAN, if known; pools must then be inside it."""

    cidr6: IPv6Block | None = None
    """Its IPv6 block, if it has one; IPv6 pools must then be inside it."""

    reserved: tuple[AddressRange, ...] = ()
    """Addresses of that VLAN that others use: DHCP ranges, routers, appliances. No pool may hold one."""

    @property
    def blocks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Its blocks, one of each family at most."""
        return tuple(block for block in (self.cidr, self.cidr6) if block is not None)


class Pool(Section):
    """An IPAddressPool; its shape is also that of kMetal's `metallb.pools`."""

    name: DnsLabel
    """Name of the IPAddressPool."""

    addresses: Annotated[tuple[AddressRange, ...], Field(min_length=1)]
    """Ranges FIRST-LAST or blocks ADDRESS/LENGTH (one address: /32), reserved for MetalLB on the management VLAN."""

    auto_assign: bool | None = None
    """Whether services that name no pool draw from it; MetalLB's default is true."""

    avoid_buggy_ips: bool | None = Field(default=None, alias="avoidBuggyIPs")
    """Whether MetalLB avoids .0 and .255."""


class NodeSelector(Section):
    """A label selector for nodes."""

    match_labels: dict[str, LabelValue]
    """Labels that a node has to carry."""


class L2Advertisement(Section):
    """How a pool is announced by ARP."""

    name: DnsLabel
    """Name of the L2Advertisement."""

    ip_address_pools: Annotated[tuple[DnsLabel, ...], Field(min_length=1)]
    """Pools that it announces, by name."""

    interfaces: Annotated[tuple[InterfaceName, ...], Field(min_length=1)] | None = None
    """NICs that answer; by default the management NIC alone."""

    node_selectors: tuple[NodeSelector, ...] = ()
    """Nodes that may announce; by default all."""


class BfdProfile(Section):
    """A BFDProfile: how fast a lost BGP session is noticed."""

    name: DnsLabel
    """Name of the BFDProfile."""

    detect_multiplier: Annotated[int, Field(ge=2, le=255)] | None = None
    """Lost packets until the session counts as down."""

    receive_interval: Annotated[int, Field(ge=10, le=60000)] | None = None
    """Milliseconds."""

    transmit_interval: Annotated[int, Field(ge=10, le=60000)] | None = None
    """Milliseconds."""

    echo_mode: bool | None = None
    """Whether echo packets are sent, too."""

    passive_mode: bool | None = None
    """Whether to wait until the router starts the session."""

    minimum_ttl: Annotated[int, Field(ge=1, le=254)] | None = None
    """Minimum TTL of an accepted packet, for sessions over several hops."""


class BgpPeer(Section):
    """A BGPPeer: a router that learns the pools' addresses."""

    name: DnsLabel
    """Name of the BGPPeer."""

    my_asn: Asn = Field(alias="myASN")
    """AS number of the speakers."""

    peer_asn: Asn = Field(alias="peerASN")
    """AS number of the router."""

    peer_address: EitherAddress
    """Address of the router, on the management VLAN."""

    peer_port: Annotated[int, Field(ge=1, le=16384)] | None = None
    """TCP port of the router, up to 16384 as MetalLB's definition has it; its default is 179."""

    hold_time: Duration | None = None
    """Time without a message after which the session counts as lost, such as 90s."""

    keepalive_time: Duration | None = None
    """Time between keepalive messages, by default a third of the hold time."""

    ebgp_multi_hop: bool | None = None
    """Whether the router may be more than one hop away."""

    bfd_profile: DnsLabel | None = None
    """A BFDProfile of this file."""

    source_address: EitherAddress | None = None
    """Source address of the speakers."""

    node_selectors: tuple[NodeSelector, ...] = ()
    """Nodes that hold a session; by default all."""


class BgpAdvertisement(Section):
    """How a pool is announced by BGP."""

    name: DnsLabel
    """Name of the BGPAdvertisement."""

    ip_address_pools: Annotated[tuple[DnsLabel, ...], Field(min_length=1)]
    """Pools that it announces, by name."""

    aggregation_length: Annotated[int, Field(ge=1, le=32)] | None = None
    """Prefix length that is announced; MetalLB's default is 32, each address by itself."""

    aggregation_length_v6: Annotated[int, Field(ge=1, le=128)] | None = Field(default=None, alias="aggregationLengthV6")
    """The same for IPv6; MetalLB's default is 128."""

    local_pref: Annotated[int, Field(ge=0, le=2147483647)] | None = None
    """LOCAL_PREF of the routes, for routers of the same AS; MetalLB's definition bounds it to 31 bits."""

    communities: tuple[Community, ...] = ()
    """Communities as numbers, or by a name from `communities`."""

    peers: tuple[DnsLabel, ...] = ()
    """Peers to which it is announced; by default all."""

    node_selectors: tuple[NodeSelector, ...] = ()
    """Nodes from which it is announced; by default all."""


class CommunityAlias(Section):
    """A name for a BGP community."""

    name: DnsLabel
    """Name that advertisements use for it."""

    value: Community
    """The community in numbers."""


class MetalLB(Section):
    """MetalLB's configuration, applied as objects in `kmetal-metallb`, never as chart values."""

    enabled: bool = True
    """Whether the chart installs MetalLB (its value `metallb.enabled`)."""

    pools: tuple[Pool, ...] = ()
    """Addresses that MetalLB hands out."""

    l2_advertisements: tuple[L2Advertisement, ...] = ()
    """Announcement by ARP on the management NIC."""

    bgp_peers: tuple[BgpPeer, ...] = ()
    """Routers that learn the addresses."""

    bgp_advertisements: tuple[BgpAdvertisement, ...] = ()
    """Announcement by BGP."""

    bfd_profiles: tuple[BfdProfile, ...] = ()
    """How fast lost sessions are noticed."""

    communities: tuple[CommunityAlias, ...] = ()
    """Names for BGP communities."""
