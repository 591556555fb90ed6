"""Facts: what the network looks like, read from settings, from a preview, from YAML files or from the live cluster.

Facts hold what was *written*, as text, and judge nothing: a range that cannot be read is a fact like any other. A value
that is not known yet is `UNKNOWN`. It is never left out, so every law has to decide about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from itertools import chain
from typing import Any

from kmetal_network.facts.kube_ovn import Attachment, Eip, ProviderNetwork, SnatRule, Subnet, Translation, Vlan, Vpc
from kmetal_network.facts.metallb import Advertisement, BfdProfile, BgpPeer, CommunityAlias, Pool
from kmetal_network.facts.platform import Claim, ClusterFact, Cni, ControlPlane, Management, Node, Quota, Range


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
    """None where no one has looked for them: then their absence proves nothing, even of a whole network."""
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
