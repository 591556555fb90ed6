"""A tenant's own network: its VPC, and for each of its clusters an attachment, a Subnet and a SNAT rule.

It allocates no address and judges no law. It replaces what Kube-OVN does not change in place, and with it the
objects that would go on with the old value while they report ready (`kmetal_network.manifests.replacement`).

Objects are deleted in the reverse order of their creation: SNAT rule, Subnet, attachment, Vpc, namespace. Any other
order leaves a finalizer behind.
"""

from collections.abc import Awaitable, Mapping
from typing import Any, TypedDict

import pulumi

from components.arguments import Arguments
from components.kubernetes_object import KubernetesObject
from components.tenant_args import TenantNetworkArgs
from kmetal_network.config.sections.provider import ExternalSubnet
from kmetal_network.config.sections.tenant import Tenant
from kmetal_network.controller_pace import PATIENCE_MINUTES
from kmetal_network.manifests.replacement import fixed_fields
from kmetal_network.manifests.tenant import ClusterManifests, tenant_objects, vpc_spec
from kmetal_network.names import TenantNames

_MINUTES = f"{PATIENCE_MINUTES}m"
PATIENCE = pulumi.CustomTimeouts(create=_MINUTES, update=_MINUTES, delete=_MINUTES)
"""A Vpc waits its turn: Kube-OVN's only Vpc worker takes a second for each new tenant."""


class ClusterNetwork(TypedDict):
    """What a tenant's cluster template needs of the network; keys as in the stack's outputs."""

    subnet: str
    """For the template's `network.subnet`."""

    attachment: str
    """`<namespace>/<NAD>`, for the annotation `k8s.v1.cni.cncf.io/networks`."""

    egressAddress: pulumi.Output[str | None]
    """Address under which the cluster's pods leave, known once its SNAT rule is ready."""

    controlPlaneAddress: str | None
    """Address reserved for its API server, for the template's `serviceAddress`."""


class TenantNetwork(pulumi.ComponentResource):
    """One tenant's routing domain."""

    namespace: pulumi.Output[str]
    """The tenant's namespace in the under cluster."""

    vpc: pulumi.Output[str]
    """Name of the Vpc, known once its router is connected to the provider network."""

    clusters: Mapping[str, ClusterNetwork]
    """By name of the cluster."""

    def __init__(self, name: str, args: TenantNetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("kmetal:network:TenantNetwork", name, {}, opts)
        given = Arguments(args, f"TenantNetwork {name}")
        stack, tenant = given.stack(), given.section(Tenant)
        external = _External(given)
        manifests = tenant_objects(tenant, external.rendered(tenant), stack)
        namespace = KubernetesObject(f"{name}-namespace", manifests.namespace, pulumi.ResourceOptions(parent=self))
        for manifest in manifests.access:
            options = pulumi.ResourceOptions(parent=self, depends_on=[namespace])
            KubernetesObject(f"{name}-{manifest.role}", manifest, options)
        pinned: list[pulumi.Resource] = []
        if manifests.egress:
            options = pulumi.ResourceOptions(
                parent=self,
                depends_on=[namespace, *external.ready(namespace)],
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
        self.namespace = pulumi.Output.from_input(tenant.namespace_name)
        self.vpc = router.status.apply(lambda _: TenantNames(tenant.name).vpc)
        reserved = {cluster.name: cluster.control_plane_address for cluster in tenant.clusters}
        self.clusters = {
            cluster.cluster: self._cluster(name, cluster, router, pinned, namespace, reserved[cluster.cluster])
            for cluster in manifests.clusters
        }
        self.register_outputs(self.exported())

    def exported(self) -> dict[str, Any]:
        """All of it as a stack output."""
        return {"namespace": self.namespace, "vpc": self.vpc, "clusters": dict(self.clusters)}

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
        return {
            "subnet": manifests.subnet.name,
            "attachment": f"{manifests.attachment.body['metadata']['namespace']}/{manifests.attachment.name}",
            "egressAddress": rule.status.apply(lambda status: (status or {}).get("v4Eip")),
            "controlPlaneAddress": None if reserved is None else str(reserved),
        }


class _External:
    """The argument `external`: known, or an Output that comes when the provider network is ready."""

    def __init__(self, given: Arguments) -> None:
        external = given.get("external")
        self._given = given
        self._values = external if isinstance(external, Mapping) else getattr(external, "__dict__", {})
        self._late = any(isinstance(value, (pulumi.Output, Awaitable)) for value in self._values.values())

    def rendered(self, tenant: Tenant) -> Any:
        """The spec of the tenant's Vpc; an Output only where one of its values is."""

        def spec(values: Mapping[str, Any]) -> dict[str, Any]:
            return vpc_spec(tenant, self._given.parsed(ExternalSubnet, values, ("external",)))

        return pulumi.Output.all(**self._values).apply(spec) if self._late else spec(self._values)

    def ready(self, resource: pulumi.Resource) -> list[pulumi.Input[pulumi.Resource]]:
        """For `depends_on` of what uses the provider network without one of these values: nothing where they are known.

        Args:
            resource: Any resource that it depends on anyway.
        """
        return [pulumi.Output.all(**self._values).apply(lambda _: resource)] if self._late else []
