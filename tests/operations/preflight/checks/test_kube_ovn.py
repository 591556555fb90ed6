"""What is said of the Kube-OVN that runs, and of one whose version no one can tell."""

from __future__ import annotations

from typing import Any

from kmetal_network.errors import Severity
from tests.operations.preflight.platform import DEPLOYED, SECRETS, controller, judged, platform
from tests.support.fake_cluster import FORBIDDEN


def test_a_controller_that_cannot_be_read_is_said_to_be_unknown_and_stops_nothing() -> None:
    [finding] = judged(platform(Deployment=FORBIDDEN))
    assert (finding.rule, finding.severity) == ("KUBE-OVN", Severity.WARNING)
    assert "it can't be read, so Kube-OVN's version is not known" in finding.problem


def test_a_controller_whose_image_names_no_version_is_said_to_be_unknown() -> None:
    [finding] = judged(platform(Deployment=[controller("kube-ovn@sha256:5d0c1c0e")]))
    assert (finding.rule, finding.severity) == ("KUBE-OVN", Severity.WARNING)
    assert finding.problem == "its image names no version (kube-ovn@sha256:5d0c1c0e)"


def test_a_controller_that_is_not_there_is_right_only_before_the_first_installation() -> None:
    assert judged(platform(Deployment=[])) == []
    cases: list[tuple[str, dict[str, Any]]] = [("external", {}), ("release", {SECRETS: DEPLOYED})]
    for install, paths in cases:
        [finding] = judged(platform(Deployment=[], paths=paths), install)
        assert (finding.rule, finding.severity) == ("KUBE-OVN", Severity.WARNING)
        assert "it is not there" in finding.problem
