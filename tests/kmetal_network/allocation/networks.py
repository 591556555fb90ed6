"""A production network with supplies, and what tenants get out of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from kmetal_network.allocation.giving import Grant
from kmetal_network.config.sections.tenant import Tenant, TenantCluster
from kmetal_network.config.stackfile import Environment, parse_environment
from tests.support.stack_project import ROOT

PROD: Final = (ROOT / "Pulumi.prod.yaml").read_text().partition("  kmetal-network:supplies:")[0].rstrip() + "\n"

SUPPLIES: Final = """\
  kmetal-network:supplies:
    blocks:
      within: [10.104.0.0/26, 10.106.0.0/28]
      prefixLength: 29
      reserved: [10.104.0.8/29]
    egressAddresses:
      reserved: [77.220.70.2-77.220.70.233]
    controlPlaneAddresses:
      pools: [tenant-cp-pool]
      reserved: [172.21.213.0-172.21.213.191]
    quarantineDays: 30
"""
"""Nine blocks, six egress addresses (77.220.70.234 to .239), eight control planes' addresses (172.21.213.192 to .199)."""


def network(supplies: str = SUPPLIES) -> Environment:
    """Production without a tenant."""
    environment = parse_environment(PROD + supplies, "Pulumi.prod.yaml", "prod")
    return with_tenants(environment, ())


def with_tenants(environment: Environment, tenants: tuple[Tenant, ...]) -> Environment:
    return replace(environment, settings=environment.settings.model_copy(update={"tenants": tenants}))


def settled(environment: Environment, name: str, grant: Grant) -> Environment:
    """The settings with what a tenant was granted."""
    clusters = tuple(
        TenantCluster.model_validate(
            {"name": cluster, "cidrBlock": block, "controlPlaneAddress": grant.control_planes[cluster]}
        )
        for cluster, block in grant.blocks.items()
    )
    others = {tenant.name: tenant for tenant in environment.settings.tenants}
    known = others.get(name) or Tenant.model_validate({"name": name, "egressAddress": grant.egress})
    others[name] = known.model_copy(update={"clusters": (*known.clusters, *clusters)})
    return with_tenants(environment, tuple(others.values()))
