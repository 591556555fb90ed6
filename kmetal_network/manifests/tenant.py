"""A tenant as the objects that are applied: namespace and Vpc, and per cluster an attachment, a Subnet, a SNAT rule."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Network
from typing import Any, Final

from kmetal_network.config.sections.provider import ExternalSubnet
from kmetal_network.config.sections.tenant import Tenant, TenantCluster
from kmetal_network.manifests.objects import (
    KUBE_OVN,
    Body,
    Manifest,
    exclude_ips,
    kubernetes_object,
    pruned,
    written_section,
)
from kmetal_network.names import (
    DROP_PRIORITY,
    EXTERNAL_SUBNET,
    TENANT_LABEL,
    TenantNames,
    attachment_config,
    destination_match,
    external_eip,
)

_SWITCH_STANDS: Final = (
    "condition=Ready",
    "jsonpath={.status.conditions[?@.type=='Ready'].reason}=ResetLogicalSwitchAclSuccess",
)
"""A tenant's Subnet is ready for the right reason: `SetNonOvnSubnetSuccess` is a Ready without a logical switch.

Kube-OVN 1.15's last word on a Subnet of a custom VPC (pkg/controller/subnet.go; recorded so); the external Subnet's
last word depends on its gateway type.
"""


def static_route(cidr: str, next_hop: str) -> Body:
    """A static route with the six keys that the controller's own type writes; fewer conflict on the second apply."""
    return {
        "bfdId": "",
        "cidr": cidr,
        "ecmpMode": "",
        "nextHopIP": next_hop,
        "policy": "policyDst",
        "routeTable": "",
    }


PROVIDER_NETWORK: Final = "provider-network"
"""In place of a role in `after`: the provider network has to be ready."""

NAMESPACE: Final = "namespace"
"""Role of the object that everything else of a tenant waits for."""

_VPC: Final = "vpc"
_EGRESS: Final = "egress"


@dataclass(frozen=True, slots=True)
class ClusterManifests:
    """The objects of one tenant cluster, in the order in which they are made; they go in the reverse of it."""

    cluster: str
    attachment: Manifest
    subnet: Manifest
    snat_rule: Manifest


@dataclass(frozen=True, slots=True)
class TenantManifests:
    """The objects of one tenant."""

    namespace: Manifest
    access: tuple[Manifest, ...]
    """What stands in the namespace: ResourceQuota, LimitRange, RoleBindings."""
    egress: Manifest | None
    """The pinned OvnEip."""
    vpc: Manifest
    clusters: tuple[ClusterManifests, ...]

    def __iter__(self) -> Iterator[Manifest]:
        """All of them in the order of creation."""
        yield self.namespace
        yield from self.access
        if self.egress:
            yield self.egress
        yield self.vpc
        for cluster in self.clusters:
            yield from (cluster.attachment, cluster.subnet, cluster.snat_rule)


def tenant_manifests(tenant: Tenant, external: ExternalSubnet, stack: str) -> TenantManifests:
    """A tenant's objects."""
    return tenant_objects(tenant, vpc_spec(tenant, external), stack)


def tenant_objects(tenant: Tenant, router: Any, stack: str) -> TenantManifests:
    """A tenant's objects around the spec of its Vpc, all that depends on the provider network (`vpc_spec`)."""
    names = TenantNames(tenant.name)
    labels = {TENANT_LABEL: tenant.name}
    namespace = kubernetes_object("v1", "Namespace", tenant.namespace_name, stack, labels={**tenant.labels, **labels})
    egress = _egress(tenant, names, stack)
    pinned = (_EGRESS,) if egress else ()
    vpc = _vpc(tenant, names, router, stack)
    return TenantManifests(
        namespace=Manifest(NAMESPACE, namespace),
        access=tuple(replace(one, after=(NAMESPACE,)) for one in _access(tenant, stack, labels)),
        egress=egress,
        vpc=Manifest(_VPC, vpc, after=(NAMESPACE, *pinned), along_with=pinned),
        clusters=tuple(_cluster(tenant, cluster, names, stack, (_VPC, *pinned)) for cluster in tenant.clusters),
    )


def _access(tenant: Tenant, stack: str, labels: Mapping[str, str]) -> Iterator[Manifest]:
    """Quota, limits and bindings, where the tenant has them."""

    def body(api_version: str, kind: str, name: str, **rest: Any) -> Body:
        made = kubernetes_object(
            api_version, kind, name, stack, rest.pop("spec", None), namespace=tenant.namespace_name, labels=labels
        )
        return {**made, **rest}

    if tenant.quota:
        # Each hosted control plane takes one LoadBalancer Service in this namespace; more would draw on the pool.
        yield Manifest("quota", body("v1", "ResourceQuota", f"{tenant.name}-quota", spec={"hard": tenant.hard}))
    if tenant.limits:
        limit = {"type": "Container", **written_section(tenant.limits)}
        yield Manifest("limits", body("v1", "LimitRange", f"{tenant.name}-limits", spec=pruned({"limits": [limit]})))
    for binding in tenant.role_bindings:
        group = "rbac.authorization.k8s.io"
        subjects = [{"apiGroup": group, "kind": "Group", "name": name} for name in binding.groups]
        subjects += [{"apiGroup": group, "kind": "User", "name": name} for name in binding.users]
        role = {"apiGroup": group, "kind": "ClusterRole", "name": binding.cluster_role}
        made = body(
            f"{group}/v1", "RoleBinding", f"{tenant.name}-{binding.cluster_role}", roleRef=role, subjects=subjects
        )
        yield Manifest(f"binding-{binding.cluster_role}", made)


def _egress(tenant: Tenant, names: TenantNames, stack: str) -> Manifest | None:
    """The tenant's pinned address: made before the Vpc, which then takes it for its router port.

    Without `macAddress`: an empty one conflicts with the controller on the second apply.
    """
    if tenant.egress_address is None:
        return None
    address = str(tenant.egress_address)
    spec = {"externalSubnet": EXTERNAL_SUBNET, "type": "lrp", "v4Ip": address}
    name, labels = external_eip(names.vpc), {TENANT_LABEL: tenant.name}
    wait = [f"jsonpath={{.status.v4Ip}}={address}"]
    body = kubernetes_object(KUBE_OVN, "OvnEip", name, stack, spec, labels=labels, wait=wait)
    return Manifest(_EGRESS, body, after=(NAMESPACE, PROVIDER_NETWORK))


def vpc_spec(tenant: Tenant, external: ExternalSubnet) -> Body:
    """The spec of the tenant's Vpc: its way out through the provider network, and what it drops."""
    return {
        "namespaces": [tenant.namespace_name],
        "enableExternal": True,
        "staticRoutes": [static_route("0.0.0.0/0", str(external.gateway))],
        "policyRoutes": [
            {"priority": DROP_PRIORITY, "match": destination_match(block), "action": "drop"}
            for block in _dropped(tenant, external.cidr_block)
        ],
    }


def _vpc(tenant: Tenant, names: TenantNames, spec: Any, stack: str) -> Body:
    """The tenant's routing domain; `standby` is true even where the external port failed, so it proves nothing."""
    wait = ["jsonpath={.status.enableExternal}=true"]
    return kubernetes_object(KUBE_OVN, "Vpc", names.vpc, stack, spec, labels={TENANT_LABEL: tenant.name}, wait=wait)


def _dropped(tenant: Tenant, external: IPv4Network) -> list[IPv4Network]:
    """The external block first; OVN keeps one policy per priority and match, so no block twice."""
    return list(dict.fromkeys((external, *tenant.drop)))


def _cluster(
    tenant: Tenant, cluster: TenantCluster, names: TenantNames, stack: str, router: tuple[str, ...]
) -> ClusterManifests:
    """A cluster's objects; `router` has the roles of the Vpc and of its pinned address."""
    provider = names.provider(cluster.name, tenant.namespace_name)
    labels = {TENANT_LABEL: tenant.name}
    config = json.dumps(attachment_config(provider), separators=(",", ":"))
    subnet = {
        "vpc": names.vpc,
        "cidrBlock": str(cluster.cidr_block),
        "gateway": str(cluster.gateway_address),
        "protocol": "IPv4",
        "provider": provider,
        "namespaces": [tenant.namespace_name],
        "excludeIps": exclude_ips(cluster.gateway_address, cluster.exclude_ips),
        "mtu": cluster.mtu,
    }
    snat = {"ovnEip": external_eip(names.vpc), "vpcSubnet": names.subnet(cluster.name)}
    # Ready of a SNAT rule outlives what it translates: the range in its status is what proves it.
    translated = ["jsonpath={.status.ready}=true", f"jsonpath={{.status.v4IpCidr}}={cluster.cidr_block}"]
    attachment = kubernetes_object(
        "k8s.cni.cncf.io/v1",
        "NetworkAttachmentDefinition",
        names.attachment(cluster.name),
        stack,
        {"config": config},
        namespace=tenant.namespace_name,
        labels=labels,
    )
    nad, switch, rule = (f"{role}-{cluster.name}" for role in ("attachment", "subnet", "snat"))
    return ClusterManifests(
        cluster=cluster.name,
        attachment=Manifest(nad, attachment, after=(NAMESPACE, _VPC)),
        subnet=Manifest(
            switch,
            kubernetes_object(
                KUBE_OVN, "Subnet", names.subnet(cluster.name), stack, subnet, labels=labels, wait=_SWITCH_STANDS
            ),
            after=(_VPC, nad),
            along_with=router,
        ),
        snat_rule=Manifest(
            rule,
            kubernetes_object(
                KUBE_OVN, "OvnSnatRule", names.snat_rule(cluster.name), stack, snat, labels=labels, wait=translated
            ),
            after=(_VPC, switch),
            along_with=(switch, *router),
        ),
    )
