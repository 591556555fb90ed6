"""The objects of a sandbox's cluster before the program runs: kinds, nodes, default network, objects of the platform.

The program finds the same on a real under-cluster whose CNI stack runs: three nodes on the management VLAN, the
default VPC with its two Subnets as the real controller wrote them (`docs/evidence/kube-ovn.md#observed-objects`), the
namespaces that
the chart creates, and a Deployment that shows which Kube-OVN is installed. No pod runs behind it.

It never changes existing objects, so a restart keeps what a user or the program changed.
"""

from __future__ import annotations

import hashlib
import json
import time
from datetime import UTC, datetime
from http import HTTPStatus
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Final

from kmetal_network.errors import OperatorError
from sandbox.control_plane import crds
from sandbox.control_plane.api import Api, ApiError, Object

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NODES: Final = {"c1": "172.21.204.11", "w1": "172.21.204.12", "w2": "172.21.204.13"}
"""Each node with its address on the management VLAN (172.21.204.0/24)."""

CONTROL_PLANE_NODE: Final = "c1"
NAMESPACES: Final = ("kmetal-flux", "kmetal-metallb", "kube-flannel")
"""Namespaces of the chart; `kmetal-flux` is the release's own, which an operator creates first."""

KUBE_OVN_CONTROLLER: Final = "kube-ovn-controller"
"""Field manager of the controller's own writes."""

_DIGEST: Final = "kmetal-sandbox/digest"
_FINALIZER: Final = "kubeovn.io/kube-ovn-controller"
_ESTABLISHED_SECONDS: Final = 30.0
_POD_RANGE: Final = IPv4Network("10.16.0.0/16")
_JOIN_RANGE: Final = IPv4Network("100.64.0.0/16")


def install(api: Api, metallb_controller: Path) -> None:
    """Create everything that does not exist yet."""
    _install_definitions(api, crds.definitions(metallb_controller))
    for name in NAMESPACES:
        api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    for name, address in NODES.items():
        api.create(node(name, address))
    for manifest in (default_vpc(), *default_subnets()):
        api.create(manifest, KUBE_OVN_CONTROLLER)
    api.create(controller_deployment(), "helm")


def _install_definitions(api: Api, definitions: Iterable[Object]) -> None:
    """Apply the definitions that are missing or differ, and wait until all are served."""
    present = {
        item["metadata"]["name"]: item["metadata"].get("annotations", {}).get(_DIGEST)
        for item in api.request("GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions")["items"]
    }
    served = []
    for definition in definitions:
        digest = hashlib.sha256(json.dumps(definition, sort_keys=True, default=str).encode()).hexdigest()[:16]
        metadata = {"name": definition["metadata"]["name"], "annotations": _annotations(definition, digest)}
        if present.get(metadata["name"]) != digest:
            # The server writes the status, even if the file has one.
            api.apply(
                {
                    "apiVersion": definition["apiVersion"],
                    "kind": definition["kind"],
                    "metadata": metadata,
                    "spec": definition["spec"],
                }
            )
        spec = definition["spec"]
        version = next(version["name"] for version in spec["versions"] if version["served"])
        served.append(f"/apis/{spec['group']}/{version}/{spec['names']['plural']}?limit=1")
    _await_served(api, served)


def _annotations(definition: Object, digest: str) -> dict[str, str]:
    return {**(definition["metadata"].get("annotations") or {}), _DIGEST: digest}


def _await_served(api: Api, paths: Iterable[str]) -> None:
    deadline = time.monotonic() + _ESTABLISHED_SECONDS
    for path in paths:
        while True:
            try:
                api.request("GET", path)
                break
            except ApiError as error:
                if error.status not in {
                    HTTPStatus.NOT_FOUND,
                    HTTPStatus.SERVICE_UNAVAILABLE,
                    HTTPStatus.TOO_MANY_REQUESTS,
                }:
                    raise
                if time.monotonic() > deadline:
                    raise OperatorError(
                        f"{path}: not served after {_ESTABLISHED_SECONDS:.0f} s ({error}); see the API server's log"
                    ) from error
                time.sleep(0.1)


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
