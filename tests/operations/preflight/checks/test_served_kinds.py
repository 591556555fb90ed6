"""Kinds that the API server has to serve before a write: by way of installation, and by what says that it is done."""

from __future__ import annotations

from typing import Any

import pytest

from kmetal_network.errors import Severity
from tests.operations.preflight.platform import DEPLOYED, RELEASE, SECRETS, judged, platform
from tests.support.fake_cluster import FORBIDDEN

READY = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}


@pytest.mark.parametrize("install", ["release", "flux", "external"])
def test_a_platform_that_has_everything_is_passed_without_a_word(install: str) -> None:
    assert judged(platform(), install) == []


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
    [finding] = judged(platform(without="OvnSnatRule", paths=paths), install)
    assert (finding.rule, finding.severity) == ("CRD", severity)
    assert finding.problem == "the API server does not serve OvnSnatRule (kubeovn.io/v1)"
    assert said in finding.remedy


def test_flux_itself_has_to_be_there_where_flux_installs() -> None:
    [finding] = judged(platform(without="HelmRelease"), "flux")
    assert str(finding) == (
        "cluster test: the API server does not serve HelmRelease, and chart.install is flux; install Flux first, or write"
        " `install: release` [CRD]"
    )
    assert judged(platform(without="HelmRelease"), "release") == []


def test_an_api_server_without_admission_policies_stops_with_the_way_around_them() -> None:
    [finding] = judged(platform(without="ValidatingAdmissionPolicy"))
    assert (finding.rule, finding.severity) == ("CRD", Severity.ERROR)
    assert "does not serve ValidatingAdmissionPolicy," in finding.problem
    assert "admission.leftOut" in finding.remedy
