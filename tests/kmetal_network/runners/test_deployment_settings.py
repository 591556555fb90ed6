"""Settings of Pulumi Deployments, with expectations by hand."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from kmetal_network.errors import OperatorError
from kmetal_network.runners.deployment_settings import DeploymentAnswers, deployment_settings, secret_variables
from kmetal_network.runners.model import Source
from tests.kmetal_network.runners.answers import IMAGE, SOURCE, environment

ANSWERS = DeploymentAnswers(source=SOURCE, image=IMAGE)
IN_THE_CONTAINER = "/tmp/kubeconfig"  # noqa: S108 (in a container of one run)
FIRST = "Pulumi.prod-cell-1.deploy.yaml"
WRITES_KUBECONFIG = 'umask 077 && printf \'%s\\n\' "$KUBECONFIG_CONTENT" > "$KUBECONFIG"'

SETTINGS = {
    "settings": {
        "executorContext": {"executorImage": {"reference": "pulumi/pulumi:3.250.0-nonroot"}},
        "sourceContext": {"git": {"branch": "main", "repoUrl": "https://git.example/net/under.git"}},
        "operationContext": {
            "preRunCommands": [WRITES_KUBECONFIG],
            "environmentVariables": {
                "KUBECONFIG": IN_THE_CONTAINER,
                "PULUMI_OPTION_POLICY_PACK": "policies",
                "PULUMI_PARALLEL": "128",
            },
        },
    }
}

ENCRYPTED = """\
settings:
  tag: "7"
  sourceContext:
    git:
      branch: old
      gitAuth:
        sshAuth: {sshPrivateKey: {ciphertext: AAAB}}
  operationContext:
    environmentVariables:
      KUBECONFIG: elsewhere
      KUBECONFIG_CONTENT: {ciphertext: AAAC}
"""


def test_each_cell_gets_a_file_and_the_platform_gets_none() -> None:
    found = deployment_settings(environment(), ANSWERS, {})

    assert list(found) == [FIRST, "Pulumi.prod-cell-2.deploy.yaml"]
    assert found[FIRST] == SETTINGS


def test_runners_outside_apply_the_platform_in_a_pool_of_ones_own() -> None:
    found = deployment_settings(environment(), replace(ANSWERS, outside=True, agent_pool="6f3a"), {})

    assert next(iter(found)) == "Pulumi.prod.deploy.yaml"
    assert {one["settings"]["agentPoolID"] for one in found.values()} == {"6f3a"}


def test_a_repository_on_github_goes_by_its_app_and_applies_commits_but_no_pull_requests() -> None:
    github = Source(repository="git@github.com:acme/under.git", directory=PurePosixPath("net"))
    settings = deployment_settings(environment(), replace(ANSWERS, source=github), {})[FIRST]["settings"]

    assert settings["gitHub"] == {"repository": "acme/under", "deployCommits": True}
    assert settings["sourceContext"] == {"git": {"branch": "main", "repoDir": "net"}}


def test_what_pulumi_has_encrypted_in_a_file_stays_and_the_rest_is_written_anew() -> None:
    found = deployment_settings(environment(), ANSWERS, {FIRST: ENCRYPTED})
    [first, second] = [one["settings"] for one in found.values()]

    assert first["operationContext"]["environmentVariables"] == {
        "KUBECONFIG": IN_THE_CONTAINER,
        "KUBECONFIG_CONTENT": {"ciphertext": "AAAC"},
        "PULUMI_OPTION_POLICY_PACK": "policies",
        "PULUMI_PARALLEL": "128",
    }
    assert first["sourceContext"]["git"] == {
        "branch": "main",
        "repoUrl": "https://git.example/net/under.git",
        "gitAuth": {"sshAuth": {"sshPrivateKey": {"ciphertext": "AAAB"}}},
    }
    assert "tag" not in first
    assert second == SETTINGS["settings"]


def test_a_file_that_cannot_be_read_is_refused_before_its_secrets_are_lost() -> None:
    with pytest.raises(OperatorError, match=r"cell-1.deploy.yaml: `environmentVariables` is no mapping; mend it"):
        deployment_settings(
            environment(), ANSWERS, {FIRST: "settings: {operationContext: {environmentVariables: [KUBECONFIG]}}"}
        )
    with pytest.raises(OperatorError, match=r"cell-1.deploy.yaml"):
        deployment_settings(environment(), ANSWERS, {FIRST: "settings: {"})


def test_a_passphrase_is_asked_for_where_one_encrypts_the_states() -> None:
    assert secret_variables(environment()) == ("KUBECONFIG_CONTENT", "PULUMI_CONFIG_PASSPHRASE")


def test_the_command_before_a_run_writes_the_kubeconfig_for_its_user_alone(tmp_path: Path) -> None:
    file, content = tmp_path / "kubeconfig", "a: 'b'\nc: \"$d %s\\n\"\n"

    subprocess.run(
        ["sh", "-c", WRITES_KUBECONFIG], env={"KUBECONFIG": str(file), "KUBECONFIG_CONTENT": content}, check=True
    )

    assert file.read_text() == content + "\n"
    assert file.stat().st_mode & 0o777 == 0o600
