"""States in files are read as the CLI would export them, and whatever is not plain is left to the CLI."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from pulumi import automation as auto

from operations.engine.stack import deployment_of, select, state_of
from operations.engine.state_files import folder_of_states, read_state
from tests.support.stack_project import make_project

RESOURCE = {"urn": "urn:pulumi:dev::kmetal-network::pulumi:pulumi:Stack::kmetal-network-dev", "custom": False}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose states are in files, by no more than those files."""
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{tmp_path / 'state'}")
    _folder(tmp_path / "state")
    return make_project(tmp_path / "project")


def _folder(backend: Path, version: int = 1) -> Path:
    folder = backend / ".pulumi" / "stacks" / "kmetal-network"
    folder.mkdir(parents=True)
    (backend / ".pulumi" / "meta.yaml").write_text(f"version: {version}\n")
    return folder


def _write(root: Path, stack: str, text: str | None = None) -> Path:
    folder = folder_of_states(root)
    assert folder is not None
    latest = {"stack": f"organization/kmetal-network/{stack}", "latest": {"resources": [RESOURCE]}}
    file = folder / f"{stack}.json"
    file.write_text(json.dumps({"version": 3, "checkpoint": latest}) if text is None else text)
    return file


def test_a_state_is_read_and_a_missing_one_is_no_stack(root: Path) -> None:
    _write(root, "dev")
    assert read_state(root, "dev") == {"version": 3, "deployment": {"resources": [RESOURCE]}}
    assert read_state(root, "prod") == {}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 5, "checkpoint": {}}', '{"version": 3}', '{"version": 3, "checkpoint": 1}']
)
def test_a_state_of_another_form_is_left_to_the_cli(root: Path, text: str) -> None:
    _write(root, "dev", text)
    assert read_state(root, "dev") is None


def test_what_a_killed_run_left_half_written_is_left_to_the_cli(root: Path) -> None:
    file = _write(root, "dev")
    attributes = file.with_name("dev.json.attrs")
    attributes.write_text("{}")
    assert read_state(root, "dev")
    attributes.write_text("")
    assert read_state(root, "dev") is None


@pytest.mark.parametrize("ending", ["gz", "zst"])
def test_a_compressed_state_is_left_to_the_cli(root: Path, ending: str) -> None:
    _write(root, "dev").with_name(f"dev.json.{ending}").write_bytes(b"")
    assert read_state(root, "dev") is None


@pytest.mark.parametrize("url", ["s3://states", "https://api.pulumi.com", ""])
def test_another_backend_is_asked_by_the_cli(
    root: Path, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", url)
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    assert read_state(root, "dev") is None


def test_the_backend_is_that_of_the_environment_of_the_project_or_of_the_login(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = {name: _folder(tmp_path / name) for name in ("project-backend", "login")}
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "credentials.json").write_text(json.dumps({"current": f"file://{tmp_path}/login"}))

    assert folder_of_states(root) == tmp_path / "state" / ".pulumi" / "stacks" / "kmetal-network"
    monkeypatch.delenv("PULUMI_BACKEND_URL")
    assert folder_of_states(root) == places["login"]
    own = (root / "Pulumi.yaml").read_text()
    (root / "Pulumi.yaml").unlink()  # a link to the project's own
    (root / "Pulumi.yaml").write_text(f"{own}backend:\n  url: file://../project-backend?no_tmp_dir=true\n")
    found = folder_of_states(root)
    assert found is not None
    assert found.resolve() == places["project-backend"]


def test_a_layout_without_projects_is_left_to_the_cli(root: Path, tmp_path: Path) -> None:
    _write(root, "dev")
    (tmp_path / "state" / ".pulumi" / "meta.yaml").write_text("version: 0\n")
    assert read_state(root, "dev") is None


@pytest.mark.sandbox
def test_it_is_what_the_cli_exports(
    root: Path, sandbox_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in sandbox_environment.items():
        if name != "PULUMI_BACKEND_URL":
            monkeypatch.setenv(name, value)
    select(root, "dev").import_stack(auto.Deployment(3, {"resources": [{**RESOURCE, "type": "pulumi:pulumi:Stack"}]}))

    words = ["pulumi", "stack", "export", "--stack", "dev"]
    said = json.loads(subprocess.run(words, cwd=root, capture_output=True, check=True, text=True).stdout)

    assert read_state(root, "dev") == {name: said[name] for name in ("version", "deployment")}
    assert deployment_of(root, "dev") == state_of(select(root, "dev")).deployment == said["deployment"]
