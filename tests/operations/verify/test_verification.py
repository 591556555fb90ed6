"""What `kmetal-network verify` says where a component of the platform has no pod, and where its page cannot be written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kmetal_network.config.stackfile import Environment, load_stack
from kmetal_network.errors import OperatorError
from operations.cli import app
from operations.verify import report
from operations.verify.checks import VERIFIED, Verdict, Verification
from operations.verify.verification import PARTS, checks
from tests.support.stack_project import ROOT

PODS = {
    "Multus": ("kube-system", {"app": "multus"}),
    "Open vSwitch": ("kube-system", {"app": "ovs"}),
    "Kube-OVN controller": ("kube-system", {"app": "kube-ovn-controller"}),
    "Kube-OVN CNI": ("kube-system", {"app": "kube-ovn-cni"}),
    "Flannel": ("kube-flannel", {"app": "flannel"}),
    "MetalLB": ("kmetal-metallb", {"app.kubernetes.io/name": "metallb"}),
}
READY = {"conditions": [{"type": "Ready", "status": "True"}]}
DEPLOYMENT = {
    "kind": "Deployment",
    "metadata": {"name": "kube-ovn-controller", "namespace": "kube-system"},
    "status": {"observedGeneration": 1, "replicas": 1, "readyReplicas": 1},
}


def dev(*, flannel: bool = True, metallb: bool = True) -> Environment:
    loaded, _ = load_stack(ROOT, "dev")
    network = loaded.settings.network
    without = network.model_copy(update={"flannel": network.flannel.model_copy(update={"enabled": flannel})})
    balancer = loaded.settings.metallb.model_copy(update={"enabled": metallb})
    return replace(loaded, settings=loaded.settings.model_copy(update={"network": without, "metallb": balancer}))


def verdicts(environment: Environment, running: Iterable[str]) -> dict[str, Verdict]:
    pods: dict[str, Any] = {}
    for title in running:
        namespace, labels = PODS[title]
        metadata = {"name": f"{title}-0", "namespace": namespace, "labels": labels}
        pods[f"{namespace}/{title}-0"] = {"kind": "Pod", "metadata": metadata, "status": READY}
    seen = {"Pod": pods, "Deployment": {"kube-system/kube-ovn-controller": DEPLOYMENT}}
    lines = checks(environment, seen)
    return {line.what.removeprefix("pods "): line.verdict for line in lines if line.what.startswith("pods ")}


@pytest.mark.parametrize("missing", PODS)
def test_a_component_without_a_single_pod_fails_where_the_platforms_pods_run(missing: str) -> None:
    assert verdicts(dev(), PODS.keys() - {missing}) == {
        title: Verdict.FAIL if title == missing else Verdict.PASS for title in PODS
    }


def test_where_no_pod_of_the_platform_runs_there_is_nothing_to_check_even_if_its_deployment_exists() -> None:
    assert verdicts(dev(), ()) == dict.fromkeys(PODS, Verdict.UNSEEN)


def test_what_the_settings_leave_to_others_may_have_no_pod() -> None:
    found = verdicts(dev(flannel=False, metallb=False), ["Kube-OVN controller"])
    assert {title: verdict for title, verdict in found.items() if verdict is not Verdict.FAIL} == {
        "Kube-OVN controller": Verdict.PASS,
        "Flannel": Verdict.UNSEEN,
        "MetalLB": Verdict.UNSEEN,
    }


@pytest.mark.parametrize(("page", "why"), [("nowhere/page.html", "there is no folder"), (".", "it is a folder")])
def test_a_page_that_cannot_be_written_is_said_before_anything_is_looked_at(
    page: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    done = CliRunner().invoke(app, ["verify", "dev", "--html", str(tmp_path / page)])
    assert isinstance(done.exception, OperatorError)
    assert f"--html {tmp_path / page}: {why}" in str(done.exception)
    assert (done.exception.exit_code, list(tmp_path.iterdir())) == (2, [])


def test_a_disk_that_fills_up_meanwhile_ends_in_a_sentence() -> None:
    with pytest.raises(OperatorError, match="--html /dev/full: No space left on device; name a file"):
        report.write_html(Path("/dev/full"), "dev", list(checks(dev(), {})), {})


def test_the_parts_together_read_what_the_table_of_kinds_says_and_each_sees_its_own_kinds_alone() -> None:
    assert {kind for part in PARTS for kind in part.kinds} == set(VERIFIED)
    everything = {kind: {"x": {"kind": kind, "metadata": {"name": "x"}}} for kind in VERIFIED}
    whole = list(checks(dev(), everything))
    for part in PARTS[:-1]:
        seen = {kind: everything[kind] for kind in part.kinds}
        lines = list(part.lines(Verification(environment=dev(), seen=seen)))
        assert lines
        assert all(line in whole for line in lines)
