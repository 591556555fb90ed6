"""Cases of what other kinds claim of the provider block (NET-228 to NET-234), and of BGP on the provider VLAN."""

from __future__ import annotations

from tests.law_cases.case import breaks, passes
from tests.law_cases.metallb import PEER, bgp, peer
from tests.support.network import EXTERNAL, LAYER2, NO, PROVIDER, VLAN, YES, Body, add, build, gone, put

WEB = "Service alpha/web"
FRR = "FRRConfiguration kmetal-metallb/routes"
KUBE_VIP = "DaemonSet kube-system/kube-vip"


def service(annotations: Body | None = None, **spec: object) -> Body:
    body = build("Service", "web", {"ports": [{"port": 80}], **spec}, namespace="alpha")
    if annotations:
        body["metadata"]["annotations"] = annotations
    return body


def frr(**router: object) -> Body:
    return build(
        "FRRConfiguration", "routes", {"bgp": {"routers": [{"asn": 64512, **router}]}}, namespace="kmetal-metallb"
    )


def raw_frr(text: str) -> Body:
    return build("FRRConfiguration", "routes", {"raw": {"rawConfig": text}}, namespace="kmetal-metallb")


def config_map(name: str, **data: str) -> Body:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "kube-system"},
        "spec": {},
        "data": {key.replace("_", "-"): value for key, value in data.items()},
    }


def kube_vip(**env: str) -> Body:
    container = {
        "name": "kube-vip",
        "image": "registry.example/kube-vip/kube-vip:v0.9.0",
        "env": [{"name": name, "value": value} for name, value in env.items()],
    }
    return build("DaemonSet", "kube-vip", {"template": {"spec": {"containers": [container]}}}, namespace="kube-system")


CASES = (
    passes("NET-228", "an address beside the provider block", add(service(externalIPs=["77.220.68.95"]))),
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
        "a pool beside the provider block",
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
    passes("NET-214", "a session on the management NIC", add(bgp(), peer(peerAddress=None, interface="data.204"))),
    breaks(
        "NET-214", "a session on the provider NIC", add(bgp(), peer(peerAddress=None, interface="data.222")), at=PEER
    ),
    breaks(
        "NET-214",
        "a session from an address of the provider block",
        add(bgp(), peer(sourceAddress="77.220.68.99")),
        at=PEER,
    ),
    passes(
        "NET-214",
        "an FRR neighbour on the management VLAN",
        add(frr(prefixes=["172.21.204.200/32"], neighbors=[{"address": "172.21.204.1", "asn": 64513}])),
    ),
    breaks(
        "NET-214",
        "an FRR neighbour on the provider VLAN",
        add(frr(neighbors=[{"address": "77.220.68.97", "asn": 64513}])),
        at=FRR,
    ),
    breaks(
        "NET-214",
        "an FRR neighbour on the provider NIC",
        add(frr(neighbors=[{"interface": "data.222", "asn": 64513}])),
        at=FRR,
    ),
    breaks("NET-203", "an FRR prefix in the provider block", add(frr(prefixes=["77.220.68.96/28"])), at=FRR),
    breaks(
        "NET-203",
        "an FRR prefix that a neighbour is told",
        add(frr(neighbors=[{"address": "172.21.204.1", "toAdvertise": {"allowed": {"prefixes": ["77.220.68.0/24"]}}}])),
        at=FRR,
    ),
    breaks(
        "NET-203",
        "an FRR prefix in FRR's own language",
        add(raw_frr("router bgp 64512\n address-family ipv4\n  network 77.220.68.96/27\n")),
        at=FRR,
    ),
    breaks(
        "NET-202",
        "a pool of the kind before advertisements",
        gone(LAYER2),
        add(
            build(
                "AddressPool",
                "old",
                {"protocol": "layer2", "addresses": ["172.21.204.10/32"]},
                namespace="kmetal-metallb",
            ),
            build("L2Advertisement", "tenant-cp-l2", {"interfaces": ["data.204"]}, namespace="kmetal-metallb"),
        ),
        at="AddressPool kmetal-metallb/old",
    ),
    passes(
        "NET-202",
        "a pool of that kind by BGP",
        add(
            build(
                "AddressPool", "old", {"protocol": "bgp", "addresses": ["172.21.204.10/32"]}, namespace="kmetal-metallb"
            )
        ),
    ),
    breaks(
        "NET-202",
        "the VLAN of a network that a Vlan with an empty provider is on",
        put(PROVIDER, "spec.defaultInterface", "eth9"),
        put(VLAN, "spec.id", 222),
        put(VLAN, "spec.provider", ""),
        put(LAYER2, "spec.interfaces", ["eth9.222"]),
        at=LAYER2,
    ),
)
