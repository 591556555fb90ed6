"""Cases of `kmetal_network.laws.platform.controller`."""

from __future__ import annotations

from tests.law_cases.case import breaks, passes
from tests.law_cases.platform.edits import OTHER_UID, UID, named
from tests.support.network.edits import Edit, add, gone, put
from tests.support.network.objects import CONTROLLER, RELEASE, SERVICES, build

IMAGE = "spec.template.spec.containers.0.image"
ARGUMENTS = "spec.template.spec.containers.0.args"


def shown(uid: str) -> Edit:
    """The cluster that is there."""
    body = build("Namespace", "kube-system", {})
    body["metadata"]["uid"] = uid
    return add(body)


CASES = (
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
    breaks(
        "NET-705",
        "a range that kubeadm serves",
        gone("ServiceCIDR kubernetes"),
        add(
            {
                "apiVersion": "kubeadm.k8s.io/v1beta4",
                "kind": "ClusterConfiguration",
                "metadata": {"name": "kubeadm"},
                "spec": {},
                "networking": {"serviceSubnet": "10.96.0.0/12"},
            }
        ),
        at="HelmRelease kmetal-flux/kmetal",
    ),
    breaks(
        "NET-705",
        "a range that the API server's own pod serves",
        gone("ServiceCIDR kubernetes"),
        add(
            build(
                "Pod",
                "kube-apiserver-c1",
                {"containers": [{"command": ["kube-apiserver", "--service-cluster-ip-range=10.97.0.0/16"]}]},
                namespace="kube-system",
            )
        ),
        at="HelmRelease kmetal-flux/kmetal",
    ),
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
)
