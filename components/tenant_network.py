"""A tenant's own network: its VPC, and for each of its clusters an attachment, a Subnet and a way out.

It allocates nothing and judges nothing: addresses come from the settings, already judged by `underlay.rules`. What
Kube-OVN does not follow in place is replaced, and takes along what would go on with the old value while reporting ready
(docs/evidence/kube-ovn.md#replacements). Things go in the reverse of the order in which they came: SNAT, Subnet,
attachment, Vpc,
namespace; any other order leaves a finalizer behind for ever (2.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from components.objects import KubernetesObject
from underlay.manifests import ClusterManifests, tenant_manifests
from underlay.names import TenantNames
from underlay.replacing import fixed_fields
from underlay.sections.provider import ExternalSubnet
from underlay.sections.tenant import Tenant

PATIENCE = pulumi.CustomTimeouts(create="5m", update="5m", delete="5m")
"""A Vpc waits its turn: Kube-OVN's only Vpc worker takes a second for each new tenant."""


@dataclass(frozen=True, kw_only=True)
class TenantNetworkArgs:
    """What one tenant was granted."""

    tenant: Tenant
    external: ExternalSubnet
    """The provider network's Subnet that the tenant leaves through."""
    stack: str
    """Name of the stack, for the ownership label."""


@dataclass(frozen=True, kw_only=True)
class ClusterNetwork:
    """What a tenant's cluster template needs of the network."""

    subnet: str
    """For the template's `network.subnet`."""
    attachment: str
    """`<namespace>/<NAD>`, for the annotation `k8s.v1.cni.cncf.io/networks`."""
    egress_address: pulumi.Output[str | None]
    """Address under which the cluster's pods leave, known once its SNAT rule is ready."""
    control_plane_address: str | None
    """Address reserved for its API server, for the template's `serviceAddress`."""


class TenantNetwork(pulumi.ComponentResource):
    """One tenant's routing domain."""

    namespace: str
    """The tenant's namespace in the under cluster."""

    vpc: pulumi.Output[str]
    """Name of the Vpc, known once its router is connected to the provider network."""

    clusters: Mapping[str, ClusterNetwork]
    """By name of the cluster."""

    def __init__(self, name: str, args: TenantNetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("kmetal:network:TenantNetwork", name, {}, opts)
        tenant = args.tenant
        manifests = tenant_manifests(tenant, args.external, args.stack)
        namespace = KubernetesObject(f"{name}-namespace", manifests.namespace, pulumi.ResourceOptions(parent=self))
        for manifest in manifests.access:
            options = pulumi.ResourceOptions(parent=self, depends_on=[namespace])
            KubernetesObject(f"{name}-{manifest.role}", manifest, options)
        pinned: list[pulumi.Resource] = []
        if manifests.egress:
            options = pulumi.ResourceOptions(
                parent=self,
                depends_on=[namespace],
                replace_on_changes=fixed_fields("OvnEip"),
                delete_before_replace=True,
                custom_timeouts=PATIENCE,
            )
            pinned.append(KubernetesObject(f"{name}-egress", manifests.egress, options))
        router = KubernetesObject(
            f"{name}-vpc",
            manifests.vpc,
            pulumi.ResourceOptions(
                parent=self,
                depends_on=[namespace, *pinned],
                replace_with=pinned,
                delete_before_replace=True,
                custom_timeouts=PATIENCE,
            ),
        )
        self.namespace = tenant.namespace_name
        self.vpc = pulumi.Output.all(router.metadata, router.status).apply(lambda _: TenantNames(tenant.name).vpc)
        reserved = {cluster.name: cluster.control_plane_address for cluster in tenant.clusters}
        self.clusters = {
            cluster.cluster: self._cluster(name, cluster, router, pinned, namespace, reserved[cluster.cluster])
            for cluster in manifests.clusters
        }
        self.register_outputs(self.exported())

    def exported(self) -> dict[str, Any]:
        """All of it as a stack output."""
        return {
            "namespace": self.namespace,
            "vpc": self.vpc,
            "clusters": {
                name: {
                    "subnet": cluster.subnet,
                    "attachment": cluster.attachment,
                    "egressAddress": cluster.egress_address,
                    "controlPlaneAddress": cluster.control_plane_address,
                }
                for name, cluster in self.clusters.items()
            },
        }

    def _cluster(
        self,
        name: str,
        manifests: ClusterManifests,
        router: KubernetesObject,
        pinned: list[pulumi.Resource],
        namespace: KubernetesObject,
        reserved: object,
    ) -> ClusterNetwork:
        # `replace_with` names all that it follows: the engine asks no further than that. It deletes them in no order,
        # so `operations.rerouting` takes a router whose address changes down before.
        attachment = KubernetesObject(
            f"{name}-{manifests.attachment.role}",
            manifests.attachment,
            pulumi.ResourceOptions(parent=self, depends_on=[namespace, router]),
        )
        subnet = KubernetesObject(
            f"{name}-{manifests.subnet.role}",
            manifests.subnet,
            pulumi.ResourceOptions(
                parent=self,
                depends_on=[router, attachment],
                replace_on_changes=fixed_fields("Subnet"),
                replace_with=[router, *pinned],
                delete_before_replace=True,
                custom_timeouts=PATIENCE,
            ),
        )
        rule = KubernetesObject(
            f"{name}-{manifests.snat_rule.role}",
            manifests.snat_rule,
            pulumi.ResourceOptions(
                parent=self,
                depends_on=[router, subnet],
                replace_on_changes=fixed_fields("OvnSnatRule"),
                replace_with=[subnet, router, *pinned],
                delete_before_replace=True,
                custom_timeouts=PATIENCE,
            ),
        )
        return ClusterNetwork(
            subnet=manifests.subnet.name,
            attachment=f"{self.namespace}/{manifests.attachment.name}",
            egress_address=rule.status.apply(lambda status: (status or {}).get("v4Eip")),
            control_plane_address=None if reserved is None else str(reserved),
        )
