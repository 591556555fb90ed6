"""What the platform has to have before a write: by way of installation, and by what can be seen of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

import pytest

from kmetal_network.config.sections.metallb import BgpPeer
from kmetal_network.config.stackfile import Environment, load_stack
from kmetal_network.errors import Finding, OperatorError, Severity
from operations.cluster.live import LiveCluster
from operations.preflight.platform import platform
from tests.support.stack_project import ROOT

LABELS = {"w1": "true", "w2": "true"}
GROUPS = {
    "/api/v1": ["Namespace"],
    "/apis/kubeovn.io/v1": ["ProviderNetwork", "Vlan", "Subnet", "Vpc", "OvnEip", "OvnSnatRule"],
    "/apis/k8s.cni.cncf.io/v1": ["NetworkAttachmentDefinition"],
    "/apis/metallb.io/v1beta1": ["IPAddressPool", "L2Advertisement"],
    "/apis/admissionregistration.k8s.io/v1": ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"],
    "/apis/source.toolkit.fluxcd.io/v1": ["OCIRepository"],
    "/apis/helm.toolkit.fluxcd.io/v2": ["HelmRelease"],
}
DEPLOYMENT = "/apis/apps/v1/namespaces/kube-system/deployments/kube-ovn-controller"
SECRETS = "/api/v1/namespaces/kmetal-flux/secrets"
RELEASE = "/apis/helm.toolkit.fluxcd.io/v2/namespaces/kmetal-flux/helmreleases/kmetal"
RUNNING = {
    "metadata": {"name": "kube-ovn-controller", "namespace": "kube-system"},
    "spec": {
        "template": {
            "spec": {
                "containers": [
                    {"name": "kube-ovn-controller", "image": "kube-ovn:v1.15.24", "args": ["--non-primary-cni-mode"]}
                ]
            }
        }
    },
}


class Answers:
    """An API server that answers what a test says."""

    context = "test"

    def __init__(self, *, without: str = "", **paths: Any) -> None:
        groups = {
            path: {"resources": [{"kind": kind} for kind in kinds if kind != without]} for path, kinds in GROUPS.items()
        }
        self.paths: dict[str, Any] = {**groups, DEPLOYMENT: RUNNING, **paths}

    def get(self, path: str) -> Mapping[str, Any] | None:
        """One path; what the test gave as an error is raised."""
        answer = self.paths.get(path.partition("?")[0])
        if isinstance(answer, Exception):
            raise answer
        return cast("Mapping[str, Any] | None", answer)


def environment(install: str = "release", peers: tuple[BgpPeer, ...] = ()) -> Environment:
    loaded, _ = load_stack(ROOT, "dev")
    metallb = loaded.settings.metallb.model_copy(update={"bgp_peers": peers})
    chart = loaded.settings.chart.model_copy(update={"install": install, "reference": "oci://x", "version": "1.4.0"})
    return replace(loaded, settings=loaded.settings.model_copy(update={"chart": chart, "metallb": metallb}))


def judged(
    answers: Answers,
    install: str = "release",
    labels: Mapping[str, str | None] = LABELS,
    peers: tuple[BgpPeer, ...] = (),
) -> list[Finding]:
    def found() -> Iterator[Finding]:
        yield from platform(environment(install, peers), cast("LiveCluster", answers), labels)

    return sorted(found())


FORBIDDEN = OperatorError("credentials do not permit it")
DEPLOYED = {"items": [{"metadata": {"name": "sh.helm.release.v1.kmetal.v1"}}]}
READY = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}


@pytest.mark.parametrize("install", ["release", "flux", "external"])
def test_a_platform_that_has_everything_is_passed_without_a_word(install: str) -> None:
    assert judged(Answers(), install) == []


@pytest.mark.parametrize(
    ("install", "paths", "severity", "said"),
    [
        ("external", {}, Severity.ERROR, "install Kube-OVN, Multus and MetalLB first"),
        ("release", {}, Severity.WARNING, "the chart is taken to bring them, as it has not been installed yet;"),
        ("release", {SECRETS: DEPLOYED}, Severity.ERROR, "Helm release kmetal-flux/kmetal says that it is installed"),
        ("release", {SECRETS: FORBIDDEN}, Severity.WARNING, "not known: its releases may not be read"),
        ("flux", {}, Severity.WARNING, "the chart is taken to bring them"),
        ("flux", {RELEASE: {"status": {}}}, Severity.WARNING, "the chart is taken to bring them"),
        ("flux", {RELEASE: READY}, Severity.ERROR, "HelmRelease kmetal-flux/kmetal says that it is installed"),
    ],
)
def test_a_kind_that_is_not_served_stops_unless_the_chart_is_yet_to_bring_it(
    install: str, paths: dict[str, Any], severity: Severity, said: str
) -> None:
    [finding] = judged(Answers(without="OvnSnatRule", **paths), install)
    assert (finding.rule, finding.severity) == ("CRD", severity)
    assert finding.problem == "the API server does not serve OvnSnatRule (kubeovn.io/v1)"
    assert said in finding.remedy


def test_flux_itself_has_to_be_there_where_flux_installs() -> None:
    [finding] = judged(Answers(without="HelmRelease"), "flux")
    assert str(finding) == (
        "cluster test: the API server does not serve HelmRelease, and chart.install is flux; install Flux first, or write"
        " `install: release` [CRD]"
    )
    assert judged(Answers(without="HelmRelease"), "release") == []


def test_an_api_server_without_admission_policies_stops_with_the_way_around_them() -> None:
    [finding] = judged(Answers(without="ValidatingAdmissionPolicy"))
    assert (finding.rule, finding.severity) == ("CRD", Severity.ERROR)
    assert "does not serve ValidatingAdmissionPolicy," in finding.problem
    assert "admission.leftOut" in finding.remedy


def test_a_controller_that_cannot_be_read_is_said_to_be_unknown_and_stops_nothing() -> None:
    [finding] = judged(Answers(**{DEPLOYMENT: FORBIDDEN}))
    assert (finding.rule, finding.severity) == ("KUBE-OVN", Severity.WARNING)
    assert "it can't be read, so Kube-OVN's version is not known" in finding.problem


def test_a_controller_whose_image_names_no_version_is_said_to_be_unknown() -> None:
    container = {"name": "kube-ovn-controller", "image": "kube-ovn@sha256:5d0c1c0e", "args": ["--non-primary-cni-mode"]}
    live = {**RUNNING, "spec": {"template": {"spec": {"containers": [container]}}}}
    [finding] = judged(Answers(**{DEPLOYMENT: live}))
    assert (finding.rule, finding.severity) == ("KUBE-OVN", Severity.WARNING)
    assert finding.problem == "its image names no version (kube-ovn@sha256:5d0c1c0e)"


def test_a_controller_that_is_not_there_is_right_only_before_the_first_installation() -> None:
    absent = {DEPLOYMENT: None}
    assert judged(Answers(**absent)) == []
    for install, paths in (("external", {}), ("release", {SECRETS: DEPLOYED})):
        [finding] = judged(Answers(**absent, **paths), install)
        assert (finding.rule, finding.severity) == ("KUBE-OVN", Severity.WARNING)
        assert "it is not there" in finding.problem


def test_a_gateway_node_that_left_or_lost_its_label_is_named_and_only_the_last_one_stops() -> None:
    left, off = judged(Answers(), labels={"w2": "false"})
    assert left.severity is off.severity is Severity.WARNING
    assert "its label ovn.kubernetes.io/external-gw is 'false'" in left.problem
    assert off.problem == "node w1 is not in the cluster"
    none = judged(Answers(), labels={})
    assert [finding.severity for finding in none].count(Severity.ERROR) == 1
    assert any("none of the gateway nodes is in the cluster" in finding.problem for finding in none)


INT32 = {"type": "integer", "format": "int32", "maximum": 4294967295}
INT64 = {"type": "integer", "format": "int64", "maximum": 4294967295}
PEERS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/bgppeers.metallb.io"
PEER = BgpPeer.model_validate({"name": "tor", "myASN": 64512, "peerASN": 64513, "peerAddress": "172.21.204.2"})


def definition(number: Mapping[str, Any]) -> dict[str, Any]:
    spec = {"properties": {"myASN": number, "peerASN": number}}
    schema = {"openAPIV3Schema": {"properties": {"spec": spec}}}
    return {"spec": {"versions": [{"name": "v1beta2", "schema": schema}]}}


@pytest.mark.parametrize(
    ("minor", "number", "fits"),
    [("35", INT32, True), ("36", INT32, False), ("37+", INT32, False), ("36", INT64, True)],
)
def test_definitions_of_metallb_that_the_api_server_cannot_work_with_stop_a_run_with_bgp_peers(
    minor: str, number: dict[str, Any], *, fits: bool
) -> None:
    answers = Answers(**{"/version": {"major": "1", "minor": minor}, PEERS: definition(number)})
    answers.paths["/apis/metallb.io/v1beta2"] = {"resources": [{"kind": "BGPPeer"}]}

    found = judged(answers, "release", peers=(PEER,))

    assert [finding.rule for finding in found] == ([] if fits else ["CRD"])
    for finding in found:
        assert "refuses every BGPPeer under the definitions of this MetalLB" in finding.problem
        assert "bring MetalLB to 0.16" in finding.remedy
    assert judged(answers, "release") == [], "without peers it does not matter"


def test_definitions_that_may_not_be_read_stop_nothing() -> None:
    answers = Answers(**{"/version": {"major": "1", "minor": "37"}, PEERS: FORBIDDEN})
    answers.paths["/apis/metallb.io/v1beta2"] = {"resources": [{"kind": "BGPPeer"}]}

    assert judged(answers, "release", peers=(PEER,)) == []
