"""A good network as plain objects, which breaks no law.

It is the guide's network with what a careful operator adds: the management NIC, drops towards the platform's ranges, a
quota per tenant, and a second tenant whose block overlaps the first one's, which is legal.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Final

from kmetal_network.facts.model import Facts
from kmetal_network.facts.platform import Management
from kmetal_network.facts.reader import facts_of
from kmetal_network.facts.source_objects import default_place
from tests.support.network.objects import Body, build, node, policy

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
