"""The main job on real input: the guide's network, applied by a real engine to a real API server with the real CRDs.

The tests of this file are one story and run in its order.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from kmetal_network.config.kubeconfig import read_context
from kmetal_network.config.stackfile import load_stack
from kmetal_network.errors import OperatorError
from operations.cli import app
from operations.cluster.view import ClusterView
from operations.verify.checks import Verdict
from operations.verify.verification import verify
from sandbox.control_plane.api import ApiError
from sandbox.control_plane.control_plane import ControlPlane
from sandbox.controllers.kube_ovn import KubeOvnSimulator
from tests.main_job.guide_objects import CONTROLLERS_OWN, DEFAULTED, GUIDE_OBJECTS, GUIDE_VALUES, KUBE_OVN
from tests.main_job.story import Story
from tests.support.etcd_snapshot import EtcdSnapshot
from tests.support.stack_project import make_project, stack_config

pytestmark = pytest.mark.sandbox

METALLB = "/apis/metallb.io/v1beta1/namespaces/kmetal-metallb"
ADMISSION = "/apis/admissionregistration.k8s.io/v1"

ROGUE = {
    "apiVersion": "metallb.io/v1beta1",
    "kind": "IPAddressPool",
    "metadata": {"name": "rogue", "namespace": "kmetal-metallb"},
    "spec": {"addresses": ["77.220.68.100-77.220.68.101"]},
}
"""No one's but the one who made it: on the provider VLAN, announced by nothing."""

EVERYTHING = 45
"""20 of the network and its components, and a component with 12 admission policies and their 12 bindings."""


@pytest.fixture(scope="module")
def story(
    control_plane: ControlPlane,
    first_day: EtcdSnapshot,
    sandbox_environment: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Story]:
    first_day.restore()
    directory = tmp_path_factory.mktemp("main-job")
    (directory / "state").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in sandbox_environment.items():
            patch.setenv(name, value)
        patch.setenv("PULUMI_BACKEND_URL", f"file://{directory / 'state'}")
        with KubeOvnSimulator(control_plane.kubeconfig, speed=20):
            reported = Story(make_project(directory / "project"), control_plane.kubeconfig)
            reported.write(stack_config("dev"))
            yield reported


def test_the_preview_shows_everything_and_writes_nothing(story: Story) -> None:
    outcome = story.run("preview")
    outcome.stop()
    assert outcome.changes == {"create": EVERYTHING}
    with story.cluster() as cluster:
        assert cluster.get(f"{KUBE_OVN}/vpcs/alpha-vpc") is None


def test_somebody_makes_a_pool_on_the_provider_vlan_before_the_admission_policies_bind(
    control_plane: ControlPlane,
) -> None:
    assert control_plane.api.create(ROGUE)


def test_the_first_up_applies_the_guides_network_and_waits_until_it_is_ready(story: Story) -> None:
    outcome = story.run("up")
    outcome.stop()
    assert outcome.changes == {"create": EVERYTHING}
    assert outcome.outputs["tenants"] == {
        "alpha": {
            "namespace": "alpha",
            "vpc": "alpha-vpc",
            "clusters": {
                "dev": {
                    "subnet": "alpha-dev-subnet",
                    "attachment": "alpha/alpha-dev-net",
                    "egressAddress": "77.220.68.98",
                    "controlPlaneAddress": None,
                }
            },
        }
    }


@pytest.mark.parametrize("path", GUIDE_OBJECTS, ids=lambda path: path.rpartition("/")[2])
def test_the_guides_object_reaches_the_api_server(story: Story, path: str) -> None:
    with story.cluster() as cluster:
        live = cluster.get(path)
    assert live is not None
    added = CONTROLLERS_OWN if "/subnets/" in path else DEFAULTED
    if path.endswith("/external"):
        added = {*added, "provider"}
    assert {key: value for key, value in live["spec"].items() if key not in added} == GUIDE_OBJECTS[path]


@pytest.mark.parametrize(("node", "label"), [("w1", "true"), ("w2", "true"), ("c1", None)])
def test_only_the_gateway_nodes_carry_the_label(story: Story, node: str, label: str | None) -> None:
    with story.cluster() as cluster:
        live = cluster.get(f"/api/v1/nodes/{node}")
    assert live is not None
    assert live["metadata"]["labels"].get("ovn.kubernetes.io/external-gw") == label


def test_the_guides_values_arrive_in_the_chart(story: Story) -> None:
    with story.cluster() as cluster:
        live = cluster.get("/api/v1/namespaces/kmetal-flux/configmaps/kmetal-values")
    assert live is not None
    values = yaml.safe_load(live["data"]["values.json"])
    assert {key: values[key] for key in GUIDE_VALUES} == GUIDE_VALUES


def test_a_pool_made_by_hand_on_the_provider_vlan_fails_the_verification(
    story: Story, control_plane: ControlPlane, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(story.project)
    page = tmp_path / "report.html"
    reports = {
        form: CliRunner().invoke(app, ["verify", "dev", "--output", form, "--html", str(page)])
        for form in ("text", "json")
    }
    control_plane.api.request("DELETE", f"{METALLB}/ipaddresspools/rogue")
    assert {form: report.exit_code for form, report in reports.items()} == {"text": 1, "json": 1}
    failed = [line for line in json.loads(reports["json"].stdout) if line["verdict"] == "fail"]
    assert {line["what"]: line["remedy"] for line in failed} == {
        "NET-201 IPAddressPool kmetal-metallb/rogue": "write a range of the management VLAN; addresses of the provider"
        " VLAN belong to Kube-OVN's EIPs",
        "NET-210 IPAddressPool kmetal-metallb/rogue": "name 'rogue' in the ipAddressPools of one",
    }
    for text in (reports["text"].stdout, re.sub(r"<[^>]+>", "", page.read_text())):
        assert "NET-201" in text
        assert "2 fail, 2 warn" in text


def test_verify_finds_all_of_it(story: Story) -> None:
    environment, _ = load_stack(story.project, "dev")
    with story.cluster() as cluster:
        found = verify(environment, ClusterView(cluster))
    assert [check.what for check in found if check.verdict is Verdict.FAIL] == []
    assert sum(check.verdict is Verdict.PASS for check in found) == 16
    # What is true of the page's tenant: no quota, and drops towards the external block alone.
    reported = [check.what for check in found if check.verdict is Verdict.WARN]
    assert reported == ["NET-215 Vpc alpha-vpc", "NET-418 Vpc alpha-vpc"]


def test_kubectl_meets_the_same_laws(story: Story, control_plane: ControlPlane) -> None:
    del story
    with pytest.raises(ApiError) as refused:
        control_plane.api.request("POST", f"{METALLB}/ipaddresspools?fieldManager=kubectl-create", ROGUE)
    assert "NET-201 No MetalLB address lies on the provider VLAN: 77.220.68.100-77.220.68.101." in str(refused.value)


@pytest.mark.parametrize("refresh", [False, True], ids=["preview", "preview --refresh"])
def test_afterwards_there_is_nothing_to_change(story: Story, refresh: bool) -> None:  # noqa: FBT001 (a case)
    outcome = story.run("preview", refresh=refresh)
    outcome.stop()
    assert outcome.changes == {}


def test_no_credential_is_in_the_state_in_plain_text(story: Story) -> None:
    token = read_context(story.kubeconfig, "kmetal-sandbox")["users"][0]["user"]["token"]
    states = list((story.project.parent / "state").rglob("*.json"))
    assert states
    assert not [path for path in states if token in path.read_text()]


def test_a_pool_on_the_provider_vlan_is_refused_before_the_program_registers_anything(story: Story) -> None:
    config = stack_config("dev")
    config["metallb"]["pools"][0]["addresses"] = ["77.220.68.100-77.220.68.110"]
    story.write(config)
    outcome = story.run("preview")
    assert outcome.failed
    assert "pool 'tenant-cp-pool' holds 77.220.68.100-77.220.68.110" in "\n".join(outcome.errors)
    assert "[NET-201]" in "\n".join(outcome.errors)
    assert "Traceback" not in "\n".join(outcome.errors)


def test_a_changed_setting_changes_its_object_and_no_other(story: Story) -> None:
    config = stack_config("dev")
    config["tenants"][0]["drop"] = ["10.16.0.0/16"]
    story.write(config)
    outcome = story.run("up")
    outcome.stop()
    assert [(step.operation, step.name) for step in outcome.steps] == [("update", "alpha-vpc")]
    with story.cluster() as cluster:
        vpc = cluster.get(f"{KUBE_OVN}/vpcs/alpha-vpc")
    assert vpc is not None
    assert [route["match"] for route in vpc["spec"]["policyRoutes"]] == [
        "ip4.dst == 77.220.68.96/27",
        "ip4.dst == 10.16.0.0/16",
    ]


def test_another_clusters_uid_stops_everything(story: Story) -> None:
    config = stack_config("dev")
    story.write(config)
    path = story.project / "Pulumi.dev.yaml"
    uid = "00000000-0000-4000-8000-000000000000"
    path.write_text(path.read_text().replace("context: kmetal-sandbox", f"context: kmetal-sandbox\n    uid: {uid}"))
    outcome = story.run("up")
    assert outcome.failed
    assert f"the settings name the cluster {uid}" in "\n".join(outcome.errors)
    with pytest.raises(OperatorError):
        outcome.stop()


def test_destroy_leaves_the_default_vpc_whole_and_nothing_else(story: Story) -> None:
    story.write(stack_config("dev"))
    outcome = story.run("destroy")
    outcome.stop()
    assert outcome.changes == {"delete": EVERYTHING}
    with story.cluster() as cluster:
        vpcs = cluster.list(f"{KUBE_OVN}/vpcs")
        left = [cluster.get(path) for path in GUIDE_OBJECTS if "ovn-cluster" not in path]
        eips = cluster.list(f"{KUBE_OVN}/ovn-eips")
        nodes = cluster.list("/api/v1/nodes")
        alpha = cluster.get("/api/v1/namespaces/alpha")
        policies = [cluster.list(f"{ADMISSION}/validatingadmission{kind}") for kind in ("policies", "policybindings")]
    assert policies == [[], []]
    assert [vpc["metadata"]["name"] for vpc in vpcs or ()] == ["ovn-cluster"]
    assert [vpc["spec"] for vpc in vpcs or ()] == [{"extraExternalSubnets": ["external"]}]
    assert (left, eips, alpha) == ([None] * len(left), [], None)
    assert not [node for node in nodes or () if "ovn.kubernetes.io/external-gw" in node["metadata"]["labels"]]
