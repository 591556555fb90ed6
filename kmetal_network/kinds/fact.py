"""Every fact that an object may be read into."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from kmetal_network.facts.kube_ovn import Attachment, Eip, ProviderNetwork, SnatRule, Subnet, Translation, Vlan, Vpc
from kmetal_network.facts.metallb import Advertisement, BfdProfile, BgpPeer, CommunityAlias, Pool
from kmetal_network.facts.platform import Claim, ClusterFact, Cni, Node, Quota, Range
from kmetal_network.kinds.parsed_object import ParsedObject

Fact: TypeAlias = (
    Advertisement
    | Attachment
    | BfdProfile
    | BgpPeer
    | Claim
    | ClusterFact
    | Cni
    | CommunityAlias
    | Eip
    | Node
    | Pool
    | ProviderNetwork
    | Quota
    | Range
    | SnatRule
    | Subnet
    | Translation
    | Vlan
    | Vpc
)

COLLECTION: Final[Mapping[type, str]] = {
    Advertisement: "advertisements",
    Attachment: "attachments",
    BfdProfile: "bfd_profiles",
    BgpPeer: "bgp_peers",
    Claim: "claims",
    ClusterFact: "clusters",
    Cni: "cni",
    CommunityAlias: "communities",
    Eip: "eips",
    Node: "nodes",
    Pool: "pools",
    ProviderNetwork: "provider_networks",
    Quota: "quotas",
    Range: "ranges",
    SnatRule: "snat_rules",
    Subnet: "subnets",
    Translation: "translations",
    Vlan: "vlans",
    Vpc: "vpcs",
}

Reader: TypeAlias = Callable[[ParsedObject], Iterator[Fact]]
