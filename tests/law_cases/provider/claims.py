"""Cases of `kmetal_network.laws.provider.claims`."""

from __future__ import annotations

from tests.law_cases.case import breaks, passes
from tests.law_cases.metallb.edits import config_map
from tests.support.network.edits import NO, YES, add, put
from tests.support.network.objects import EXTERNAL, Body, build

WEB = "Service alpha/web"
KUBE_VIP = "DaemonSet kube-system/kube-vip"


def service(annotations: Body | None = None, **spec: object) -> Body:
    body = build("Service", "web", {"ports": [{"port": 80}], **spec}, namespace="alpha")
    if annotations:
        body["metadata"]["annotations"] = annotations
    return body


def kube_vip(**env: str) -> Body:
    container = {
        "name": "kube-vip",
        "image": "registry.example/kube-vip/kube-vip:v0.9.0",
        "env": [{"name": name, "value": value} for name, value in env.items()],
    }
    return build("DaemonSet", "kube-vip", {"template": {"spec": {"containers": [container]}}}, namespace="kube-system")


CASES = (
    passes("NET-228", "an address next to the provider block", add(service(externalIPs=["77.220.68.95"]))),
    breaks("NET-228", "an address of the provider block", add(service(externalIPs=["77.220.68.100"])), at=WEB),
    passes("NET-229", "an address of a pool", add(service(loadBalancerIP="172.21.204.201"))),
    breaks("NET-229", "by its field", add(service(loadBalancerIP="77.220.68.100")), at=WEB),
    *(
        breaks("NET-229", f"by {key}", add(service({key: "172.21.204.201, 77.220.68.100"})), at=WEB)
        for key in (
            "metallb.io/loadBalancerIPs",
            "metallb.universe.tf/loadBalancerIPs",
            "kube-vip.io/loadbalancerIPs",
            "io.cilium/lb-ipam-ips",
            "lbipam.cilium.io/ips",
        )
    ),
    passes(
        "NET-230",
        "kube-vip on the management VLAN",
        add(
            config_map("kubevip", range_global="172.21.204.100-172.21.204.110"),
            kube_vip(vip_interface="data.204", address="172.21.204.9"),
        ),
    ),
    passes("NET-230", "another's configuration", add(config_map("other", range_global="77.220.68.100-77.220.68.101"))),
    breaks(
        "NET-230",
        "a range of the provider block",
        add(config_map("kubevip", range_global="172.21.204.100-172.21.204.110,77.220.68.100-77.220.68.110")),
        at="ConfigMap kube-system/kubevip",
    ),
    breaks("NET-230", "the provider NIC", add(kube_vip(vip_interface="data.222")), at=KUBE_VIP),
    breaks("NET-230", "an API server's address there", add(kube_vip(address="77.220.68.126")), at=KUBE_VIP),
    passes(
        "NET-231",
        "a pool next to the provider block",
        add(build("CiliumLoadBalancerIPPool", "c", {"blocks": [{"cidr": "77.220.68.64/27"}]})),
    ),
    breaks(
        "NET-231",
        "a pool in the provider block",
        add(build("CiliumLoadBalancerIPPool", "c", {"blocks": [{"cidr": "77.220.68.96/30"}]})),
        at="CiliumLoadBalancerIPPool c",
    ),
    breaks(
        "NET-231",
        "a range that reaches in",
        add(build("CiliumLoadBalancerIPPool", "c", {"blocks": [{"start": "77.220.68.90", "stop": "77.220.68.96"}]})),
        at="CiliumLoadBalancerIPPool c",
    ),
    passes(
        "NET-232",
        "the management NIC alone",
        add(build("CiliumL2AnnouncementPolicy", "a", {"interfaces": [r"^data\.204$"]})),
    ),
    breaks(
        "NET-232",
        "every NIC",
        add(build("CiliumL2AnnouncementPolicy", "a", {"loadBalancerIPs": YES})),
        at="CiliumL2AnnouncementPolicy a",
    ),
    breaks(
        "NET-232",
        "an expression that matches the provider NIC too",
        add(build("CiliumL2AnnouncementPolicy", "a", {"interfaces": ["^data"]})),
        at="CiliumL2AnnouncementPolicy a",
    ),
    passes(
        "NET-233",
        "a router of the management VLAN",
        add(build("CiliumBGPClusterConfig", "b", {"bgpInstances": [{"peers": [{"peerAddress": "172.21.204.1"}]}]})),
    ),
    breaks(
        "NET-233",
        "a router of the provider VLAN",
        add(build("CiliumBGPClusterConfig", "b", {"bgpInstances": [{"peers": [{"peerAddress": "77.220.68.97"}]}]})),
        at="CiliumBGPClusterConfig b",
    ),
    breaks(
        "NET-233",
        "the older kind",
        add(
            build(
                "CiliumBGPPeeringPolicy", "b", {"virtualRouters": [{"neighbors": [{"peerAddress": "77.220.68.97/32"}]}]}
            )
        ),
        at="CiliumBGPPeeringPolicy b",
    ),
    passes("NET-234", "the switch, off", put(EXTERNAL, "spec.enableExternalLBAddress", NO)),
    breaks("NET-234", "the switch, on", put(EXTERNAL, "spec.enableExternalLBAddress", YES), at=EXTERNAL),
)
