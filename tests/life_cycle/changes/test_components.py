"""The program of `components/README.md` on a cluster with controllers at work, with the policy pack on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pulumi import automation
from pulumi.automation._stack import StackInitMode
from pulumi.automation.events import EngineEvent

from operations.cluster.live import COLLECTIONS
from operations.engine.inline_program import Inline
from operations.engine.stack import QuietStack, cli
from sandbox.control_plane.control_plane import ControlPlane
from sandbox.controllers.kube_ovn import KubeOvnSimulator
from tests.components.readme import python_program
from tests.support.stack_project import ROOT

pytestmark = pytest.mark.sandbox

PACK = [str(ROOT / "policies")]


@pytest.fixture
def variables(cluster: ControlPlane, engine_environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The engine's, for a state of the test's own."""
    (tmp_path / "state").mkdir()
    return {
        **engine_environment,
        "KUBECONFIG": str(cluster.kubeconfig),
        "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "test",
    }


@contextmanager
def running(program: Callable[[], None], directory: Path, variables: dict[str, str]) -> Iterator[automation.Stack]:
    """A stack of that program."""
    inline = Inline(program)
    workspace = automation.LocalWorkspace(
        work_dir=str(directory),
        project_settings=automation.ProjectSettings(name="fifteen-lines", runtime="python"),
        env_vars=variables,
        program=inline,
        pulumi_command=cli(),
    )
    try:
        yield QuietStack("dev", workspace, StackInitMode.CREATE_OR_SELECT)
    finally:
        inline.end()


def found(plane: ControlPlane, kind: str) -> dict[str, dict[str, Any]]:
    """The objects of a kind that a stack made, by name."""
    items = plane.api.request("GET", COLLECTIONS[kind])["items"]
    labelled = (item for item in items if "kmetal-network/stack" in (item["metadata"].get("labels") or {}))
    return {item["metadata"]["name"]: item for item in labelled}


def test_the_program_of_the_readme_is_applied_with_the_policy_pack_and_taken_away_again(
    cluster: ControlPlane, simulator: KubeOvnSimulator, variables: dict[str, str], tmp_path: Path
) -> None:
    outputs: dict[str, Any] = {}

    def listen(event: EngineEvent) -> None:
        if (done := event.res_outputs_event) is not None and done.metadata.type == "pulumi:pulumi:Stack":
            outputs.update((done.metadata.new.outputs if done.metadata.new else None) or {})

    with running(python_program(), tmp_path, variables) as stack:
        stack.up(policy_packs=PACK, on_event=listen)
        assert simulator.settle(), "the controllers have not come to rest"

        assert outputs["alpha"]["vpc"] == "alpha-vpc"
        assert outputs["alpha"]["clusters"]["dev"]["subnet"] == "alpha-dev-subnet"
        [subnet] = [item for name, item in found(cluster, "Subnet").items() if name != "external"]
        assert subnet["spec"]["cidrBlock"] == "10.100.0.0/24"
        [router] = found(cluster, "Vpc").values()
        assert router["status"]["enableExternal"] is True
        assert router["spec"]["staticRoutes"][0]["nextHopIP"] == "77.220.68.97"
        [rule] = found(cluster, "OvnSnatRule").values()
        assert rule["status"]["v4Eip"] == outputs["alpha"]["clusters"]["dev"]["egressAddress"]

        stack.destroy()
    assert [found(cluster, kind) for kind in ("Vpc", "Subnet", "OvnSnatRule", "Vlan", "ProviderNetwork")] == [{}] * 5


def test_the_policy_pack_refuses_that_program_where_its_gateway_is_outside_its_block(
    variables: dict[str, str], tmp_path: Path
) -> None:
    refused: list[str] = []

    def listen(event: EngineEvent) -> None:
        if event.policy_event is not None and str(event.policy_event.enforcement_level) == "mandatory":
            refused.append(event.policy_event.message)

    program = python_program(gateway="77.220.70.1")
    with running(program, tmp_path, variables) as stack, pytest.raises(automation.CommandError):
        stack.preview(policy_packs=PACK, on_event=listen)
    assert "Subnet external: gateway 77.220.70.1 of subnet 'external' is not " in "".join(refused)
