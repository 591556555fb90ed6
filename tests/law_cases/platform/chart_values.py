"""Cases of `kmetal_network.laws.platform.chart_values`."""

from __future__ import annotations

from kmetal_network.facts.platform import Cni
from kmetal_network.facts.unknown import UNKNOWN
from tests.law_cases.case import breaks, passes
from tests.law_cases.platform.edits import VALUES
from tests.support.network.edits import NO, Edit, add, gone, known_as, patch, put, take
from tests.support.network.objects import POOL, RELEASE, SUBNET, build


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
    passes("NET-701", "left to the chart, whose default is on", take(RELEASE, f"{VALUES}.multus")),
    breaks("NET-701", "Multus off", put(RELEASE, f"{VALUES}.multus.enabled", NO), at=RELEASE),
    breaks("NET-701", "Kube-OVN off", put(RELEASE, f"{VALUES}.kubeOvn.enabled", NO), at=RELEASE),
    passes("NET-702", "a NIC that is not known yet", put(RELEASE, f"{VALUES}.kubeOvn.tunnelInterface", UNKNOWN)),
    breaks("NET-702", "no NIC", take(RELEASE, f"{VALUES}.kubeOvn.tunnelInterface"), at=RELEASE),
    breaks("NET-702", "an empty NIC", put(RELEASE, f"{VALUES}.kubeOvn.tunnelInterface", ""), at=RELEASE),
    passes(
        "NET-702",
        "a patch of the chart's values that leaves the NIC to others",
        patch(RELEASE, values={"network": {"kubeOvn": {"podCidr": "10.16.0.0/16"}}}),
    ),
    passes("NET-703", "no pools in the values", put(RELEASE, "spec.values.metallb", {"enabled": True, "pools": []})),
    breaks("NET-703", "one pool, two owners", values_pool("tenant-cp-pool"), at=RELEASE),
    breaks("NET-703", "a pool in the values", gone(POOL), values_pool("tenant-cp-pool"), at=RELEASE),
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
    breaks("NET-711", "a patch with an MTU of 10", patch(SUBNET, mtu=10), at="SubnetPatch alpha-dev-subnet"),
)
