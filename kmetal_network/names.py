"""Names of this network's objects, and the few strings that must be the same in several objects."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Final

DEFAULT_VPC: Final = "ovn-cluster"
METALLB_NAMESPACE: Final = "kmetal-metallb"
RELEASE_NAMESPACE: Final = "kmetal-flux"
RELEASE: Final = "kmetal"

EXTERNAL_SUBNET: Final = "external"
"""Name that Kube-OVN looks for unless `--external-gateway-switch` names another."""

EXTERNAL_GATEWAY_LABEL: Final = "ovn.kubernetes.io/external-gw"
"""Kube-OVN compares its value with the text "true" (pkg/controller/external_gw.go)."""

STACK_LABEL: Final = "kmetal-network/stack"
"""The stack that an object belongs to: a stack may take over only objects with its own label."""

TENANT_LABEL: Final = "kmetal-network/tenant"

REQUESTED_ANNOTATION: Final = "kmetal-network/requested-by"
"""On an OvnEip that `up` made for a router before its Vpc: the stack. It is Kube-OVN's from then on (ADR 20)."""

MANAGER_PREFIX: Final = "kmetal-network-"
"""How the field managers of this program begin (`kmetal_network.live.field_managers`)."""

DROP_PRIORITY: Final = 1500
"""Priority of a tenant's drops, as in kMetal's guide; Kube-OVN's own allows, at 29000 to 31000, win."""

CNI_SOCKET: Final = "/run/openvswitch/kube-ovn-daemon.sock"
"""The CNI binary refuses a configuration without it (kube-ovn cmd/cni/cni.go)."""


@dataclass(frozen=True, slots=True)
class TenantNames:
    """Names of one tenant's objects; Kube-OVN's kinds are cluster-scoped, hence the tenant's prefix on each."""

    tenant: str

    @property
    def vpc(self) -> str:
        """The tenant's Vpc."""
        return f"{self.tenant}-vpc"

    def attachment(self, cluster: str) -> str:
        """A cluster's NetworkAttachmentDefinition."""
        return f"{self.tenant}-{cluster}-net"

    def subnet(self, cluster: str) -> str:
        """A cluster's Subnet: what the cluster template's `network.subnet` names."""
        return f"{self.tenant}-{cluster}-subnet"

    def snat_rule(self, cluster: str) -> str:
        """A cluster's OvnSnatRule."""
        return f"{self.tenant}-snat-{cluster}"

    def provider(self, cluster: str, namespace: str) -> str:
        """The provider string, which the controller computes from the NAD's identity and compares with the Subnet's."""
        return f"{self.attachment(cluster)}.{namespace}.ovn"


def external_eip(vpc: str, external: str = "external") -> str:
    """The OvnEip that Kube-OVN makes for a VPC's router port, or reuses if it exists already."""
    return f"{vpc}-{external}"


def destination_match(block: IPv4Network) -> str:
    """A policy route's match.

    Always made from a typed block: Kube-OVN accepts a typo such as a single `=`, and the policy then fails open in the
    datapath (docs/evidence/kube-ovn.md#vpcs (V7)).
    """
    return f"ip4.dst == {block}"


def attachment_config(provider: str) -> dict[str, str]:
    """The CNI configuration of a NAD, keys in the order of kMetal's guide."""
    return {
        "cniVersion": "0.3.1",
        "name": "kube-ovn",
        "type": "kube-ovn",
        "server_socket": CNI_SOCKET,
        "provider": provider,
    }
