"""Edits of the good network that several files of cases share."""

from __future__ import annotations

from kmetal_network.facts.platform import ControlPlane
from tests.support.network.edits import Edit, put
from tests.support.network.objects import POOL, Body, build

BGP = "BGPAdvertisement kmetal-metallb/routed"
PEER = "BGPPeer kmetal-metallb/leaf"
OTHER = "IPAddressPool kmetal-metallb/other"


def addresses(*written: object) -> Edit:
    return put(POOL, "spec.addresses", list(written))


def pool(name: str, *written: str, **spec: object) -> Body:
    return build("IPAddressPool", name, {"addresses": list(written), **spec}, namespace="kmetal-metallb")


def bgp(name: str = "routed", **spec: object) -> Body:
    """A BGP advertisement of the one pool."""
    return build("BGPAdvertisement", name, {"ipAddressPools": ["tenant-cp-pool"], **spec}, namespace="kmetal-metallb")


def peer(name: str = "leaf", **spec: object) -> Body:
    values = {"myASN": 64512, "peerASN": 64513, "peerAddress": "172.21.204.1", **spec}
    return build(
        "BGPPeer",
        name,
        {key: value for key, value in values.items() if value is not None},
        namespace="kmetal-metallb",
    )


def plane(name: str, address: str | None, namespace: str = "alpha") -> ControlPlane:
    return ControlPlane(place=f"tenants {name}", name=name, namespace=namespace, address=address)


def config_map(name: str, *, namespace: str = "kube-system", **data: str) -> Body:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {},
        "data": {key.replace("_", "-"): value for key, value in data.items()},
    }


HOST = "kubernetes.io/hostname"
