"""Cases of the families of environments and operation (NET-6xx, NET-7xx)."""

from __future__ import annotations

from kmetal_network.facts.model import UNKNOWN, ClusterFact, Cni
from tests.law_cases.case import breaks, passes
from tests.support.network import (
    CONTROLLER,
    EXTERNAL,
    LAYER2,
    NO,
    POOL,
    RELEASE,
    SERVICES,
    SUBNET,
    Edit,
    add,
    beside,
    build,
    gone,
    known_as,
    put,
    take,
)

VALUES = "spec.values.network"
UID = "0d1f5b0e-7c2d-4c33-9a51-3f0a2f4f9f11"
OTHER_UID = "5a1e0b0e-7c2d-4c33-9a51-3f0a2f4f9f22"
IMAGE = "spec.template.spec.containers.0.image"
ARGUMENTS = "spec.template.spec.containers.0.args"


def named(uid: str) -> Edit:
    """The cluster that the settings name."""
    return known_as(clusters=(ClusterFact(place="cluster", expected_uid=uid),))


def shown(uid: str) -> Edit:
    """The cluster that is there."""
    body = build("Namespace", "kube-system", {})
    body["metadata"]["uid"] = uid
    return add(body)


def tunnel(mtu: int, kind: str = "geneve") -> Edit:
    """What the settings say of the tunnel NIC."""
    return known_as(
        cni=(Cni(place="network", tunnel_interface="data.205", tunnel_type=kind, tunnel_mtu=mtu, multus=True),)
    )


def values_pool(name: str) -> Edit:
    return put(
        RELEASE, "spec.values.metallb", {"pools": [{"name": name, "addresses": ["172.21.204.200-172.21.204.250"]}]}
    )


CASES = (
    passes("NET-601", "blocks that touch", beside("two", put(EXTERNAL, "spec.cidrBlock", "77.220.68.128/27"))),
    passes(
        "NET-601",
        "one block twice in one environment, which other laws ask about",
        add(build("Subnet", "second", {"cidrBlock": "77.220.68.96/28", "vlan": "vlan222", "vpc": "ovn-cluster"})),
        beside("two"),
    ),
    breaks(
        "NET-601",
        "one block, two environments",
        beside("two", put(EXTERNAL, "spec.cidrBlock", "77.220.68.96/28")),
        at=EXTERNAL,
    ),
    passes(
        "NET-602", "pools that touch", beside("two", put(POOL, "spec.addresses", ["172.21.204.251-172.21.204.254"]))
    ),
    passes(
        "NET-602",
        "one address twice in one environment, which other laws ask about",
        put(POOL, "spec.addresses", ["172.21.204.200", "172.21.204.200/29"]),
        beside("two"),
    ),
    breaks(
        "NET-602",
        "pools that share one address",
        beside("two", put(POOL, "spec.addresses", ["172.21.204.250-172.21.204.254"])),
        at=POOL,
    ),
    passes("NET-603", "two clusters", named(UID), beside("two", named(OTHER_UID))),
    breaks("NET-603", "one cluster twice", named(UID), beside("two", named(UID)), at="cluster"),
    passes(
        "NET-604",
        "a difference that is declared",
        beside(
            "two",
            known_as(differences={"tunnelType": "no offload for geneve on those NICs"}),
            put(RELEASE, f"{VALUES}.kubeOvn.tunnelType", "vxlan"),
        ),
    ),
    breaks(
        "NET-604", "another tunnel", beside("two", put(RELEASE, f"{VALUES}.kubeOvn.tunnelType", "vxlan")), at=RELEASE
    ),
    breaks(
        "NET-604",
        "announced by BGP",
        beside("two", gone(LAYER2), add(build("BGPAdvertisement", "routed", {}, namespace="kmetal-metallb"))),
        at=RELEASE,
    ),
    breaks(
        "NET-604",
        "tagged by OVN",
        beside("two", put("ProviderNetwork provider", "spec.defaultInterface", "eth9")),
        at=RELEASE,
    ),
    passes(
        "NET-605",
        "a pool beside another's external block",
        beside("two", put(POOL, "spec.addresses", ["77.220.68.128/27"])),
    ),
    breaks(
        "NET-605",
        "a pool in another's external block",
        beside("two", put(POOL, "spec.addresses", ["77.220.68.126-77.220.68.128"])),
        at=POOL,
    ),
    passes(
        "NET-606",
        "addresses side by side",
        beside("two", put("Node w1", "status.addresses.0.address", "172.21.204.14")),
    ),
    passes(
        "NET-606",
        "one address twice in one environment",
        put("Node w1", "status.addresses.0.address", "172.21.204.13"),
        beside("two"),
    ),
    breaks(
        "NET-606",
        "one node twice",
        beside("two", put("Node w1", "status.addresses.0.address", "172.21.204.12")),
        at="Node w1",
    ),
    passes("NET-701", "left to the chart, whose default is on", take(RELEASE, f"{VALUES}.multus")),
    breaks("NET-701", "Multus off", put(RELEASE, f"{VALUES}.multus.enabled", NO), at=RELEASE),
    breaks("NET-701", "Kube-OVN off", put(RELEASE, f"{VALUES}.kubeOvn.enabled", NO), at=RELEASE),
    passes("NET-702", "a NIC that is not known yet", put(RELEASE, f"{VALUES}.kubeOvn.tunnelInterface", UNKNOWN)),
    breaks("NET-702", "no NIC", take(RELEASE, f"{VALUES}.kubeOvn.tunnelInterface"), at=RELEASE),
    breaks("NET-702", "an empty NIC", put(RELEASE, f"{VALUES}.kubeOvn.tunnelInterface", ""), at=RELEASE),
    passes("NET-703", "no pools in the values", put(RELEASE, "spec.values.metallb", {"enabled": True, "pools": []})),
    breaks("NET-703", "one pool, two owners", values_pool("tenant-cp-pool"), at=RELEASE),
    breaks("NET-703", "a pool in the values", gone(POOL), values_pool("tenant-cp-pool"), at=RELEASE),
    passes("NET-704", "1.15.0", put(CONTROLLER, IMAGE, "registry.example/kube-ovn:v1.15.0")),
    passes("NET-704", "a tag without numbers", put(CONTROLLER, IMAGE, "registry.example/kube-ovn:main")),
    breaks("NET-704", "1.14.41", put(CONTROLLER, IMAGE, "registry.example/kube-ovn:v1.14.41"), at=CONTROLLER),
    breaks(
        "NET-704",
        "1.13.15 by its digest, too",
        put(CONTROLLER, IMAGE, "registry.example:5000/kube-ovn:v1.13.15@sha256:ab12cd"),
        at=CONTROLLER,
    ),
    passes("NET-704", "a registry with a port and no tag", put(CONTROLLER, IMAGE, "registry.example:5000/kube-ovn")),
    passes(
        "NET-705", "one of the API server's two ranges", put(SERVICES, "spec.cidrs", ["10.96.0.0/16", "fd00:96::/112"])
    ),
    breaks("NET-705", "kubeadm's default", put(SERVICES, "spec.cidrs", ["10.96.0.0/12"]), at=RELEASE),
    passes("NET-706", "the one that is named", named(UID), shown(UID)),
    breaks("NET-706", "another", named(UID), shown(OTHER_UID), at="cluster"),
    passes("NET-707", "the flag without a value", put(CONTROLLER, ARGUMENTS, ["--non-primary-cni-mode"])),
    breaks("NET-707", "no flag", put(CONTROLLER, ARGUMENTS, ["--non-primary-cni-mode=false"]), at=CONTROLLER),
    passes(
        "NET-708",
        "switched on by hand",
        put(CONTROLLER, ARGUMENTS, ["--non-primary-cni-mode=true", "--enable-eip-snat=true"]),
    ),
    breaks(
        "NET-708",
        "switched off",
        put(CONTROLLER, ARGUMENTS, ["--non-primary-cni-mode=true", "--enable-eip-snat=false"]),
        at=CONTROLLER,
    ),
    passes(
        "NET-712",
        "the defaults written out",
        put(
            CONTROLLER,
            ARGUMENTS,
            ["--non-primary-cni-mode", "--external-gateway-switch=external", "--cluster-router=ovn-cluster"],
        ),
    ),
    breaks(
        "NET-712",
        "another external Subnet",
        put(CONTROLLER, ARGUMENTS, ["--non-primary-cni-mode", "--external-gateway-switch=uplink"]),
        at=CONTROLLER,
    ),
    breaks(
        "NET-712",
        "another default VPC",
        put(CONTROLLER, ARGUMENTS, ["--non-primary-cni-mode", "--cluster-router=main"]),
        at=CONTROLLER,
    ),
    passes(
        "NET-709",
        "a Secret by name",
        add(
            build(
                "BGPPeer",
                "leaf",
                {"myASN": 64512, "peerASN": 64513, "peerAddress": "172.21.204.1", "passwordSecret": {"name": "leaf"}},
                namespace="kmetal-metallb",
            )
        ),
    ),
    breaks(
        "NET-709",
        "a password",
        add(
            build(
                "BGPPeer",
                "leaf",
                {"myASN": 64512, "peerASN": 64513, "peerAddress": "172.21.204.1", "password": "x"},
                namespace="kmetal-metallb",
            )
        ),
        at="BGPPeer kmetal-metallb/leaf",
    ),
    passes("NET-710", "stt", put(RELEASE, f"{VALUES}.kubeOvn.tunnelType", "stt")),
    breaks("NET-710", "gre", put(RELEASE, f"{VALUES}.kubeOvn.tunnelType", "gre"), at=RELEASE),
    passes("NET-711", "1400 in a tunnel of 1500", tunnel(1500), put(SUBNET, "spec.mtu", 1400)),
    passes("NET-711", "1450 in a tunnel of 1500 by vxlan", tunnel(1500, "vxlan"), put(SUBNET, "spec.mtu", 1450)),
    passes("NET-711", "left to Kube-OVN", tunnel(1500), put(SUBNET, "spec.mtu", 0)),
    passes("NET-711", "the least that IPv4 has", put(SUBNET, "spec.mtu", 68)),
    breaks("NET-711", "1401 in a tunnel of 1500", tunnel(1500), put(SUBNET, "spec.mtu", 1401), at=SUBNET),
    breaks("NET-711", "10", put(SUBNET, "spec.mtu", 10), at=SUBNET),
)
