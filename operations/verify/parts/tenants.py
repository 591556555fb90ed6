"""Checks of each tenant: router, address, and for each cluster attachment, Subnet and translation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kmetal_network.cells import stack_of
from kmetal_network.config.sections.tenant import Tenant, TenantCluster
from kmetal_network.config.stackfile import Environment
from kmetal_network.manifests.tenant import tenant_manifests
from kmetal_network.names import TenantNames, external_eip
from operations.cluster.fields import at
from operations.verify.checks import Check, Part, Seen, Verification, check, not_ready


def _tenants(verification: Verification) -> Iterator[Check]:
    for tenant in verification.environment.settings.tenants:
        yield from _tenant(verification.environment, tenant, verification.seen)


def _tenant(environment: Environment, tenant: Tenant, seen: Seen) -> Iterator[Check]:
    """Everything of one tenant."""
    names = TenantNames(tenant.name)
    layer = f"tenant {tenant.name}"
    vpc = seen.get("Vpc", {}).get(names.vpc)
    yield check(
        layer,
        f"Vpc {names.vpc}",
        [
            "missing" if vpc is None else "",
            "status.standby is not true" if vpc and at(vpc, "status", "standby") is not True else "",
            "status.enableExternal is not true: its router has no external port"
            if vpc and at(vpc, "status", "enableExternal") is not True
            else "",
        ],
        "router ready, external port connected",
        f"are the gateway nodes labelled? then touch it: kubectl annotate vpc {names.vpc} ovn.kubernetes.io/kick=now",
    )
    external = environment.settings.provider.external.name
    eip = seen.get("OvnEip", {}).get(external_eip(names.vpc, external))
    address = at(eip, "status", "v4Ip")
    pinned = tenant.egress_address
    yield check(
        layer,
        f"OvnEip {external_eip(names.vpc, external)}",
        [
            "missing" if eip is None else "",
            "not ready" if eip and not (at(eip, "status", "ready") and address) else "",
            f"address is {address}, pinned is {pinned}" if eip and pinned and address != str(pinned) else "",
        ],
        f"tenants leave as {address}",
        "is the address free? kubectl get ovn-eips; the controller's log says AddressConflict where it is not",
    )
    manifests = tenant_manifests(tenant, environment.settings.provider.external, environment.name)
    for cluster, rendered in zip(tenant.clusters, manifests.clusters, strict=True):
        key = f"{tenant.namespace_name}/{rendered.attachment.name}"
        config = at(seen.get("NetworkAttachmentDefinition", {}).get(key), "spec", "config")
        yield check(
            layer,
            f"NetworkAttachmentDefinition {key}",
            []
            if config == rendered.attachment.body["spec"]["config"]
            else ["missing" if config is None else "config differs"],
            f"provider {rendered.subnet.body['spec']['provider']}",
            f"kmetal-network up {environment.name}; new pods alone read it",
        )
        yield from _cluster(
            stack_of(environment.name, tenant.name, environment.settings.cells),
            names,
            cluster,
            vpc,
            address,
            seen,
            layer,
        )


def _cluster(
    stack: str,
    names: TenantNames,
    cluster: TenantCluster,
    vpc: Mapping[str, Any] | None,
    address: str | None,
    seen: Seen,
    layer: str,
) -> Iterator[Check]:
    name = names.subnet(cluster.name)
    subnet = seen.get("Subnet", {}).get(name)
    cidr = at(subnet, "spec", "cidrBlock")
    held = at(vpc, "status", "subnets") or ()
    yield check(
        layer,
        f"Subnet {name}",
        ["missing"]
        if subnet is None
        else [
            *not_ready(subnet),
            f"cidrBlock is {cidr}" if cidr != str(cluster.cidr_block) else "",
            f"not among the Subnets of {names.vpc}" if name not in held else "",
        ],
        f"{cidr}, {at(subnet, 'status', 'v4usingIPs')} addresses in use",
        f"kubectl get subnet {name} -o yaml: its conditions name the reason",
    )
    rule_name = names.snat_rule(cluster.name)
    rule = seen.get("OvnSnatRule", {}).get(rule_name)
    status = at(rule, "status") or {}
    yield check(
        layer,
        f"OvnSnatRule {rule_name}",
        ["missing"]
        if rule is None
        else [
            "not ready" if status.get("ready") is not True else "",
            f"translates {status.get('v4IpCidr')}, the Subnet is {cidr}" if status.get("v4IpCidr") != cidr else "",
            f"translates to {status.get('v4Eip')}, the EIP is {address}" if status.get("v4Eip") != address else "",
        ],
        f"{status.get('v4IpCidr')} leaves as {status.get('v4Eip')}",
        f"Kube-OVN never changes a rule in place: replace it (pulumi up -s {stack} --replace its URN)",
    )


PART: Final = Part(lines=_tenants, kinds=("Vpc", "OvnEip", "NetworkAttachmentDefinition", "Subnet", "OvnSnatRule"))
