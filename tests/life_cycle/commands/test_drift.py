"""Drift on a live network: none after an `up` and after the controllers wrote; then all of it, with who and when."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from kmetal_network.config.stackfile import load_stack
from kmetal_network.live.drift import Drift
from operations.cluster.live import COLLECTIONS, LiveCluster
from operations.cluster.view import ClusterView
from operations.commands.drift import compare
from sandbox.controllers.kube_ovn import KubeOvnSimulator
from tests.life_cycle.live_project import STACK, Project

pytestmark = pytest.mark.sandbox

METALLB = "/apis/metallb.io/v1beta1/namespaces/kmetal-metallb"
TIME = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def _drift(project: Project) -> tuple[Drift, ...]:
    environment, _ = load_stack(project.root, STACK)
    with LiveCluster.of(project.root, environment.settings.cluster) as cluster:
        return compare(environment, ClusterView(cluster), [STACK])


def _edit(project: Project, path: str, body: Mapping[str, Any], manager: str = "kubectl-edit") -> None:
    project.api.request("PATCH", f"{path}?fieldManager={manager}", dict(body), "application/merge-patch+json")


def _make(project: Project, path: str, body: Mapping[str, Any]) -> None:
    project.api.request("POST", f"{path}?fieldManager=kubectl-create", dict(body))


def _mischief(project: Project) -> None:
    """What people do to a network with kubectl."""
    pool = ["172.21.204.200-172.21.204.250", "172.21.204.100/32"]
    _edit(project, f"{METALLB}/ipaddresspools/tenant-cp-pool", {"spec": {"addresses": pool}})
    drop = [{"priority": 1500, "match": "ip4.dst == 77.220.68.96/27", "action": "allow"}]
    _edit(project, f"{COLLECTIONS['Vpc']}/alpha-vpc", {"spec": {"policyRoutes": drop}}, "helm")
    _edit(
        project, f"{COLLECTIONS['Subnet']}/alpha-dev-subnet", {"metadata": {"labels": {"kmetal-network/tenant": None}}}
    )
    patch = {"spec": {"extraExternalSubnets": None, "enableBfd": False}}
    _edit(project, f"{COLLECTIONS['Vpc']}/ovn-cluster", patch)
    label = {"metadata": {"labels": {"ovn.kubernetes.io/external-gw": "false"}}}
    _edit(project, f"{COLLECTIONS['Node']}/w2", label, "kubectl-label")
    rogue = {"metadata": {"name": "quick"}, "spec": {"addresses": ["77.220.68.110-77.220.68.112"]}}
    kind = {"apiVersion": "metallb.io/v1beta1", "kind": "IPAddressPool"}
    _make(project, f"{METALLB}/ipaddresspools", {**kind, **rogue})
    kind = {"apiVersion": "kubeovn.io/v1", "kind": "Subnet"}
    spec = {"cidrBlock": "10.250.0.0/24", "vpc": "alpha-vpc"}
    _make(project, COLLECTIONS["Subnet"], {**kind, "metadata": {"name": "shadow"}, "spec": spec})
    project.api.request("DELETE", f"{METALLB}/l2advertisements/tenant-cp-l2")


def _put_right(project: Project) -> None:
    """What the report says is to be done by hand; the rest is for `up --refresh`."""
    _edit(
        project,
        f"{METALLB}/ipaddresspools/tenant-cp-pool",
        {"spec": {"addresses": ["172.21.204.200-172.21.204.250"]}},
    )
    drop = [{"priority": 1500, "match": "ip4.dst == 77.220.68.96/27", "action": "drop"}]
    _edit(project, f"{COLLECTIONS['Vpc']}/alpha-vpc", {"spec": {"policyRoutes": drop}})
    for path in (f"{METALLB}/ipaddresspools/quick", f"{COLLECTIONS['Subnet']}/shadow"):
        project.api.request("DELETE", path)


REPORT = [
    (
        "changed",
        "IPAddressPool kmetal-metallb/tenant-cp-pool",
        "spec.addresses: 172.21.204.100/32 added",
        "kubectl-edit (Update) TIME",
        (
            "kubectl edit IPAddressPool -n kmetal-metallb tenant-cp-pool: take the added out (no refresh sees it), or write"
            " it into Pulumi.dev.yaml"
        ),
    ),
    ("missing", "L2Advertisement kmetal-metallb/tenant-cp-l2", "missing", "", "kmetal-network up dev --refresh"),
    (
        "changed",
        "Vpc alpha-vpc",
        (
            "spec.policyRoutes: {action: allow, match: ip4.dst == 77.220.68.96/27, priority: 1500} added;"
            " {priority: 1500, match: ip4.dst == 77.220.68.96/27, action: drop} lost"
        ),
        "helm (Update) TIME",
        "keep helm from writing it, then kubectl edit Vpc alpha-vpc: no up overrules helm",
    ),
    (
        "changed",
        "Subnet alpha-dev-subnet",
        "metadata.labels[kmetal-network/tenant]: alpha is gone",
        "not on record",
        "kmetal-network up dev --refresh",
    ),
    (
        "changed",
        "Vpc ovn-cluster",
        "spec.extraExternalSubnets: [external] is gone",
        "not on record",
        "kmetal-network up dev --refresh",
    ),
    (
        "changed",
        "Node w2",
        "metadata.labels[ovn.kubernetes.io/external-gw]: false instead of true",
        "kubectl-label (Update) TIME",
        "kmetal-network up dev --refresh",
    ),
    (
        "undeclared",
        "IPAddressPool kmetal-metallb/quick",
        "no one declared it; 77.220.68.110-77.220.68.112 on the provider VLAN (77.220.68.96/27) [NET-201]",
        "kubectl-create (Update) TIME",
        "kubectl delete IPAddressPool -n kmetal-metallb quick, or bring it into the settings (kmetal-network adopt)",
    ),
    (
        "undeclared",
        "Subnet shadow",
        "no one declared it",
        "kubectl-create (Update) TIME",
        "kubectl delete Subnet shadow, or bring it into the settings (kmetal-network adopt)",
    ),
]
"""The whole of it, in the report's order."""


def test_a_network_that_nobody_touched_has_no_drift_and_each_edit_is_reported_with_who_when_and_what_to_do(
    project: Project, simulator: KubeOvnSimulator
) -> None:
    project.add_beta()
    # These objects predate the admission policies: with them, the API server rejects the pool.
    project.leave_admission_out("undeclared objects are to be made")
    project.must("up")
    assert simulator.settle()
    project.start_pod("worker-1")
    assert _drift(project) == ()

    _mischief(project)
    assert simulator.settle()
    found = _drift(project)

    assert [
        (entry.way, entry.object, entry.seen, TIME.sub("TIME", entry.who), entry.remedy) for entry in found
    ] == REPORT
    command = project.command("drift", STACK, "--output", "json")
    said, _ = command.communicate()
    assert command.returncode == 1
    assert json.loads(said[said.index("[") :]) == json.loads(json.dumps([entry.as_data() for entry in found]))

    _put_right(project)
    project.must("up", refresh=True)
    assert simulator.settle()
    assert _drift(project) == (), "each line's remedy is a remedy"

    config = yaml.safe_load(project.plane.kubeconfig.read_text())
    config["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    (project.root / "dead").write_text(yaml.safe_dump(config))
    project.section("cluster")["kubeconfig"] = "dead"
    project.save()
    command = project.command("drift", STACK)
    said, _ = command.communicate()
    assert (command.returncode, "no answer" in said) == (2, True)
