"""Networks made by hand, as an API server would list them, for tests without one."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from kmetal_network.adoption.proposal import Answers, Proposal, propose
from kmetal_network.adoption.reading import KINDS
from kmetal_network.config.settings import Settings
from kmetal_network.manifests.inventory import admission_objects, owned_manifests

ROOT: Final = Path(__file__).parents[3]
UID: Final = "5d0c1c0e-6a54-4a3c-9b7e-2f1f3b0c7a11"
L2: Final = "L2Advertisement kmetal-metallb/tenant-cp-l2"

VALUES: Final[Mapping[str, Any]] = {
    "network": {
        "flannel": {"enabled": True, "podCidr": "10.93.0.0/16", "backend": "host-gw"},
        "kubeOvn": {
            "enabled": True,
            "podCidr": "10.16.0.0/16",
            "podGateway": "10.16.0.1",
            "svcCidr": "10.96.0.0/16",
            "joinCidr": "100.64.0.0/16",
            "tunnelInterface": "data.205",
            "tunnelType": "geneve",
        },
        "multus": {"enabled": True},
    }
}

PAGE: Final = """
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: tenant-cp-pool, namespace: kmetal-metallb}
spec: {addresses: [172.21.204.200-172.21.204.250]}
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: tenant-cp-l2, namespace: kmetal-metallb}
spec: {ipAddressPools: [tenant-cp-pool]}
---
apiVersion: kubeovn.io/v1
kind: ProviderNetwork
metadata: {name: provider}
spec: {defaultInterface: data.222, excludeNodes: [c1]}
---
apiVersion: kubeovn.io/v1
kind: Vlan
metadata: {name: vlan222}
spec: {id: 0, provider: provider}
---
apiVersion: kubeovn.io/v1
kind: Subnet
metadata: {name: external}
spec:
  vpc: ovn-cluster
  vlan: vlan222
  protocol: IPv4
  cidrBlock: 77.220.68.96/27
  gateway: 77.220.68.97
  gatewayType: distributed
  excludeIps: [77.220.68.96, 77.220.68.97, 77.220.68.127]
---
apiVersion: kubeovn.io/v1
kind: Vpc
metadata: {name: alpha-vpc}
spec:
  namespaces: [alpha]
  enableExternal: true
  staticRoutes:
    - {cidr: 0.0.0.0/0, nextHopIP: 77.220.68.97, policy: policyDst}
  policyRoutes:
    - {priority: 1500, match: "ip4.dst == 77.220.68.96/27", action: drop}
---
apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata: {name: alpha-dev-net, namespace: alpha}
spec:
  config: |
    {
      "cniVersion": "0.3.1",
      "name": "kube-ovn",
      "type": "kube-ovn",
      "server_socket": "/run/openvswitch/kube-ovn-daemon.sock",
      "provider": "alpha-dev-net.alpha.ovn"
    }
---
apiVersion: kubeovn.io/v1
kind: Subnet
metadata: {name: alpha-dev-subnet}
spec:
  vpc: alpha-vpc
  cidrBlock: 10.100.0.0/24
  gateway: 10.100.0.1
  protocol: IPv4
  provider: alpha-dev-net.alpha.ovn
  namespaces: [alpha]
  excludeIps: [10.100.0.1]
---
apiVersion: kubeovn.io/v1
kind: OvnSnatRule
metadata: {name: alpha-snat-dev}
spec: {ovnEip: alpha-vpc-external, vpcSubnet: alpha-dev-subnet}
"""
"""The objects of kMetal's guide, in its wording and order; the default Vpc's patch and the labels are separate."""

ZEROES: Final = {"default": False, "enableLb": True, "gatewayNode": "", "natOutgoing": False, "private": False}
"""What Kube-OVN writes into every Subnet (docs/evidence/kube-ovn.md#rewrites)."""

_DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "IPAddressPool": {"autoAssign": True, "avoidBuggyIPs": False},
    "BGPPeer": {"disableMP": False, "dualStackAddressFamily": False, "peerPort": 179},
    "BGPAdvertisement": {"aggregationLength": 32, "aggregationLengthV6": 128},
}

Network = dict[str, dict[str, dict[str, Any]]]


def page() -> list[dict[str, Any]]:
    """The page's objects."""
    return list(yaml.safe_load_all(PAGE))


def live(objects: list[dict[str, Any]], nodes: tuple[str, ...] = ("w1", "w2")) -> Network:
    """Those objects as the API server and the controllers leave them, on a cluster that has its own."""
    own = [
        *objects,
        *(_bare("v1", "Node", node, {"ovn.kubernetes.io/external-gw": "true"}) for node in nodes),
        _bare("v1", "Node", "c1", {}),
        {**_bare("kubeovn.io/v1", "Vpc", "ovn-cluster", {}), "spec": {"extraExternalSubnets": ["external"]}},
    ]
    network: Network = {kind: {} for kind in KINDS}
    for item in copy.deepcopy(own):
        metadata = item["metadata"]
        key = "/".join(part for part in (metadata.get("namespace"), metadata["name"]) if part)
        metadata |= {"uid": key, "resourceVersion": "1"}
        for field, value in _DEFAULTS.get(item["kind"], {}).items():
            item["spec"].setdefault(field, value)
        if item["kind"] == "Subnet":
            item["spec"] |= {**ZEROES, "u2oFeatures": {}, **item["spec"]}
            item["spec"]["excludeIps"].sort()
            manager = {"manager": "kube-ovn-controller", "operation": "Update"}
            fields = {f"f:{field}": {} for field in (*ZEROES, "u2oFeatures")}
            metadata["managedFields"] = [{**manager, "fieldsV1": {"f:spec": fields}}]
        network[item["kind"]][key] = item
    for namespace in {key.partition("/")[0] for key in network["NetworkAttachmentDefinition"]}:
        network["Namespace"].setdefault(
            namespace, _bare("v1", "Namespace", namespace, {"kubernetes.io/metadata.name": namespace})
        )
    return network


def _bare(api_version: str, kind: str, name: str, labels: dict[str, str]) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "labels": labels}}


def live_of(settings: Settings, stack: str) -> Network:
    """What those settings become, as if somebody had applied it by hand: without a label or a note of ours."""
    bodies = []
    admission_kinds = {manifest.kind for manifest in admission_objects(settings, stack)}  # no one has made that by hand
    for manifest in owned_manifests(settings, stack):
        if manifest.kind in admission_kinds:
            continue
        if manifest.kind in ("OCIRepository", "HelmRelease"):
            continue
        body = json.loads(json.dumps(manifest.body))
        body["metadata"].pop("annotations", None)
        own = {
            key: value
            for key, value in body["metadata"].get("labels", {}).items()
            if not key.startswith("kmetal-network/")
        }
        body["metadata"]["labels"] = own
        bodies.append(body)
    return live(bodies, settings.provider.gateway_nodes)


def proposed(network: Network, **answers: Any) -> Proposal:
    """The adoption of that network under the stack `dev`."""
    given: dict[str, Any] = {
        "stack": "dev",
        "cluster": {"context": "kmetal-sandbox", "uid": UID},
        "management_interface": "data.204",
        "values": VALUES,
        **answers,
    }
    return propose(network, Answers(**given))
