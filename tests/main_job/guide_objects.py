"""The network of kMetal's guide, written by hand as the guide prints it, in the form in which the controllers leave it alone.

That is (docs/evidence/kube-ovn.md#rewrites): `excludeIps` sorted, six keys in a static route.
"""

from __future__ import annotations

from typing import Any

KUBE_OVN = "/apis/kubeovn.io/v1"

GUIDE_OBJECTS: dict[str, dict[str, Any]] = {
    "/apis/metallb.io/v1beta1/namespaces/kmetal-metallb/ipaddresspools/tenant-cp-pool": {
        "addresses": ["172.21.204.200-172.21.204.250"],
    },
    # The page names no interface; without one MetalLB answers on the provider NIC too (the one addition).
    "/apis/metallb.io/v1beta1/namespaces/kmetal-metallb/l2advertisements/tenant-cp-l2": {
        "ipAddressPools": ["tenant-cp-pool"],
        "interfaces": ["data.204"],
    },
    f"{KUBE_OVN}/provider-networks/provider": {"defaultInterface": "data.222", "excludeNodes": ["c1"]},
    f"{KUBE_OVN}/vlans/vlan222": {"id": 0, "provider": "provider"},
    f"{KUBE_OVN}/subnets/external": {
        "vpc": "ovn-cluster",
        "vlan": "vlan222",
        "protocol": "IPv4",
        "cidrBlock": "77.220.68.96/27",
        "gateway": "77.220.68.97",
        "gatewayType": "distributed",
        "excludeIps": ["77.220.68.127", "77.220.68.96", "77.220.68.97"],
    },
    f"{KUBE_OVN}/vpcs/ovn-cluster": {"extraExternalSubnets": ["external"]},
    f"{KUBE_OVN}/vpcs/alpha-vpc": {
        "namespaces": ["alpha"],
        "enableExternal": True,
        "staticRoutes": [
            {
                "cidr": "0.0.0.0/0",
                "nextHopIP": "77.220.68.97",
                "policy": "policyDst",
                "ecmpMode": "",
                "bfdId": "",
                "routeTable": "",
            }
        ],
        "policyRoutes": [{"priority": 1500, "match": "ip4.dst == 77.220.68.96/27", "action": "drop"}],
    },
    "/apis/k8s.cni.cncf.io/v1/namespaces/alpha/network-attachment-definitions/alpha-dev-net": {
        "config": '{"cniVersion":"0.3.1","name":"kube-ovn","type":"kube-ovn",'
        '"server_socket":"/run/openvswitch/kube-ovn-daemon.sock","provider":"alpha-dev-net.alpha.ovn"}',
    },
    f"{KUBE_OVN}/subnets/alpha-dev-subnet": {
        "vpc": "alpha-vpc",
        "cidrBlock": "10.100.0.0/24",
        "gateway": "10.100.0.1",
        "protocol": "IPv4",
        "provider": "alpha-dev-net.alpha.ovn",
        "namespaces": ["alpha"],
        "excludeIps": ["10.100.0.1"],
    },
    f"{KUBE_OVN}/ovn-snat-rules/alpha-snat-dev": {"ovnEip": "alpha-vpc-external", "vpcSubnet": "alpha-dev-subnet"},
}

CONTROLLERS_OWN = {"default", "enableLb", "gatewayNode", "natOutgoing", "private", "u2oFeatures"}
"""Fields of a Subnet that kube-ovn-controller adds (docs/evidence/kube-ovn.md#observed-objects)."""

DEFAULTED = {"autoAssign", "avoidBuggyIPs"}
"""Fields of an IPAddressPool that its definition defaults."""

GUIDE_VALUES = {
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
    },
    "metallb": {"enabled": True},
}
