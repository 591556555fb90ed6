"""How a stack of the engine is found: by reading it, and without a trace in the operator's own workspace."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml
from pulumi import automation as auto

from operations.engine.stack import deployment_of, select, state_of
from tests.support.stack_project import make_project
from tests.support.vault import SECRETS, SECRETS_PROVIDER

pytestmark = pytest.mark.sandbox


@pytest.fixture
def root(tmp_path: Path, sandbox_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a backend of its own and no stack."""
    (tmp_path / "state").mkdir()
    environment = {**sandbox_environment, "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}"}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return make_project(tmp_path / "project")


def selected(root: Path) -> list[str]:
    reported = subprocess.run(["pulumi", "stack", "ls", "--json"], cwd=root, capture_output=True, check=True, text=True)
    return [stack["name"] for stack in json.loads(reported.stdout) if stack["current"]]


def test_a_stack_is_made_or_found_and_what_the_operator_selected_stays_selected(root: Path) -> None:
    select(root, "dev")
    assert selected(root) == []
    subprocess.run(["pulumi", "stack", "init", "prod"], cwd=root, capture_output=True, check=True)
    select(root, "dev")
    select(root, "staging")
    assert selected(root) == ["prod"]


def test_a_stack_that_is_made_keeps_its_secrets_as_its_file_says(
    root: Path, keeper: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in keeper.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE")
    (root / "Pulumi.dev.yaml").write_text(yaml.safe_dump(SECRETS))

    state = select(root, "dev").export_stack().deployment or {}

    assert state["secrets_providers"]["type"] == "cloud"
    assert state["secrets_providers"]["state"]["url"] == SECRETS_PROVIDER


def test_the_state_is_as_it_was_found_once_and_then_read_again(root: Path) -> None:
    select(root, "dev")
    stack = select(root, "dev")
    urn = "urn:pulumi:dev::kmetal-network::pulumi:pulumi:Stack::kmetal-network-dev"
    resource = {"urn": urn, "custom": False, "type": "pulumi:pulumi:Stack"}
    select(root, "dev").import_stack(auto.Deployment(3, {"resources": [resource]}))

    assert not (state_of(stack).deployment or {}).get("resources")
    [there] = (state_of(stack).deployment or {})["resources"]
    assert there["urn"] == urn
    assert deployment_of(root, "dev")["resources"] == [there]
    assert deployment_of(root, "of-nobody") == {}
