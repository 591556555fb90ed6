"""Admission policies that reject any object which breaks a law by itself, including via kubectl.

They are created before the first pool and deleted after the last one. Nothing waits for the policies: bindings take
effect when stored, and our own objects pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.kubernetes_object import KubernetesObject
from kmetal_network.config.sections.admission import Admission
from kmetal_network.config.sections.cni import Network
from kmetal_network.config.sections.metallb import Management, MetalLB
from kmetal_network.config.sections.provider import Provider
from kmetal_network.manifests.admission import admission_manifests, literals


@dataclass(frozen=True, kw_only=True)
class AdmissionPoliciesArgs:
    """What objects are checked against."""

    admission: Admission
    provider: Provider
    """The provider network, whose block and NICs are in the expressions."""
    management: Management
    """The management VLAN, to which pools are held."""
    network: Network
    """Names the tunnel NIC, and the ranges of the under cluster itself."""
    metallb: MetalLB
    """Its announcements: addresses that BGP alone announces need not be the management VLAN's."""
    relaxed: Mapping[str, str]
    """Laws that the stack relaxes: they warn and refuse nothing."""
    stack: str
    """Name of the stack, for the ownership label."""


class AdmissionPolicies(pulumi.ComponentResource):
    """ValidatingAdmissionPolicies and their bindings."""

    policies: tuple[str, ...]
    """Names of the policies."""

    def __init__(self, name: str, args: AdmissionPoliciesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("kmetal:network:AdmissionWall", name, {}, opts)
        held_against = literals(args.provider, args.management, args.network, args.metallb)
        made: dict[str, KubernetesObject] = {}
        for manifest in admission_manifests(args.admission, held_against, args.relaxed, args.stack):
            needs = [made[manifest.name]] if manifest.name in made else []  # a binding of a policy that is there
            options = pulumi.ResourceOptions(parent=self, depends_on=needs)
            resource = KubernetesObject(f"{name}-{manifest.role}", manifest, options)
            made.setdefault(manifest.name, resource)
        self.policies = tuple(made)
        self.register_outputs({"policies": list(self.policies)})
