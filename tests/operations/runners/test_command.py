"""`kmetal-network stacks` from the command line."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from kmetal_network.errors import OperatorError
from operations.cli import app
from tests.kmetal_network.runners.answers import text

REPOSITORY = ("--repository", "https://git.example/net/under.git")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two cells, in no repository."""
    (tmp_path / "Pulumi.prod.yaml").write_text(text())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    return tmp_path


def stacks(*words: str) -> Result:
    return CliRunner().invoke(app, ["stacks", *words], catch_exceptions=True)


def said(result: Result) -> str:
    """The message without the line ends of a narrow terminal."""
    return " ".join(result.stderr.split())


def test_the_objects_are_the_only_thing_on_standard_output() -> None:
    done = stacks("prod", "--as", "operator", *REPOSITORY)

    assert done.exit_code == 0, done.output
    assert [one["metadata"]["name"] for one in yaml.safe_load_all(done.stdout)] == ["prod-cell-1", "prod-cell-2"]
    assert (
        "2 Stacks; they need Secret kmetal-network-prod (kubeconfig, PULUMI_ACCESS_TOKEN, PULUMI_CONFIG_PASSPHRASE, gitToken)"
        " and ServiceAccount kmetal-network-prod"
    ) in said(done)
    assert "stack prod is left out: a pod of the under cluster must not apply the platform" in said(done)


def test_outside_of_the_under_cluster_nothing_is_left_out() -> None:
    done = stacks("prod", "--as", "operator", "--outside", *REPOSITORY)

    assert [one["metadata"]["name"] for one in yaml.safe_load_all(done.stdout)] == [
        "prod",
        "prod-cell-1",
        "prod-cell-2",
    ]
    assert "left out" not in done.output


def test_settings_of_deployments_are_files_and_writing_them_twice_changes_nothing(project: Path) -> None:
    done = stacks("prod", "--as", "deployments", "--agent-pool", "6f3a", *REPOSITORY)
    written = {path.name: path.read_text() for path in project.glob("*.deploy.yaml")}
    again = stacks("prod", "--as", "deployments", "--agent-pool", "6f3a", *REPOSITORY)

    assert (done.exit_code, again.exit_code) == (0, 0), done.output + again.output
    assert set(written) == {"Pulumi.prod-cell-1.deploy.yaml", "Pulumi.prod-cell-2.deploy.yaml"}
    assert {path.name: path.read_text() for path in project.glob("*.deploy.yaml")} == written
    assert "wrote Pulumi.prod-cell-1.deploy.yaml, Pulumi.prod-cell-2.deploy.yaml; commit them" in done.output
    assert "pulumi deployment settings env KUBECONFIG_CONTENT VALUE --secret" in done.output


def test_a_repositorys_own_address_and_the_projects_folder_in_it_are_known_from_git(project: Path) -> None:
    for words in (("init", "-q"), ("remote", "add", "origin", "git@github.com:acme/under.git")):
        subprocess.run(["git", *words], cwd=project, check=True)
    below = project / "net"
    below.mkdir()
    (project / "Pulumi.prod.yaml").rename(below / "Pulumi.prod.yaml")

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(below)
        first = next(yaml.safe_load_all(stacks("prod", "--as", "operator").stdout))

    assert first["spec"]["projectRepo"] == "git@github.com:acme/under.git"
    assert first["spec"]["repoDir"] == "net"


def test_without_an_address_it_asks_for_one() -> None:
    done = stacks("prod", "--as", "operator")

    assert isinstance(done.exception, OperatorError)
    assert done.exception.exit_code == 2
    assert str(done.exception).startswith("stacks: git has no `origin` (")
    assert str(done.exception).endswith("; write --repository https://HOST/OWNER/NAME")


def test_settings_that_break_a_law_print_and_write_nothing(project: Path) -> None:
    file = project / "Pulumi.prod.yaml"
    file.write_text(file.read_text().replace("gateway: 10.100.0.1", "gateway: 10.101.0.1"))

    for runner in ("operator", "deployments"):
        done = stacks("prod", "--as", runner, *REPOSITORY)
        assert isinstance(done.exception, OperatorError), done.output
        assert "NET-" in str(done.exception)
        assert done.stdout == ""
    assert list(project.glob("*.deploy.yaml")) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("operator", "--agent-pool", "6f3a"), "--agent-pool is for --as deployments; leave it out"),
        (("deployments", "--organization", "acme"), "--organization are for --as operator; leave them out"),
        (("deployments", "--backend", "s3://states"), "are for --as operator"),
    ],
)
def test_a_flag_of_the_other_runner_is_wrong_usage(words: tuple[str, ...], message: str) -> None:
    done = stacks("prod", "--as", *words, *REPOSITORY)

    assert done.exit_code == 2
    assert message in " ".join(said(done).replace("│", " ").split())
