"""The parts of a tenant's arguments (`components.tenant_network`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi


@dataclass(frozen=True, kw_only=True)
class ExternalNetworkArgs:
    """The provider network's Subnet that a tenant leaves through; `ProviderNetwork.external` is one."""

    cidr_block: pulumi.Input[str]
    """Block of the Subnet `external`: the tenant's packets into it are dropped."""

    gateway: pulumi.Input[str]
    """The physical router: next hop of the tenant's default route."""


@dataclass(frozen=True, kw_only=True)
class TenantClusterArgs:
    """One of the tenant's Kubernetes clusters, seen from the network."""

    name: str
    """Name of the cluster; its Subnet is `<tenant>-<cluster>-subnet`."""

    cidr_block: str
    """Block of the cluster's worker VMs. Tenants may overlap."""

    gateway: str | None = None
    """Gateway in that block; by default its first usable address."""

    exclude_ips: Sequence[str] | None = None
    """Addresses that Kube-OVN must not assign (`a` or `a..b`); the gateway is added by itself."""

    mtu: int | None = None
    """MTU of the workers' interface in bytes; by default Kube-OVN derives it from the tunnel NIC."""

    control_plane_address: str | None = None
    """Address reserved in a MetalLB pool for the cluster's API server."""

    replace_while_in_use: str | None = None
    """Why a change may replace the Subnet under live pods, in words; only `kmetal-network` commands read it."""


@dataclass(frozen=True, kw_only=True)
class LimitsArgs:
    """A LimitRange for containers: quantities by resource."""

    max: Mapping[str, str] | None = None
    """Most that a container may have."""

    min: Mapping[str, str] | None = None
    """Least that it may ask for."""

    default: Mapping[str, str] | None = None
    """Limit of a container that names none."""

    default_request: Mapping[str, str] | None = None
    """Request of a container that names none."""


@dataclass(frozen=True, kw_only=True)
class RoleBindingArgs:
    """Who may do what in the tenant's namespace."""

    cluster_role: str
    """A ClusterRole, such as `kmetal-cluster-manager`."""

    groups: Sequence[str] | None = None
    """Groups that get the role."""

    users: Sequence[str] | None = None
    """Users that get the role."""
