"""A plan that would cut somebody off is refused between the preview and the first write."""

from __future__ import annotations

import subprocess

import pytest

from kmetal_network.config.stackfile import Environment, load_stack
from kmetal_network.errors import OperatorError
from operations import program
from operations.cluster.live import LiveCluster
from operations.cluster.view import ClusterView
from operations.engine.events import Outcome
from operations.impact.guard import guard
from operations.state.sync import Verb
from tests.life_cycle.live_project import STACK, Project, wait_until

pytestmark = pytest.mark.sandbox


def _guarded(project: Project, verb: Verb = "preview") -> str:
    """What the guard says of the settings as they are; empty when it lets them pass."""
    project.save()
    environment, _ = load_stack(project.root, STACK)
    planned = project.must(verb)
    assert planned.changes, "a plan without a change proves nothing"
    with LiveCluster.of(project.root, environment.settings.cluster) as cluster:
        said = _said(environment, cluster, planned)
        if verb == "preview":
            assert _said(environment, cluster, None) == said, "foreseen and previewed plan differ"
    return said


def _said(environment: Environment, cluster: LiveCluster, planned: Outcome | None) -> str:
    try:
        guard(environment, ClusterView(cluster), planned)
    except OperatorError as error:
        return str(error)
    return ""


def _previewed(project: Project) -> list[str]:
    """What makes `kmetal-network preview` exit 1, while plain `pulumi preview` warns and succeeds."""
    running = project.command("preview", STACK)
    words, _ = running.communicate(timeout=300)
    refused = [line.partition(": ")[2] for line in words.splitlines() if line.startswith("refused ")]
    assert running.returncode == int(bool(refused)), words
    warnings = [f"an `up` is refused: {text}" for text in refused]
    with pytest.MonkeyPatch.context() as patched:
        reported: list[str] = []
        patched.setattr("pulumi.log.warn", reported.append)
        patched.setattr("pulumi.runtime.is_dry_run", lambda: True)
        patched.setattr("pulumi.export", lambda *_: None)  # no engine, no stack
        program.environment(project.root, STACK)
    assert [text.partition(": ")[2] for text in reported if "is refused" in text] == warnings
    return warnings


@pytest.mark.network_applied("beta")
def test_what_would_cut_pods_off_is_refused_with_their_names_until_they_are_gone_or_it_is_intended(
    project: Project,
) -> None:
    project.start_pod("worker-1")
    before = project.versions()

    [cluster] = project.tenants[0]["clusters"]
    cluster.update(cidrBlock="10.100.8.0/24", gateway="10.100.8.1", excludeIps=["10.100.8.1"])
    said = _guarded(project)
    assert "the plan replaces Subnet alpha-dev-subnet, and pod alpha/worker-1 would be cut off" in said
    assert f"Pulumi.{STACK}.yaml" in said
    assert _previewed(project) == [f"an `up` is refused: {said.partition(': ')[2]}"]
    network = project.section("provider")["network"]
    network["defaultInterface"] = "data.223"
    said = _guarded(project)
    moved = "the plan takes ProviderNetwork provider away, if only to make it anew, and pod alpha/worker-1 would be cut"
    assert moved in said
    network |= {"defaultInterface": "data.222", "name": "uplink"}
    said = _guarded(project)
    assert moved in said
    assert "the plan takes Vlan vlan222 away, if only to make it anew, and pod alpha/worker-1 would be cut off" in said
    network["name"] = "provider"
    cluster["replaceWhileInUse"] = "the tenant agreed to an outage on Sunday"
    assert _guarded(project) == ""
    assert _previewed(project) == []

    alpha = project.tenants.pop(0)
    said = _guarded(project)
    assert "the plan deletes Subnet alpha-dev-subnet, and pod alpha/worker-1 would be cut off" in said
    assert f"Namespace alpha: the plan for {STACK} deletes it, and pod alpha/worker-1 in it would be killed" in said
    project.tenants.insert(0, alpha)
    assert "pod alpha/worker-1 would be cut off" in _guarded(project, "preview-destroy")
    project.tenants.pop()
    assert _guarded(project).count("alpha-dev-subnet") == 0, "beta has no pods, alpha's are not concerned"

    assert project.versions() == before
    project.end_pod("worker-1")
    project.tenants.pop()
    assert _guarded(project) == ""


@pytest.mark.network_applied
def test_an_address_that_is_in_use_stays_in_its_pool_and_out_of_the_excluded_ones(project: Project) -> None:
    project.api.create(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "control-plane", "namespace": "alpha"},
            "spec": {"type": "LoadBalancer", "ports": [{"port": 6443}], "selector": {"app": "control-plane"}},
        }
    )
    path = "/api/v1/namespaces/alpha/services/control-plane"
    wait_until(lambda: project.api.request("GET", path)["status"]["loadBalancer"], "an address of MetalLB")
    [held] = project.api.request("GET", path)["status"]["loadBalancer"]["ingress"]
    assert held["ip"] == "172.21.204.200"
    [pool] = project.section("metallb")["pools"]

    pool["addresses"] = ["172.21.204.201-172.21.204.250"]
    said = _guarded(project)
    assert "Service alpha/control-plane (172.21.204.200)" in said
    assert "IPAddressPool kmetal-metallb/tenant-cp-pool no longer holds the address" in said
    pool["addresses"].append("172.21.204.200/32")
    assert _guarded(project) == ""

    egress = project.look("OvnEip", "alpha-vpc-external")["status"]["v4Ip"]
    excluded = project.section("provider")["external"]["excludeIps"]
    excluded.append(egress)
    assert f"{egress} becomes excluded, and OvnEip alpha-vpc-external has it" in _guarded(project)
    excluded[-1] = "77.220.68.125"
    assert _guarded(project) == ""

    project.section("provider")["external"]["cidrBlock"] = "77.220.68.64/26"
    assert "the plan replaces Subnet external, and OvnEip alpha-vpc-external draws from it" in _guarded(project)


def _asked(project: Project, *words: str) -> tuple[subprocess.Popen[str], str]:
    """A command that waits for its answer, and what it has said until then."""
    running = project.command(*words)
    assert running.stdout
    recorded = ""
    while not recorded.endswith("[y/N]: "):
        letter = running.stdout.read(1)
        assert letter, recorded
        recorded += letter
    return running, " ".join(recorded.split())


@pytest.mark.network_applied
@pytest.mark.parametrize("verb", ["up", "destroy"])
def test_pods_that_come_while_the_command_waits_for_its_answer_are_seen(project: Project, verb: str) -> None:
    if verb == "up":
        project.tenants[0]["egressAddress"] = "77.220.68.111"
        project.save()
    running, recorded = _asked(project, verb, STACK)
    project.start_pod("worker-1")
    before = project.versions()

    words, _ = running.communicate("y\n", timeout=120)

    assert running.returncode == 1, words
    assert "Subnet alpha-dev-subnet, and pod alpha/worker-1 would be cut off" in words
    assert project.versions() == before
    if verb == "up":
        doomed = "OvnSnatRule alpha-snat-dev, Subnet alpha-dev-subnet, NetworkAttachmentDefinition alpha/alpha-dev-net"
        assert f"to be deleted first, then recreated: {doomed}, Vpc alpha-vpc, OvnEip alpha-vpc-external" in recorded
