"""Settings of Pulumi Deployments, one file for each stack of an environment that it may run.

`pulumi deployment settings push` reads `Pulumi.<stack>.deploy.yaml` (pulumi 3.250.0, sdk/go/common/workspace/paths.go;
fields: sdk/go/common/apitype/deployments.go). Secrets in it are encrypted by Pulumi Cloud, so none is written here, and
those that are there stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import OperatorError
from kmetal_network.runners.model import PACK, STEPS, Image, Source, parts_to_run, uses_passphrase
from kmetal_network.yaml_document import read_document

CONTENT: Final = "KUBECONFIG_CONTENT"
"""Secret variable with the kubeconfig of the under cluster; Deployments has variables, and no files."""

_FILE: Final = "/tmp/kubeconfig"  # noqa: S108 (in a container of one run)
_WRITE_KUBECONFIG: Final = f'umask 077 && printf \'%s\\n\' "${CONTENT}" > "$KUBECONFIG"'


@dataclass(frozen=True, kw_only=True)
class DeploymentAnswers:
    """What the settings do not say, and Pulumi Deployments has to know."""

    source: Source
    image: Image

    agent_pool: str = ""
    """ID of the pool of self-hosted runners; empty for Pulumi's own."""

    outside: bool = False
    """The runners are no pods of the under cluster."""


def deployment_file(stack: str) -> str:
    """Name of the file of a stack, next to its stack file."""
    return f"Pulumi.{stack}.deploy.yaml"


def secret_variables(environment: Environment) -> tuple[str, ...]:
    """The variables that an operator has to set by `pulumi deployment settings env --secret`."""
    return (CONTENT, "PULUMI_CONFIG_PASSPHRASE") if uses_passphrase(environment) else (CONTENT,)


def deployment_settings(
    environment: Environment, answers: DeploymentAnswers, texts: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """What each file is to hold, by its name.

    Args:
        environment: all of it.
        answers: what the settings do not say.
        texts: the files that are there already, by name.

    Raises:
        OperatorError: no stack may be run there, or a file that is there cannot be read.
    """
    files = [deployment_file(part.stack) for part in parts_to_run(environment, outside=answers.outside)]
    return {file: {"settings": _settings(answers, _kept(texts.get(file, ""), file))} for file in files}


@dataclass(frozen=True)
class _Kept:
    """What Pulumi's own command has encrypted in a file."""

    variables: Mapping[str, Any]
    authentication: Mapping[str, Any]


def _settings(answers: DeploymentAnswers, kept: _Kept) -> dict[str, Any]:
    source = answers.source
    git: dict[str, Any] = {"branch": source.branch}
    if source.directory.parts:
        git["repoDir"] = str(source.directory)
    settings: dict[str, Any] = {
        "executorContext": {"executorImage": {"reference": answers.image.reference}},
        "sourceContext": {"git": git},
    }
    if source.github:
        settings["gitHub"] = {"repository": source.github, "deployCommits": True}
    else:
        git["repoUrl"] = source.repository
        if kept.authentication:
            git["gitAuth"] = dict(kept.authentication)
    settings["operationContext"] = {
        "preRunCommands": [_WRITE_KUBECONFIG],
        "environmentVariables": {
            **kept.variables,
            "KUBECONFIG": _FILE,
            "PULUMI_OPTION_POLICY_PACK": PACK,
            "PULUMI_PARALLEL": STEPS,
        },
    }
    if answers.agent_pool:
        settings["agentPoolID"] = answers.agent_pool
    return settings


def _kept(text: str, file: str) -> _Kept:
    data = read_document(text, file).data if text else {}
    settings = _below(data, "settings", file)
    operation = _below(settings, "operationContext", file)
    git = _below(_below(settings, "sourceContext", file), "git", file)
    return _Kept(_below(operation, "environmentVariables", file), _below(git, "gitAuth", file))


def _below(data: object, key: str, file: str) -> Mapping[str, Any]:
    found = data.get(key, {}) if isinstance(data, Mapping) else None
    if not isinstance(found, Mapping):
        raise OperatorError(f"{file}: `{key}` is no mapping; mend it, or delete the file and set its secrets again")
    return found
