"""The program of `components/README.md` on a cluster with controllers at work, with the policy pack on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pulumi import automation
from pulumi.automation._stack import StackInitMode
from pulumi.automation.events import EngineEvent

from operations.engine import QuietStack, cli
from operations.inline import Inline
from operations.live import COLLECTIONS
from sandbox.control_plane import ControlPlane
from sandbox.double.kube_ovn import ControllerDouble
from tests.components.readme import python_program
from tests.project import ROOT

pytestmark = pytest.mark.sandbox


def found(plane: ControlPlane, kind: str) -> dict[str, dict[str, Any]]:
    """The objects of a kind that a stack made, by name."""
    items = plane.api.request("GET", COLLECTIONS[kind])["items"]
    labelled = (item for item in items if "kmetal-network/stack" in (item["metadata"].get("labels") or {}))
    return {item["metadata"]["name"]: item for item in labelled}


def test_the_program_of_the_readme_is_applied_with_the_policy_pack_and_taken_away_again(
    cluster: ControlPlane, double: ControllerDouble, engine_environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir()
    inline = Inline(python_program())
    workspace = automation.LocalWorkspace(
        work_dir=str(tmp_path),
        project_settings=automation.ProjectSettings(name="fifteen-lines", runtime="python"),
        env_vars={
            **engine_environment,
            "KUBECONFIG": str(cluster.kubeconfig),
            "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "test",
        },
        program=inline,
        pulumi_command=cli(),
    )
    stack = QuietStack("dev", workspace, StackInitMode.CREATE_OR_SELECT)
    policies: list[str] = []
    outputs: dict[str, Any] = {}

    def listen(event: EngineEvent) -> None:
        if event.policy_event is not None:
            policies.append(f"{event.policy_event.enforcement_level} {event.policy_event.message}")
        if event.res_outputs_event is not None and event.res_outputs_event.metadata.type == "pulumi:pulumi:Stack":
            outputs.update(
                (event.res_outputs_event.metadata.new.outputs if event.res_outputs_event.metadata.new else None) or {}
            )

    stack.up(policy_packs=[str(ROOT / "policies")], on_event=listen)
    inline.end()
    assert double.settle(), "the controllers have not come to rest"

    assert [text for text in policies if text.startswith("mandatory")] == []
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
