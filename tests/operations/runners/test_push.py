"""The real CLI reads the written files and sends all of it to Pulumi Cloud, in the form of the service's API.

A field that Pulumi does not have is dropped when the CLI reads the file, so it would be missing in what arrives.
"""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml

from kmetal_network.runners.deployment_settings import DeploymentAnswers, deployment_file, deployment_settings
from kmetal_network.runners.model import Source
from tests.kmetal_network.runners.answers import IMAGE, SOURCE, environment
from tests.operations.runners.pulumi_cloud import pulumi_cloud
from tests.support.stack_project import ROOT

pytestmark = pytest.mark.sandbox

STACK = "prod-cell-1"
ANSWERS = DeploymentAnswers(source=SOURCE, image=IMAGE, agent_pool="6f3a")

OPERATION = {
    "preRunCommands": ['umask 077 && printf \'%s\\n\' "$KUBECONFIG_CONTENT" > "$KUBECONFIG"'],
    "operation": "",
    "environmentVariables": {
        "KUBECONFIG": "/tmp/kubeconfig",  # noqa: S108 (in a container of one run)
        "PULUMI_OPTION_POLICY_PACK": "policies",
        "PULUMI_PARALLEL": "128",
    },
}
EXECUTOR = {"workingDirectory": "", "executorImage": "pulumi/pulumi:3.250.0-nonroot"}


def push(project: Path, variables: dict[str, str], settings: dict[str, Any]) -> Any:
    """What arrives."""
    (project / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text())
    (project / deployment_file(STACK)).write_text(yaml.safe_dump(settings))
    with pulumi_cloud() as cloud:
        command = ["pulumi", "deployment", "settings", "push", "--yes", "--non-interactive", "-s", f"acme/{STACK}"]
        cloudy = {"PULUMI_BACKEND_URL": cloud.address, "PULUMI_ACCESS_TOKEN": "pul-1", "PULUMI_HOME": str(project)}
        done = subprocess.run(
            command, cwd=project, env={**variables, **cloudy}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return cloud.pushed[STACK]


def test_everything_in_the_file_of_a_cell_arrives(tmp_path: Path, sandbox_environment: dict[str, str]) -> None:
    answers = replace(ANSWERS, source=replace(SOURCE, directory=PurePosixPath("net")))
    [settings, _] = deployment_settings(environment(), answers, {}).values()

    assert push(tmp_path, sandbox_environment, settings) == {
        "executorContext": EXECUTOR,
        "sourceContext": {"git": {"repoUrl": "https://git.example/net/under.git", "branch": "main", "repoDir": "net"}},
        "operationContext": OPERATION,
        "agentPoolID": "6f3a",
    }


def test_everything_in_the_file_of_a_repository_on_github_arrives(
    tmp_path: Path, sandbox_environment: dict[str, str]
) -> None:
    answers = DeploymentAnswers(source=Source(repository="https://github.com/acme/under"), image=IMAGE)
    [settings, _] = deployment_settings(environment(), answers, {}).values()

    assert push(tmp_path, sandbox_environment, settings) == {
        "executorContext": EXECUTOR,
        "sourceContext": {"git": {"repoUrl": "", "branch": "main"}},
        "gitHub": {"repository": "acme/under", "deployCommits": True},
        "operationContext": OPERATION,
    }


def test_a_secret_that_pulumi_encrypted_arrives_as_it_was(tmp_path: Path, sandbox_environment: dict[str, str]) -> None:
    there = {"settings": {"operationContext": {"environmentVariables": {"KUBECONFIG_CONTENT": {"ciphertext": "AAAC"}}}}}
    texts = {deployment_file(STACK): yaml.safe_dump(there)}
    [settings, _] = deployment_settings(environment(), ANSWERS, texts).values()

    arrived = push(tmp_path, sandbox_environment, settings)
    assert arrived["operationContext"]["environmentVariables"]["KUBECONFIG_CONTENT"] == {"ciphertext": "AAAC"}
