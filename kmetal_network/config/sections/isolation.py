"""What tenants cannot reach, and which paths an operator wants open or closed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network, collapse_addresses, summarize_address_range
from typing import Annotated, Literal

from pydantic import Field

from kmetal_network.addresses import Span
from kmetal_network.config.sections.base import Section
from kmetal_network.config.sections.cni import Network
from kmetal_network.config.sections.metallb import Management, MetalLB

_Reason = Annotated[str, Field(min_length=8)]


class Isolation(Section):
    """What tenants cannot reach, besides the external block, which is always dropped."""

    level: Literal["guide", "platform"] = "guide"
    """`guide`: what the tenant's own `drop` names, as kMetal's networking guide has it. `platform`: every range of the
    platform that this file names too: pods, services, join, management VLAN, MetalLB's pools."""

    exceptions: dict[str, _Reason] = Field(default_factory=dict)
    """Ranges that `platform` leaves open, by their key in this file (`network.kubeOvn.svcCidr`, `metallb.pools.NAME`),
    each with the reason."""


class Expect(Section):
    """A path that must be open, or closed."""

    source: Annotated[str, Field(alias="from", min_length=1)]
    """A tenant, `tenant/cluster`, `tenants` for every one, or `internet`, `nodes`, `Flannel pods`."""

    to: Annotated[str, Field(min_length=1)]
    """A class of destinations (docs/reach.md lists them), an address, a block, a tenant or `tenant/cluster`."""

    path: Literal["open", "closed"]
    """What the path must be; towards the physical gateway, open is what leaves."""

    reason: _Reason
    """The reason."""


Blocks = tuple[IPv4Network, ...]


def platform_ranges(network: Network, management: Management, metallb: MetalLB) -> dict[str, Blocks]:
    """Every IPv4 range of the platform that the settings name, by its key."""
    kube_ovn = network.kube_ovn
    found: dict[str, Blocks] = {
        key: (block,)
        for key, block in (
            ("network.flannel.podCidr", network.flannel.pod_cidr),
            ("network.kubeOvn.podCidr", kube_ovn.pod_cidr),
            ("network.kubeOvn.svcCidr", kube_ovn.svc_cidr),
            ("network.kubeOvn.joinCidr", kube_ovn.join_cidr),
            ("management.cidr", management.cidr),
        )
        if block is not None
    }
    if management.reserved:
        found["management.reserved"] = tuple(
            b for entry in management.reserved for b in _blocks(Span.parse(str(entry)))
        )
    for pool in metallb.pools:
        found[f"metallb.pools.{pool.name}"] = tuple(
            b for entry in pool.addresses for b in _blocks(Span.parse(str(entry)))
        )
    return {key: blocks for key, blocks in found.items() if blocks}


def without_exceptions(ranges: Mapping[str, Blocks], exceptions: Collection[str]) -> Blocks:
    """The blocks to drop, apart from each other: what an exception leaves open is cut out of the others, too."""
    wanted = collapse_addresses(block for key, blocks in ranges.items() if key not in exceptions for block in blocks)
    holes = [block for key in exceptions for block in ranges.get(key, ())]
    return tuple(piece for block in wanted for piece in _cut(block, holes))


def _cut(block: IPv4Network, holes: Collection[IPv4Network]) -> Iterator[IPv4Network]:
    pieces = [block]
    for hole in holes:
        pieces = [
            part
            for piece in pieces
            if not piece.subnet_of(hole)
            for part in (piece.address_exclude(hole) if hole.subnet_of(piece) else (piece,))
        ]
    yield from sorted(pieces)


def _blocks(span: Span) -> Iterator[IPv4Network]:
    """A range as blocks; one of IPv6 has none, since tenants have none either."""
    first, last = span.ends()
    if isinstance(first, IPv4Address) and isinstance(last, IPv4Address):
        yield from summarize_address_range(first, last)
