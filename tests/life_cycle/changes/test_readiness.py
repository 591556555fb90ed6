"""A run that waits in vain says which object, which node, what was seen, and what to do."""

from __future__ import annotations

import pulumi
import pytest

from components import provider_network
from kmetal_network.config.stackfile import load_stack
from operations.cluster.live import LiveCluster
from operations.cluster.view import ClusterView
from operations.engine.events import Outcome
from operations.verify.readiness import explain_failure
from sandbox.control_plane.control_plane import ControlPlane
from sandbox.controllers.faults import Faults
from sandbox.controllers.kube_ovn import KubeOvnSimulator
from tests.life_cycle.conftest import SPEED
from tests.life_cycle.live_project import STACK, Project

pytestmark = pytest.mark.sandbox


def _explained(project: Project, outcome: Outcome) -> list[str]:
    environment, _ = load_stack(project.root, STACK)
    with LiveCluster.of(project.root, environment.settings.cluster) as cluster:
        return [str(finding) for finding in explain_failure(environment, ClusterView(cluster), outcome)]


@pytest.mark.without_admission
def test_a_node_without_its_bridge_is_named_with_its_message_and_the_next_up_goes_on_from_there(
    project: Project, simulator: KubeOvnSimulator, control_plane: ControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_network, "BRIDGES", pulumi.CustomTimeouts(create="6s", update="20s"))
    simulator.stop()
    faults = Faults(broken_nodes={"w2": "device data.222 is not there"})
    with KubeOvnSimulator(control_plane.kubeconfig, faults=faults, speed=SPEED):
        outcome = project.run("up")
        explained = _explained(project, outcome)

    assert outcome.failed
    assert list(outcome.failed_objects) == ["ProviderNetwork provider"]
    [said] = explained
    assert said == (
        "ProviderNetwork provider: status.ready is not true; no bridge on w2 (w2: device data.222 is not there); look at"
        " kube-ovn-cni on w2: the NIC must exist there and be up [NOT-READY]"
    )
    assert "Vlan vlan222" not in project.objects(), "nothing goes on over a network that does not stand"

    simulator.start()
    repaired = project.must("up")
    assert _explained(project, repaired) == []
    assert project.must("preview", refresh=True).changes == {}
