"""A good network as plain objects, and edits of it: what the cases of the catalogue are made of.

It is the guide's network with what a careful operator adds: the management NIC, drops towards the platform's ranges, a
quota per tenant, and a second tenant whose block overlaps the first one's, which is legal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from kmetal_network.facts.model import Facts
from kmetal_network.facts.platform import Management
from kmetal_network.facts.reader import facts_of
from kmetal_network.facts.source_objects import default_place

Body: TypeAlias = dict[str, Any]

YES: Final = True
NO: Final = False
"""Values of flags; a bare literal as an argument says nothing."""

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

DROPS: Final = ("77.220.68.96/27", "10.93.0.0/16", "10.16.0.0/16", "100.64.0.0/16", "10.96.0.0/16", "172.21.204.0/24")


@dataclass
class Network:
    """Objects by the place at which a finding names them, and what no object says."""

    objects: dict[str, Body]
    context: Facts
    whole: bool = True
    others: dict[str, Network] = field(default_factory=dict)
    """Further environments, for laws between them."""

    def facts(self) -> Facts:
        """As the reader of manifests sees it."""
        return facts_of(self.objects.values(), whole=self.whole).joined(self.context)


Edit: TypeAlias = Callable[[Network], None]


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
        "spec": deepcopy(spec),
    }


def node(name: str, address: str, gateway: str | None = None) -> Body:
    """A node with one internal address."""
    labels = None if gateway is None else {"ovn.kubernetes.io/external-gw": gateway}
    body = build("Node", name, {}, labels=labels)
    return {**body, "status": {"addresses": [{"type": "InternalIP", "address": address}]}}


def policy(priority: int, match: str, action: str = "drop", **more: str) -> Body:
    """A policy route."""
    return {"priority": priority, "match": match, "action": action, **more}


def tenant(name: str, cluster: str, network: str) -> list[Body]:
    """A tenant with one cluster on `<network>.0/24`, as in kMetal's guide."""
    attachment, subnet = f"{name}-{cluster}-net", f"{name}-{cluster}-subnet"
    provider = f"{attachment}.{name}.ovn"
    config = {
        "cniVersion": "0.3.1",
        "name": "kube-ovn",
        "type": "kube-ovn",
        "server_socket": "/run/openvswitch/kube-ovn-daemon.sock",
        "provider": provider,
    }
    vpc = {
        "namespaces": [name],
        "enableExternal": True,
        "staticRoutes": [{"cidr": "0.0.0.0/0", "nextHopIP": "77.220.68.97", "policy": "policyDst"}],
        "policyRoutes": [policy(1500, f"ip4.dst == {block}") for block in DROPS],
    }
    block = {
        "vpc": f"{name}-vpc",
        "cidrBlock": f"{network}.0/24",
        "gateway": f"{network}.1",
        "protocol": "IPv4",
        "provider": provider,
        "namespaces": [name],
        "excludeIps": [f"{network}.1"],
    }
    return [
        build("Vpc", f"{name}-vpc", vpc),
        build("ResourceQuota", f"{name}-quota", {"hard": {"services.loadbalancers": "1"}}, namespace=name),
        build("NetworkAttachmentDefinition", attachment, {"config": json.dumps(config)}, namespace=name),
        build("Subnet", subnet, block),
        build("OvnSnatRule", f"{name}-snat-{cluster}", {"ovnEip": f"{name}-vpc-external", "vpcSubnet": subnet}),
    ]


def good() -> Network:
    """The network that breaks no law."""
    values = {
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
    external = {
        "vpc": "ovn-cluster",
        "vlan": "vlan222",
        "protocol": "IPv4",
        "cidrBlock": "77.220.68.96/27",
        "gateway": "77.220.68.97",
        "gatewayType": "distributed",
        "excludeIps": ["77.220.68.127", "77.220.68.96", "77.220.68.97"],
    }
    controller = {
        "name": "kube-ovn-controller",
        "image": "registry.example/kube-ovn:v1.15.24",
        "args": ["/kube-ovn/start-controller.sh", "--non-primary-cni-mode=true"],
    }
    objects = [
        build("HelmRelease", "kmetal", {"chartRef": {"name": "kmetal"}, "values": values}, namespace="kmetal-flux"),
        build(
            "Deployment",
            "kube-ovn-controller",
            {"template": {"spec": {"containers": [controller]}}},
            namespace="kube-system",
        ),
        build("ServiceCIDR", "kubernetes", {"cidrs": ["10.96.0.0/16"]}),
        build(
            "IPAddressPool",
            "tenant-cp-pool",
            {"addresses": ["172.21.204.200-172.21.204.250"]},
            namespace="kmetal-metallb",
        ),
        build(
            "L2Advertisement",
            "tenant-cp-l2",
            {"ipAddressPools": ["tenant-cp-pool"], "interfaces": ["data.204"]},
            namespace="kmetal-metallb",
        ),
        build("ProviderNetwork", "provider", {"defaultInterface": "data.222", "excludeNodes": ["c1"]}),
        build("Vlan", "vlan222", {"id": 0, "provider": "provider"}),
        build("Subnet", "external", external),
        build("Vpc", "ovn-cluster", {"extraExternalSubnets": ["external"]}),
        build(
            "Subnet",
            "ovn-default",
            {"vpc": "ovn-cluster", "cidrBlock": "10.16.0.0/16", "gateway": "10.16.0.1", "provider": "ovn"},
        ),
        build(
            "Subnet",
            "join",
            {"vpc": "ovn-cluster", "cidrBlock": "100.64.0.0/16", "gateway": "100.64.0.1", "provider": "ovn"},
        ),
        node("c1", "172.21.204.11"),
        node("w1", "172.21.204.12", "true"),
        node("w2", "172.21.204.13", "true"),
        *tenant("alpha", "dev", "10.100.0"),
        *tenant("beta", "dev", "10.100.0"),
    ]
    management = Management(place="management", interface="data.204")
    return Network({default_place(body): body for body in objects}, Facts(management=(management,)))


def put(place: str, path: str, value: Any) -> Edit:
    """Set a field; the path is dotted, digits are places in a list, `+` appends."""

    def edit(network: Network) -> None:
        target: Any = network.objects[place]
        *steps, last = path.split(".")
        for step in steps:
            target = target[int(step)] if isinstance(target, list) else target.setdefault(step, {})
        if last == "+":
            target.append(deepcopy(value))
        else:
            target[int(last) if isinstance(target, list) else last] = deepcopy(value)

    return edit


def take(place: str, path: str) -> Edit:
    """Remove a field."""

    def edit(network: Network) -> None:
        target: Any = network.objects[place]
        *steps, last = path.split(".")
        for step in steps:
            target = target[int(step)] if isinstance(target, list) else target[step]
        del target[int(last) if isinstance(target, list) else last]

    return edit


def add(*bodies: Body) -> Edit:
    """Further objects."""

    def edit(network: Network) -> None:
        for body in bodies:
            network.objects[default_place(body)] = deepcopy(body)

    return edit


def again(place: str, **spec: Any) -> Edit:
    """The same object a second time, as another file may declare it."""

    def edit(network: Network) -> None:
        body = deepcopy(network.objects[place])
        body["spec"].update(spec)
        network.objects[f"{place} (again)"] = body

    return edit


def patch(place: str, **spec: Any) -> Edit:
    """A patch of the object, which leaves out all other fields; found at `<kind>Patch <name>`."""

    def edit(network: Network) -> None:
        body = deepcopy({**network.objects[place], "spec": spec})
        body["kind"] += "Patch"
        network.objects[f"{default_place(body)} ({', '.join(spec)})"] = body

    return edit


def gone(*places: str) -> Edit:
    """Without those objects."""

    def edit(network: Network) -> None:
        for place in places:
            del network.objects[place]

    return edit


def rename(place: str, name: str) -> Edit:
    """The object under another name, at its old place in the table."""

    def edit(network: Network) -> None:
        network.objects[place]["metadata"]["name"] = name

    return edit


def known_as(**facts: Any) -> Edit:
    """What no object says: facts that settings or other witnesses give."""

    def edit(network: Network) -> None:
        network.context = network.context.joined(Facts(**facts))

    return edit


def managed(cidr: str | None = None, interface: str = "data.204") -> Edit:
    """The management VLAN as the settings tell it."""

    def edit(network: Network) -> None:
        network.context = replace(
            network.context, management=(Management(place="management", interface=interface, cidr=cidr),)
        )

    return edit


def partial(network: Network) -> None:
    """Others hold the rest of the network."""
    network.whole = False


def beside(name: str, *edits: Edit) -> Edit:
    """A second environment: one whose addresses are its own, then edited."""

    def edit(network: Network) -> None:
        other = good()
        for change in (
            put(EXTERNAL, "spec.cidrBlock", "77.220.69.96/27"),
            put(EXTERNAL, "spec.gateway", "77.220.69.97"),
            put(POOL, "spec.addresses", ["172.21.205.200-172.21.205.250"]),
            *(
                put(f"Node {each}", "status.addresses.0.address", f"172.21.205.{last}")
                for each, last in (("c1", 11), ("w1", 12), ("w2", 13))
            ),
            *edits,
        ):
            change(other)
        network.others[name] = other

    return edit
