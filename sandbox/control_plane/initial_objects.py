"""The objects of a sandbox's cluster before the program runs: nodes, default network, controller of the platform.

The program finds the same on a real under-cluster whose CNI stack runs: three nodes on the management VLAN, the
default VPC with its two Subnets as the real controller wrote them (`docs/evidence/kube-ovn.md#observed-objects`), and a
Deployment that shows which Kube-OVN is installed. No pod runs behind it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import IPv4Network
from typing import Final

from sandbox.control_plane import crds
from sandbox.control_plane.api import Object

NODES: Final = {"c1": "172.21.204.11", "w1": "172.21.204.12", "w2": "172.21.204.13"}
"""Each node with its address on the management VLAN (172.21.204.0/24)."""

CONTROL_PLANE_NODE: Final = "c1"

_FINALIZER: Final = "kubeovn.io/kube-ovn-controller"
_POD_RANGE: Final = IPv4Network("10.16.0.0/16")
_JOIN_RANGE: Final = IPv4Network("100.64.0.0/16")


def node(name: str, address: str) -> Object:
    """A node that is ready and whose chassis Kube-OVN knows, as the real controller wrote it.

    Evidence: docs/evidence/kube-ovn.md#observed-objects.
    """
    labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux"}
    if name == CONTROL_PLANE_NODE:
        labels["node-role.kubernetes.io/control-plane"] = ""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels, "annotations": {"ovn.kubernetes.io/chassis": f"ch-{name}"}},
        "status": {
            "addresses": [
                {"type": "InternalIP", "address": address},
                {"type": "Hostname", "address": name},
            ],
            "conditions": [
                {
                    "type": "Ready",
                    "status": "True",
                    "reason": "Sandbox",
                    "message": "there is no kubelet behind this node",
                    "lastHeartbeatTime": _now(),
                    "lastTransitionTime": _now(),
                }
            ],
        },
    }


def default_vpc() -> Object:
    """The VPC of Kube-OVN's first start, before the patch (docs/evidence/kube-ovn.md#observed-objects)."""
    balancers = {
        f"{protocol}{session}LoadBalancer": f"cluster-{protocol}{'-session' if session else ''}-loadbalancer"
        for protocol in ("tcp", "udp", "sctp")
        for session in ("", "Session")
    }
    return {
        "apiVersion": "kubeovn.io/v1",
        "kind": "Vpc",
        "metadata": {"name": "ovn-cluster", "finalizers": [_FINALIZER]},
        "spec": {},
        "status": {
            "bfdPort": {},
            "default": True,
            "defaultLogicalSwitch": "ovn-default",
            "enableBfd": False,
            "enableExternal": False,
            "router": "ovn-cluster",
            "standby": True,
            "subnets": ["join", "ovn-default"],
            **balancers,
        },
    }


def default_subnets() -> tuple[Object, Object]:
    """The Subnets of the default VPC, as seen at its start (docs/evidence/kube-ovn.md#observed-objects)."""
    pods = _subnet("ovn-default", _POD_RANGE, {"enableLb": True, "gatewayType": "distributed"}, default=True)
    join = _subnet("join", _JOIN_RANGE, {"disableInterConnection": True}, default=False)
    return pods, join


def _subnet(name: str, block: IPv4Network, own: Object, *, default: bool) -> Object:
    """A Subnet of the default VPC; pods leave the default one through their node, hence natOutgoing."""
    gateway = str(block[1])
    condition = {"reason": "ResetLogicalSwitchAclSuccess", "lastUpdateTime": _now(), "lastTransitionTime": _now()}
    return {
        "apiVersion": "kubeovn.io/v1",
        "kind": "Subnet",
        "metadata": {"name": name, "finalizers": [_FINALIZER]},
        "spec": {
            "cidrBlock": str(block),
            "default": default,
            "excludeIps": [gateway],
            "gateway": gateway,
            "gatewayNode": "",
            "natOutgoing": default,
            "private": False,
            "protocol": "IPv4",
            "provider": "ovn",
            "u2oFeatures": {},
            "vpc": "ovn-cluster",
            **own,
        },
        "status": {
            "conditions": [{"type": kind, "status": "True", **condition} for kind in ("Validated", "Ready")],
            "v4availableIPrange": f"{block[2]}-{block[-2]}",
            "v4availableIPs": block.num_addresses - 3,
            "v4usingIPrange": "",
            "v4usingIPs": 0,
        },
    }


def controller_deployment() -> Object:
    """What shows version and mode of an installed Kube-OVN: its controller's image and arguments. No pod runs."""
    labels = {"app": "kube-ovn-controller", "component": "network", "type": "infra"}
    arguments = (
        "/kube-ovn/start-controller.sh",
        "--default-ls=ovn-default",
        f"--default-cidr={_POD_RANGE}",
        f"--default-gateway={_POD_RANGE[1]}",
        f"--default-exclude-ips={_POD_RANGE[1]}",
        "--cluster-router=ovn-cluster",
        "--node-switch=join",
        f"--node-switch-cidr={_JOIN_RANGE}",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--network-type=geneve",
        "--enable-lb=true",
        "--enable-eip-snat=true",
        "--enable-external-vpc=false",
        "--non-primary-cni-mode=true",
    )
    image = f"docker.io/kubeovn/kube-ovn:v{crds.KUBE_OVN}"
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "kube-ovn-controller", "namespace": "kube-system", "labels": labels},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "hostNetwork": True,
                    "containers": [{"name": "kube-ovn-controller", "image": image, "args": list(arguments)}],
                },
            },
        },
        "status": {
            "observedGeneration": 1,
            "replicas": 1,
            "updatedReplicas": 1,
            "readyReplicas": 1,
            "availableReplicas": 1,
        },
    }


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
