"""What MetalLB's objects say: pools, announcements, BGP peers and what they refer to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kmetal_network.facts.unknown import UNKNOWN, Maybe, Texts


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
