"""The argument `external` of a TenantNetwork; a ProviderNetwork has it as its property `external`."""

from dataclasses import dataclass

import pulumi


@dataclass(frozen=True, kw_only=True)
class ExternalNetworkArgs:
    """The provider network's Subnet that a tenant leaves through; `ProviderNetwork.external` is one."""

    cidr_block: pulumi.Input[str]
    """Block of the Subnet `external`: the tenant's packets into it are dropped."""

    gateway: pulumi.Input[str]
    """The physical router: next hop of the tenant's default route."""
