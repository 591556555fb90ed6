"""A tenant: one VPC, and for each of its clusters an attachment, a Subnet and egress."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, model_validator

from kmetal_network.config.sections.base import Section
from kmetal_network.config.types import Address, AddressRange, DnsLabel, IPv4Block, LabelValue, Mtu, Quantity

_STANDARD_PREFIXES: Final = ("requests", "limits", "services")
"""Prefixes of the quota keys with a dot that Kubernetes itself knows (pkg/apis/core/validation)."""


class TenantCluster(Section):
    """One of the tenant's Kubernetes clusters, seen from the network."""

    name: DnsLabel
    """Name of the cluster; its Subnet is `<tenant>-<cluster>-subnet`."""

    cidr_block: IPv4Block
    """Block of the cluster's worker VMs. Tenants of different VPCs may overlap."""

    gateway: Address | None = None
    """Gateway in that block; by default its first usable address."""

    exclude_ips: tuple[AddressRange, ...] = ()
    """Addresses that Kube-OVN must not assign (`a` or `a..b`); the program adds the gateway."""

    mtu: Mtu | None = None
    """MTU of the workers' interface in bytes; by default Kube-OVN derives it from the tunnel NIC."""

    control_plane_address: Address | None = None
    """Address reserved in a MetalLB pool for the cluster's API server, for the template's `serviceAddress`."""

    replace_while_in_use: Annotated[str, Field(min_length=8)] | None = None
    """The reason why this cluster may be cut off. Without it no change may replace the Subnet, or the provider network,
    under live pods."""

    @property
    def gateway_address(self) -> Address:
        """The gateway as written, or the block's first usable address."""
        return self.gateway if self.gateway is not None else self.cidr_block.network_address + 1


class Limits(Section):
    """A LimitRange for containers; it also limits the virt-launcher pods of worker VMs."""

    max: dict[str, Quantity] = Field(default_factory=dict)
    """Maximum for a container."""

    min: dict[str, Quantity] = Field(default_factory=dict)
    """Minimum request of a container."""

    default: dict[str, Quantity] = Field(default_factory=dict)
    """Default limit of a container."""

    default_request: dict[str, Quantity] = Field(default_factory=dict)
    """Default request of a container."""


class RoleBinding(Section):
    """Who may do what in the tenant's namespace."""

    cluster_role: Annotated[str, Field(min_length=1)]
    """A ClusterRole, such as `kmetal-cluster-manager`."""

    groups: tuple[str, ...] = ()
    """Groups that get the role."""

    users: tuple[str, ...] = ()
    """Users that get the role."""

    @model_validator(mode="after")
    def _binds_somebody(self) -> RoleBinding:
        if not self.groups and not self.users:
            message = f"the binding of {self.cluster_role} names no one; write `groups:` or `users:`"
            raise ValueError(message)
        return self


class Tenant(Section):
    """One customer's network."""

    name: DnsLabel
    """Name of the tenant; its VPC is `<tenant>-vpc`."""

    namespace: DnsLabel | None = None
    """The tenant's namespace in the under cluster; by default the tenant's name."""

    labels: dict[str, LabelValue] = Field(default_factory=dict)
    """Further labels of the namespace."""

    clusters: tuple[TenantCluster, ...] = ()
    """The tenant's clusters."""

    egress_address: Address | None = None
    """Pinned egress address in the external block; by default Kube-OVN picks one."""

    drop: tuple[IPv4Block, ...] = ()
    """Blocks towards which the tenant's packets are dropped besides the external one: platform ranges that the physical
    gateway would route."""

    quota: dict[str, Quantity] = Field(default_factory=dict)
    """ResourceQuota of the namespace. `services.loadbalancers` is the number of clusters unless it is named here: each
    hosted control plane takes one, any other would draw from MetalLB's pool."""

    limits: Limits | None = None
    """LimitRange of the namespace."""

    role_bindings: tuple[RoleBinding, ...] = ()
    """Who may do what in the namespace."""

    @model_validator(mode="after")
    def _quota_can_be_counted(self) -> Tenant:
        for key in self.quota:
            if "." in key and "/" not in key and key.partition(".")[0] not in _STANDARD_PREFIXES:
                message = (
                    f"quota {key!r} is no standard resource, and the API server refuses the whole ResourceQuota; write"
                    f" count/{key}"
                )
                raise ValueError(message)
        return self

    @property
    def namespace_name(self) -> str:
        """The namespace as written, or the tenant's name."""
        return self.namespace or self.name

    @property
    def hard(self) -> dict[str, Quantity]:
        """What the namespace's ResourceQuota says; empty where there is none."""
        return {"services.loadbalancers": str(len(self.clusters)), **self.quota} if self.quota else {}
