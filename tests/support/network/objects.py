"""Kubernetes objects as plain mappings, and the places at which findings name those of the good network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

Body: TypeAlias = dict[str, Any]

POOL: Final = "IPAddressPool kmetal-metallb/tenant-cp-pool"
LAYER2: Final = "L2Advertisement kmetal-metallb/tenant-cp-l2"
PROVIDER: Final = "ProviderNetwork provider"
VLAN: Final = "Vlan vlan222"
EXTERNAL: Final = "Subnet external"
DEFAULT_VPC: Final = "Vpc ovn-cluster"
VPC: Final = "Vpc alpha-vpc"
NAD: Final = "NetworkAttachmentDefinition alpha/alpha-dev-net"
SUBNET: Final = "Subnet alpha-dev-subnet"
SNAT: Final = "OvnSnatRule alpha-snat-dev"
QUOTA: Final = "ResourceQuota alpha/alpha-quota"
RELEASE: Final = "HelmRelease kmetal-flux/kmetal"
CONTROLLER: Final = "Deployment kube-system/kube-ovn-controller"
SERVICES: Final = "ServiceCIDR kubernetes"


def copied(value: Any) -> Any:
    """A deep copy of dicts and lists. `copy.deepcopy` takes five times as long, and the cases copy thousands of bodies."""
    if isinstance(value, dict):
        return {key: copied(each) for key, each in value.items()}
    return [copied(each) for each in value] if isinstance(value, list) else value


def build(kind: str, name: str, spec: Mapping[str, Any], *, namespace: str = "", labels: Body | None = None) -> Body:
    """One object."""
    versions = {
        "IPAddressPool": "metallb.io/v1beta1", "L2Advertisement": "metallb.io/v1beta1",
        "BGPAdvertisement": "metallb.io/v1beta1", "BFDProfile": "metallb.io/v1beta1", "BGPPeer": "metallb.io/v1beta2",
        "Community": "metallb.io/v1beta1",
        "NetworkAttachmentDefinition": "k8s.cni.cncf.io/v1", "HelmRelease": "helm.toolkit.fluxcd.io/v2",
        "ResourceQuota": "v1", "Node": "v1", "Namespace": "v1", "Deployment": "apps/v1",
        "ServiceCIDR": "networking.k8s.io/v1", "Service": "v1", "DaemonSet": "apps/v1", "Pod": "v1",
        "AddressPool": "metallb.io/v1beta1", "FRRConfiguration": "frrk8s.metallb.io/v1beta1",
        "CiliumLoadBalancerIPPool": "cilium.io/v2", "CiliumL2AnnouncementPolicy": "cilium.io/v2alpha1",
        "CiliumBGPClusterConfig": "cilium.io/v2", "CiliumBGPPeeringPolicy": "cilium.io/v2alpha1",
    }  # fmt: skip
    metadata: Body = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    if labels:
        metadata["labels"] = labels
    return {
        "apiVersion": versions.get(kind, "kubeovn.io/v1"),
        "kind": kind,
        "metadata": metadata,
        "spec": copied(dict(spec)),
    }


def node(name: str, address: str, gateway: str | None = None) -> Body:
    """A node with one internal address."""
    labels = None if gateway is None else {"ovn.kubernetes.io/external-gw": gateway}
    body = build("Node", name, {}, labels=labels)
    return {**body, "status": {"addresses": [{"type": "InternalIP", "address": address}]}}


def policy(priority: int, match: str, action: str = "drop", **more: str) -> Body:
    """A policy route."""
    return {"priority": priority, "match": match, "action": action, **more}
