"""What `allocate` gives new tenants out of: blocks, egress addresses, control planes' addresses."""

from __future__ import annotations

from itertools import combinations
from typing import Annotated, Final

from pydantic import Field, model_validator

from kmetal_network.config.sections.base import Section
from kmetal_network.config.types import AddressRange, DnsLabel, IPv4Block

MOST_SLOTS: Final = 16_384
"""Pieces of one supply; each takes a line of the lock file."""

QUARANTINE_DAYS: Final = 90


class BlockSupply(Section):
    """Blocks that tenants' clusters get, each of the same size."""

    within: Annotated[tuple[IPv4Block, ...], Field(min_length=1)]
    """Blocks that are cut into pieces."""

    prefix_length: Annotated[int, Field(ge=8, le=29)]
    """Prefix length of a piece."""

    reserved: tuple[AddressRange, ...] = ()
    """Ranges that are never given; a piece that shares an address with one is left out."""

    @model_validator(mode="after")
    def _can_be_cut(self) -> BlockSupply:
        for block in self.within:
            if block.prefixlen > self.prefix_length:
                message = f"block {block} is smaller than a piece of /{self.prefix_length}; write a longer prefixLength"
                raise ValueError(message)
        for one, other in combinations(self.within, 2):
            if one.overlaps(other):
                raise ValueError(f"blocks {one} and {other} overlap; keep one of the two")
        pieces = sum(1 << (self.prefix_length - block.prefixlen) for block in self.within)
        if pieces > MOST_SLOTS:
            message = (
                f"the blocks have {pieces:,} pieces, and a lock file lists {MOST_SLOTS:,}; write a shorter prefixLength"
            )
            raise ValueError(message)
        return self


class EgressSupply(Section):
    """Egress addresses: those of the external Subnet that Kube-OVN may assign."""

    reserved: tuple[AddressRange, ...] = ()
    """Ranges that are never given, such as those of load balancers inside tenants' clusters."""


class ControlPlaneSupply(Section):
    """Addresses of control planes, out of MetalLB's pools."""

    pools: Annotated[tuple[DnsLabel, ...], Field(min_length=1)]
    """Names of the pools."""

    reserved: tuple[AddressRange, ...] = ()
    """Ranges that are never given."""


class Supplies(Section):
    """What `allocate` gives out of."""

    blocks: BlockSupply
    """Blocks for `cidrBlock` of each cluster."""

    egress_addresses: EgressSupply | None = None
    """Addresses for `egressAddress` of each tenant; without this section Kube-OVN picks one."""

    control_plane_addresses: ControlPlaneSupply | None = None
    """Addresses for `controlPlaneAddress` of each cluster; without this section it stays open."""

    quarantine_days: Annotated[int, Field(ge=0, le=3650)] = QUARANTINE_DAYS
    """Days for which what an offboarded tenant had is not given again: others' firewalls may still name it."""
