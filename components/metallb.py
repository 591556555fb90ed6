"""MetalLB's configuration as objects: pools on the management VLAN, and how they are announced.

It refuses a value that is wrong in itself. The laws (no pool on the provider VLAN) are judged elsewhere: on the
settings, and by the policy pack on what this component renders.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.arguments import Arguments
from components.kubernetes_object import KubernetesObject
from kmetal_network.config.sections.metallb import Management
from kmetal_network.config.sections.metallb import MetalLB as MetalLBSection
from kmetal_network.manifests.metallb import metallb_manifests
from kmetal_network.manifests.objects import Manifest


@dataclass(frozen=True, kw_only=True)
class PoolArgs:
    """An IPAddressPool."""

    name: str
    """Name of the IPAddressPool."""

    addresses: Sequence[str]
    """Ranges FIRST-LAST or blocks ADDRESS/LENGTH (one address: /32)."""

    auto_assign: bool | None = None
    """Whether Services that name no pool draw from it; MetalLB's default is true."""

    avoid_buggy_ips: bool | None = None
    """Whether .0 and .255 are kept back."""


@dataclass(frozen=True, kw_only=True)
class NodeSelectorArgs:
    """A label selector for nodes."""

    match_labels: Mapping[str, str]
    """Labels that a node has to carry."""


@dataclass(frozen=True, kw_only=True)
class L2AdvertisementArgs:
    """How pools are announced by ARP."""

    name: str
    """Name of the L2Advertisement."""

    ip_address_pools: Sequence[str]
    """Pools that it announces, by name."""

    interfaces: Sequence[str] | None = None
    """NICs that answer; by default the management NIC alone."""

    node_selectors: Sequence[NodeSelectorArgs] | None = None
    """Nodes that may announce; by default all."""


@dataclass(frozen=True, kw_only=True)
class BfdProfileArgs:
    """A BFDProfile: how fast a lost BGP session is noticed."""

    name: str
    """Name of the BFDProfile."""

    detect_multiplier: int | None = None
    """Lost packets until the session counts as down."""

    receive_interval: int | None = None
    """In milliseconds."""

    transmit_interval: int | None = None
    """In milliseconds."""

    echo_mode: bool | None = None
    """Whether echo packets are sent, too."""

    passive_mode: bool | None = None
    """Whether to wait for the router to begin."""

    minimum_ttl: int | None = None
    """Least TTL of a packet that is accepted, for sessions over several hops."""


@dataclass(frozen=True, kw_only=True)
class BgpPeerArgs:
    """A BGPPeer: a router that learns the pools' addresses."""

    name: str
    """Name of the BGPPeer."""

    my_asn: int
    """AS number of the speakers."""

    peer_asn: int
    """AS number of the router."""

    peer_address: str
    """Address of the router, on the management VLAN."""

    peer_port: int | None = None
    """TCP port of the router; MetalLB's default is 179."""

    hold_time: str | None = None
    """Silence after which the session counts as lost, such as 90s."""

    keepalive_time: str | None = None
    """Time between keepalive messages; a third of the hold time by default."""

    ebgp_multi_hop: bool | None = None
    """Whether the router may be more than one hop away."""

    bfd_profile: str | None = None
    """A BFDProfile of this component."""

    source_address: str | None = None
    """Address from which the speakers connect."""

    node_selectors: Sequence[NodeSelectorArgs] | None = None
    """Nodes that hold a session; by default all."""


@dataclass(frozen=True, kw_only=True)
class BgpAdvertisementArgs:
    """How pools are announced by BGP."""

    name: str
    """Name of the BGPAdvertisement."""

    ip_address_pools: Sequence[str]
    """Pools that it announces, by name."""

    aggregation_length: int | None = None
    """Prefix length that is announced; MetalLB's default is 32."""

    aggregation_length_v6: int | None = None
    """Prefix length that is announced of IPv6 addresses; MetalLB's default is 128."""

    local_pref: int | None = None
    """LOCAL_PREF of the routes, for routers of the same AS."""

    communities: Sequence[str] | None = None
    """Communities as numbers, or by a name from `communities`."""

    peers: Sequence[str] | None = None
    """Peers that receive it; by default all."""

    node_selectors: Sequence[NodeSelectorArgs] | None = None
    """Nodes from which it is announced; by default all."""


@dataclass(frozen=True, kw_only=True)
class CommunityAliasArgs:
    """A name for a BGP community."""

    name: str
    """Name that advertisements use."""

    value: str
    """The community in numbers."""


@dataclass(frozen=True, kw_only=True)
class MetalLBArgs:
    """Pools, peers and advertisements."""

    stack: str
    """Name of the stack, for the ownership label `kmetal-network/stack`."""

    interface: str
    """NIC of the management VLAN, which alone answers ARP unless an advertisement names others."""

    pools: Sequence[PoolArgs] | None = None
    """Addresses that MetalLB assigns."""

    l2_advertisements: Sequence[L2AdvertisementArgs] | None = None
    """Announcement by ARP."""

    bgp_peers: Sequence[BgpPeerArgs] | None = None
    """Routers that learn the addresses."""

    bgp_advertisements: Sequence[BgpAdvertisementArgs] | None = None
    """Announcement by BGP."""

    bfd_profiles: Sequence[BfdProfileArgs] | None = None
    """How fast lost sessions are noticed."""

    communities: Sequence[CommunityAliasArgs] | None = None
    """Names for BGP communities."""


class MetalLB(pulumi.ComponentResource):
    """Pools, peers and advertisements in `kmetal-metallb`."""

    pools: pulumi.Output[Sequence[str]]
    """Names of the pools, for Services that ask for one."""

    def __init__(self, name: str, args: MetalLBArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("kmetal:network:MetalLB", name, {}, opts)
        given = Arguments(args, f"MetalLB {name}")
        stack, metallb = given.stack(), given.section(MetalLBSection)
        management = given.section(Management)
        made: dict[str, pulumi.Resource] = {}
        for manifest in metallb_manifests(metallb, management, stack):
            needs = [made[role] for role in _needed(manifest, made)]
            options = pulumi.ResourceOptions(parent=self, depends_on=needs)
            made[manifest.role] = KubernetesObject(f"{name}-{manifest.role}", manifest, options)
        names = [pool.name for pool in metallb.pools]
        self.pools = pulumi.Output.from_input(names)
        self.register_outputs({"pools": names})


def _needed(manifest: Manifest, made: Iterable[str]) -> list[str]:
    """Roles of the objects that are created before this one, and deleted after it.

    An advertisement of a pool that is not there announces nothing. MetalLB's webhook refuses to delete a BFDProfile
    that a BGPPeer uses (seen with 0.15.2: `destroy` of prod failed).
    """
    if manifest.kind in ("L2Advertisement", "BGPAdvertisement"):
        return list(made)
    profile = manifest.body["spec"].get("bfdProfile") if manifest.kind == "BGPPeer" else None
    return [f"bfd-{profile}"] if f"bfd-{profile}" in made else []
