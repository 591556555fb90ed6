"""What the settings say of tenants and their clusters."""

from __future__ import annotations

from collections.abc import Sequence

from kmetal_network.config.places import Place
from kmetal_network.config.sections.provider import ExternalSubnet
from kmetal_network.config.sections.tenant import Tenant
from kmetal_network.facts.kube_ovn import (
    Attachment,
    Eip,
    PolicyRoute,
    Route,
    SnatRule,
    Subnet,
    Vpc,
)
from kmetal_network.facts.model import Facts
from kmetal_network.facts.platform import ControlPlane, Quota
from kmetal_network.names import (
    DROP_PRIORITY,
    TenantNames,
    attachment_config,
    destination_match,
    external_eip,
)


def tenant_facts(entries: Sequence[Tenant], external: ExternalSubnet, place: Place) -> Facts:
    """Tenants with their clusters."""
    tenants = list(enumerate(entries))
    return Facts(
        vpcs=tuple(_vpc(tenant, external, place(("tenants", index))) for index, tenant in tenants),
        control_planes=tuple(
            ControlPlane(
                place=place(("tenants", index, "clusters", position)),
                name=f"{tenant.name}-{cluster.name}",
                namespace=tenant.namespace_name,
                address=None if cluster.control_plane_address is None else str(cluster.control_plane_address),
            )
            for index, tenant in tenants
            for position, cluster in enumerate(tenant.clusters)
        ),
        eips=tuple(
            Eip(
                place=place(("tenants", index, "egressAddress")),
                name=external_eip(TenantNames(tenant.name).vpc),
                external_subnet=external.name,
                address=str(tenant.egress_address),
                type="lrp",
            )
            for index, tenant in tenants
            if tenant.egress_address is not None
        ),
        quotas=tuple(
            Quota(
                place=place(("tenants", index, "quota")),
                name=f"{tenant.name}-quota",
                namespace=tenant.namespace_name,
                hard=tenant.hard,
            )
            for index, tenant in tenants
            if tenant.quota
        ),
    ).joined(_cluster_facts(entries, place))


def _vpc(tenant: Tenant, external: ExternalSubnet, place: str) -> Vpc:
    return Vpc(
        place=place,
        name=TenantNames(tenant.name).vpc,
        namespaces=(tenant.namespace_name,),
        enable_external=True,
        routes=(Route(cidr="0.0.0.0/0", next_hop=str(external.gateway), policy="policyDst"),),
        policies=tuple(
            PolicyRoute(priority=DROP_PRIORITY, match=destination_match(block), action="drop")
            for block in (external.cidr_block, *tenant.drop)
        ),
    )


def _cluster_facts(entries: Sequence[Tenant], place: Place) -> Facts:
    subnets, attachments, rules = [], [], []
    for index, tenant in enumerate(entries):
        names = TenantNames(tenant.name)
        for position, cluster in enumerate(tenant.clusters):
            where = place(("tenants", index, "clusters", position))
            attachment = names.attachment(cluster.name)
            provider = names.provider(cluster.name, tenant.namespace_name)
            subnets.append(
                Subnet(
                    place=where,
                    name=names.subnet(cluster.name),
                    cidr=str(cluster.cidr_block),
                    gateway=str(cluster.gateway_address),
                    exclude=tuple(map(str, cluster.exclude_ips)),
                    vpc=names.vpc,
                    provider=provider,
                    namespaces=(tenant.namespace_name,),
                    protocol="IPv4",
                    mtu=cluster.mtu,
                )
            )
            attachments.append(
                Attachment(
                    place=where,
                    name=attachment,
                    namespace=tenant.namespace_name,
                    config=attachment_config(provider),
                )
            )
            rules.append(
                SnatRule(
                    place=where,
                    name=names.snat_rule(cluster.name),
                    eip=external_eip(names.vpc),
                    subnet=names.subnet(cluster.name),
                )
            )
    return Facts(subnets=tuple(subnets), attachments=tuple(attachments), snat_rules=tuple(rules))
