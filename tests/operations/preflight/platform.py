"""A cluster that has everything that the settings of `dev` need, for tests of single preflight checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from kmetal_network.config.sections.metallb import BgpPeer
from kmetal_network.config.stackfile import Environment, load_stack
from kmetal_network.errors import Finding
from operations.preflight.check import Preflight
from operations.preflight.table import obstacles
from tests.support.fake_cluster import FakeCluster
from tests.support.stack_project import ROOT

LABEL: Final = "ovn.kubernetes.io/external-gw"
LABELS: Final[Mapping[str, str | None]] = {"w1": "true", "w2": "true"}
_GROUPS: Final = {
    "/api/v1": ["Namespace"],
    "/apis/kubeovn.io/v1": ["ProviderNetwork", "Vlan", "Subnet", "Vpc", "OvnEip", "OvnSnatRule"],
    "/apis/k8s.cni.cncf.io/v1": ["NetworkAttachmentDefinition"],
    "/apis/metallb.io/v1beta1": ["IPAddressPool", "L2Advertisement"],
    "/apis/metallb.io/v1beta2": ["BGPPeer"],
    "/apis/admissionregistration.k8s.io/v1": ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"],
    "/apis/source.toolkit.fluxcd.io/v1": ["OCIRepository"],
    "/apis/helm.toolkit.fluxcd.io/v2": ["HelmRelease"],
}
PEER: Final = BgpPeer.model_validate({"name": "tor", "myASN": 64512, "peerASN": 64513, "peerAddress": "172.21.204.2"})

SERVED: Final = {path: {"resources": [{"kind": kind} for kind in kinds]} for path, kinds in _GROUPS.items()}
"""Discovery of an API server that serves all of them."""

SECRETS: Final = "/api/v1/namespaces/kmetal-flux/secrets"
RELEASE: Final = "/apis/helm.toolkit.fluxcd.io/v2/namespaces/kmetal-flux/helmreleases/kmetal"
DEPLOYED: Final = {"items": [{"metadata": {"name": "sh.helm.release.v1.kmetal.v1"}}]}


def controller(
    image: str = "kube-ovn:v1.15.24", arguments: tuple[str, ...] = ("--non-primary-cni-mode",)
) -> dict[str, Any]:
    """Kube-OVN's Deployment."""
    container = {"name": "kube-ovn-controller", "image": image, "args": list(arguments)}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "kube-ovn-controller", "namespace": "kube-system"},
        "spec": {"template": {"spec": {"containers": [container]}}},
    }


def node(name: str, *, label: str | None = None, **annotations: str) -> dict[str, Any]:
    """A Node."""
    return {"metadata": {"name": name, "labels": {} if label is None else {LABEL: label}, "annotations": annotations}}


def platform(
    *,
    without: str = "",
    labels: Mapping[str, str | None] = LABELS,
    paths: Mapping[str, Any] | None = None,
    **kinds: Any,
) -> FakeCluster:
    """A cluster that serves every kind but one, runs Kube-OVN, and has the nodes that the settings name."""
    groups = {
        path: {"resources": [{"kind": kind} for kind in kinds if kind != without]} for path, kinds in _GROUPS.items()
    }
    nodes = [node("c1"), *(node(name, label=label) for name, label in labels.items())]
    return FakeCluster(**{"paths": {**groups, **(paths or {})}, "Deployment": [controller()], "Node": nodes, **kinds})


def environment(install: str = "release", peers: tuple[BgpPeer, ...] = ()) -> Environment:
    """The settings of `dev`, with a way of installation and BGP peers."""
    loaded, _ = load_stack(ROOT, "dev")
    metallb = loaded.settings.metallb.model_copy(update={"bgp_peers": peers})
    chart = loaded.settings.chart.model_copy(update={"install": install, "reference": "oci://x", "version": "1.4.0"})
    return replace(loaded, settings=loaded.settings.model_copy(update={"chart": chart, "metallb": metallb}))


def judged(cluster: FakeCluster, install: str = "release", peers: tuple[BgpPeer, ...] = ()) -> list[Finding]:
    """What every preflight check says of a cluster."""
    return [*obstacles(Preflight(environment=environment(install, peers), view=cluster.view))]
