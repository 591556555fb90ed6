"""MetalLB's configuration as objects: pools on the management VLAN, and how they are announced.

Refuses nothing by itself; the commissioned law (no pool on the provider VLAN) is judged on the settings before and by
the policy pack on what is rendered here.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.objects import KubernetesObject
from underlay.manifests import metallb_manifests
from underlay.sections.metallb import Management
from underlay.sections.metallb import MetalLB as MetalLBSection


@dataclass(frozen=True, kw_only=True)
class MetalLBArgs:
    """Pools and advertisements."""

    metallb: MetalLBSection
    management: Management
    """The management VLAN, whose NIC alone answers ARP unless an advertisement says otherwise."""
    stack: str
    """Name of the stack, for the ownership label."""


class MetalLB(pulumi.ComponentResource):
    """Pools, peers and advertisements in `kmetal-metallb`."""

    pools: tuple[str, ...]
    """Names of the pools, for services that ask for one."""

    def __init__(self, name: str, args: MetalLBArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("kmetal:network:MetalLB", name, {}, opts)
        made: list[pulumi.Resource] = []
        for manifest in metallb_manifests(args.metallb, args.management, args.stack):
            announces = manifest.kind in ("L2Advertisement", "BGPAdvertisement")
            needs = list(made) if announces else []  # an advertisement of a pool that is not there announces nothing
            options = pulumi.ResourceOptions(parent=self, depends_on=needs)
            made.append(KubernetesObject(f"{name}-{manifest.role}", manifest, options))
        self.pools = tuple(pool.name for pool in args.metallb.pools)
        self.register_outputs({"pools": list(self.pools)})
