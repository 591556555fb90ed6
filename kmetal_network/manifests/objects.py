"""Settings to the exact objects that are applied, in the form in which the controllers leave them alone.

The fixed point, so that a second `up`, a `refresh` and a changed field all behave: masked CIDRs; the gateway among
`excludeIps`, overlapping ranges merged, sorted as text; all six keys of each static route; no empty map or list; only
fields that we mean to own. Evidence: docs/evidence/kube-ovn.md#rewrites.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any, Final, TypeAlias

from kmetal_network.addresses import Span
from kmetal_network.config.sections.base import Section
from kmetal_network.config.sections.metallb import Management, MetalLB
from kmetal_network.config.sections.provider import ExternalSubnet, Provider
from kmetal_network.config.sections.tenant import Tenant, TenantCluster
from kmetal_network.names import (
    DEFAULT_VPC,
    DROP_PRIORITY,
    EXTERNAL_GATEWAY_LABEL,
    EXTERNAL_SUBNET,
    METALLB_NAMESPACE,
    STACK_LABEL,
    TENANT_LABEL,
    TenantNames,
    attachment_config,
    destination_match,
    external_eip,
)

Body: TypeAlias = dict[str, Any]

KUBE_OVN: Final = "kubeovn.io/v1"
METALLB: Final = "metallb.io/v1beta1"
METALLB_PEER: Final = "metallb.io/v1beta2"
WAIT: Final = "pulumi.com/waitFor"
FORCE: Final = "pulumi.com/patchForce"

_SWITCH_STANDS: Final = (
    "condition=Ready",
    "jsonpath={.status.conditions[?@.type=='Ready'].reason}=ResetLogicalSwitchAclSuccess",
)
"""A tenant's Subnet is ready for the right reason: `SetNonOvnSubnetSuccess` is a Ready without a logical switch.

Kube-OVN 1.15's last word on a Subnet of a custom VPC (pkg/controller/subnet.go; recorded so); the external Subnet's
last word depends on its gateway type.
"""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object, and the part that it plays; the role is its name in state, so it never holds a value."""

    role: str
    body: Body

    @property
    def name(self) -> str:
        """`metadata.name`."""
        return str(self.body["metadata"]["name"])

    @property
    def kind(self) -> str:
        """Its kind."""
        return str(self.body["kind"])


def pruned(value: Any) -> Any:
    """Without None, empty maps and empty lists: the API server drops empties, and Pulumi would add them for ever."""
    if isinstance(value, Mapping):
        kept = {key: pruned(entry) for key, entry in value.items()}
        return {key: entry for key, entry in kept.items() if entry is not None and entry not in ({}, [])}
    if isinstance(value, (list, tuple)):
        return [pruned(entry) for entry in value]
    return value


def exclude_ips(gateway: IPv4Address, written: Iterable[Span]) -> list[str]:
    """`excludeIps` as Kube-OVN stores it (pkg/controller/subnet.go, formatExcludeIPs).

    Overlapping ranges become one, adjacent ones do not; the gateway joins unless a range holds it; sorted as text.
    """
    merged: list[Span] = []
    for span in sorted(written):
        if merged and span.first <= merged[-1].last:
            merged[-1] = Span(merged[-1].first, max(merged[-1].last, span.last))
        else:
            merged.append(Span(span.first, span.last))
    own = Span.of(gateway)
    if not any(span.contains(own) for span in merged):
        merged.append(own)
    return sorted(span.canonical().replace("-", "..") for span in merged)


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


def _object(
    api_version: str,
    kind: str,
    name: str,
    stack: str,
    spec: Mapping[str, Any] | None = None,
    *,
    namespace: str | None = None,
    labels: Mapping[str, str] | None = None,
    wait: Iterable[str] = (),
) -> Body:
    conditions = list(wait)
    annotations = {WAIT: conditions[0] if len(conditions) == 1 else json.dumps(conditions)} if conditions else None
    metadata = {
        "name": name,
        "namespace": namespace,
        "labels": {STACK_LABEL: stack, **(labels or {})},
        "annotations": annotations,
    }
    body: Body = pruned({"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec})
    return body


def _written(section: Section, *without: str) -> Body:
    """A section whose keys are already those of its object."""
    dumped: Body = section.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=set(without))
    return dumped


def metallb_manifests(metallb: MetalLB, management: Management, stack: str) -> tuple[Manifest, ...]:
    """Pools, then profiles and peers, then advertisements.

    An L2Advertisement without `interfaces` gets the management NIC: left out, MetalLB would answer ARP on every NIC.
    """

    def manifests() -> Iterator[Manifest]:
        for prefix, api_version, kind, sections in (
            ("pool", METALLB, "IPAddressPool", metallb.pools),
            ("bfd", METALLB, "BFDProfile", metallb.bfd_profiles),
            ("peer", METALLB_PEER, "BGPPeer", metallb.bgp_peers),
            ("l2", METALLB, "L2Advertisement", metallb.l2_advertisements),
            ("bgp", METALLB, "BGPAdvertisement", metallb.bgp_advertisements),
        ):
            for section in sections:
                spec = _written(section, "name")
                if kind == "L2Advertisement":
                    spec.setdefault("interfaces", [management.interface])
                body = _object(api_version, kind, section.name, stack, spec, namespace=METALLB_NAMESPACE)
                yield Manifest(f"{prefix}-{section.name}", body)
        if metallb.communities:
            aliases = {"communities": [_written(alias) for alias in metallb.communities]}
            body = _object(METALLB, "Community", "communities", stack, aliases, namespace=METALLB_NAMESPACE)
            yield Manifest("communities", body)

    return tuple(manifests())


def provider_nic(provider: Provider, stack: str) -> Manifest:
    """The ProviderNetwork, ready once each gateway node has its bridge.

    Forced: Kube-OVN takes the name of a node that leaves out of both lists and owns them from then on (node.go), so
    that the next change would conflict for ever. `operations.preflight.checks.added_nodes` finds what it has put in.
    """
    network = provider.network
    wait = ["jsonpath={.status.ready}=true"]
    wait += [f"jsonpath={{.status.readyNodes[?@=='{node}']}}={node}" for node in provider.gateway_nodes]
    spec = {
        "defaultInterface": network.default_interface,
        "customInterfaces": [_written(entry) for entry in network.custom_interfaces],
        "excludeNodes": list(network.exclude_nodes),
    }
    body = _object(KUBE_OVN, "ProviderNetwork", network.name, stack, spec, wait=wait)
    body["metadata"]["annotations"][FORCE] = "true"
    return Manifest("nic", body)


def provider_vlan(provider: Provider, stack: str) -> Manifest:
    """The Vlan."""
    spec = {"id": provider.vlan.id, "provider": provider.network.name}
    return Manifest("vlan", _object(KUBE_OVN, "Vlan", provider.vlan.name, stack, spec))


def external_subnet(provider: Provider, stack: str) -> Manifest:
    """The Subnet `external` of the default VPC."""
    external = provider.external
    spec = {
        "vpc": DEFAULT_VPC,
        "vlan": provider.vlan.name,
        "protocol": "IPv4",
        "cidrBlock": str(external.cidr_block),
        "gateway": str(external.gateway),
        "gatewayType": external.gateway_type,
        "excludeIps": exclude_ips(external.gateway, external.exclude_ips),
    }
    return Manifest("external", _object(KUBE_OVN, "Subnet", external.name, stack, spec, wait=["condition=Ready"]))


def default_vpc_patch(external: ExternalSubnet) -> Manifest:
    """The one field of the default Vpc that holds off the label stripper. Nothing else of that object is ours."""
    body = {
        "apiVersion": KUBE_OVN,
        "kind": "Vpc",
        "metadata": {"name": DEFAULT_VPC},
        "spec": {"extraExternalSubnets": [external.name]},
    }
    return Manifest("default-vpc", body)


def gateway_label(node: str) -> Manifest:
    """A node's gateway label; forced, since Kube-OVN itself may have turned it to "false" and owns it then."""
    metadata = {"name": node, "labels": {EXTERNAL_GATEWAY_LABEL: "true"}, "annotations": {FORCE: "true"}}
    return Manifest(f"gateway-{node}", {"apiVersion": "v1", "kind": "Node", "metadata": metadata})


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
    """ResourceQuota, LimitRange, RoleBindings."""
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
    namespace = _object("v1", "Namespace", tenant.namespace_name, stack, labels={**tenant.labels, **labels})
    return TenantManifests(
        namespace=Manifest("namespace", namespace),
        access=tuple(_access(tenant, stack, labels)),
        egress=_egress(tenant, names, stack),
        vpc=Manifest("vpc", _vpc(tenant, names, router, stack)),
        clusters=tuple(_cluster(tenant, cluster, names, stack) for cluster in tenant.clusters),
    )


def _access(tenant: Tenant, stack: str, labels: Mapping[str, str]) -> Iterator[Manifest]:
    """Quota, limits and bindings, where the tenant has them."""

    def body(api_version: str, kind: str, name: str, **rest: Any) -> Body:
        made = _object(
            api_version, kind, name, stack, rest.pop("spec", None), namespace=tenant.namespace_name, labels=labels
        )
        return {**made, **rest}

    if tenant.quota:
        # Each hosted control plane takes one LoadBalancer Service in this namespace; more would draw on the pool.
        yield Manifest("quota", body("v1", "ResourceQuota", f"{tenant.name}-quota", spec={"hard": tenant.hard}))
    if tenant.limits:
        limit = {"type": "Container", **_written(tenant.limits)}
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
    return Manifest("egress", _object(KUBE_OVN, "OvnEip", name, stack, spec, labels=labels, wait=wait))


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
    return _object(KUBE_OVN, "Vpc", names.vpc, stack, spec, labels={TENANT_LABEL: tenant.name}, wait=wait)


def _dropped(tenant: Tenant, external: IPv4Network) -> list[IPv4Network]:
    """The external block first; OVN keeps one policy per priority and match, so no block twice."""
    return list(dict.fromkeys((external, *tenant.drop)))


def _cluster(tenant: Tenant, cluster: TenantCluster, names: TenantNames, stack: str) -> ClusterManifests:
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
    attachment = _object(
        "k8s.cni.cncf.io/v1",
        "NetworkAttachmentDefinition",
        names.attachment(cluster.name),
        stack,
        {"config": config},
        namespace=tenant.namespace_name,
        labels=labels,
    )
    return ClusterManifests(
        cluster=cluster.name,
        attachment=Manifest(f"attachment-{cluster.name}", attachment),
        subnet=Manifest(
            f"subnet-{cluster.name}",
            _object(KUBE_OVN, "Subnet", names.subnet(cluster.name), stack, subnet, labels=labels, wait=_SWITCH_STANDS),
        ),
        snat_rule=Manifest(
            f"snat-{cluster.name}",
            _object(
                KUBE_OVN, "OvnSnatRule", names.snat_rule(cluster.name), stack, snat, labels=labels, wait=translated
            ),
        ),
    )
