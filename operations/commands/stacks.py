"""`kmetal-network stacks`: what makes Pulumi Kubernetes Operator or Pulumi Deployments run an environment's stacks."""

from __future__ import annotations

import sys
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Final

import typer
import yaml

from kmetal_network.cells import Part
from kmetal_network.config.stackfile import Environment, load_stack
from kmetal_network.counting import counted
from kmetal_network.errors import OperatorError
from kmetal_network.runners.deployment_settings import (
    DeploymentAnswers,
    deployment_file,
    deployment_settings,
    secret_variables,
)
from kmetal_network.runners.model import Image, Source
from kmetal_network.runners.operator_stacks import OperatorAnswers, operator_stacks, required_keys, secret_name
from operations.console import err, note, out
from operations.git import git
from operations.writing import write_all

_ROOT: Final = Path()
_WIDTH: Final = 120


class Runner(StrEnum):
    """Who is to run the stacks."""

    OPERATOR = "operator"
    DEPLOYMENTS = "deployments"


def stacks(
    environment: Annotated[str, typer.Argument(help="Name of the environment: Pulumi.<environment>.yaml.")],
    *,
    runner: Annotated[
        Runner,
        typer.Option("--as", help="operator prints `Stack` objects; deployments writes Pulumi.<stack>.deploy.yaml."),
    ],
    repository: Annotated[str, typer.Option(help="Address to clone; by default that of git's `origin`.")] = "",
    branch: Annotated[str, typer.Option(help="Branch whose commits are applied.")] = "main",
    outside: Annotated[
        bool, typer.Option("--outside", help="It runs outside of the under cluster, so it may apply the platform, too.")
    ] = False,
    backend: Annotated[
        str, typer.Option(help="operator: URL of the backend, as in PULUMI_BACKEND_URL; by default Pulumi Cloud.")
    ] = "",
    organization: Annotated[str, typer.Option(help="operator: organization of the stacks in Pulumi Cloud.")] = "",
    agent_pool: Annotated[str, typer.Option(help="deployments: ID of your pool of self-hosted runners.")] = "",
) -> None:
    """Let Pulumi Kubernetes Operator or Pulumi Deployments run the cells. It asks no cluster and applies nothing."""
    if runner is Runner.OPERATOR and agent_pool:
        raise typer.BadParameter("--agent-pool is for --as deployments; leave it out")
    if runner is Runner.DEPLOYMENTS and (backend or organization):
        raise typer.BadParameter("--backend and --organization are for --as operator; leave them out")
    loaded, warnings = load_stack(_ROOT, environment)
    for warning in warnings:
        note(str(warning))
    source = Source(repository=repository or _origin(), branch=branch, directory=_directory())
    image = Image(version=version("pulumi"))
    if runner is Runner.OPERATOR:
        _print_stacks(
            loaded,
            OperatorAnswers(source=source, image=image, backend=backend, organization=organization, outside=outside),
        )
    else:
        answers = DeploymentAnswers(source=source, image=image, agent_pool=agent_pool, outside=outside)
        _write_settings(_ROOT, loaded, answers)


def _print_stacks(environment: Environment, answers: OperatorAnswers) -> None:
    """The objects on standard output, and what they need on standard error.

    Raises:
        OperatorError: as `operator_stacks`.
    """
    objects = operator_stacks(environment, answers)
    name = environment.name
    head = f"# Written by `kmetal-network stacks {name} --as operator`. Write it again after `cells` has changed.\n"
    sys.stdout.write(head + "---\n".join(map(_yaml, objects)))
    secret = secret_name(name)
    keys = ", ".join(required_keys(environment, answers))
    err.print(
        f"{counted(len(objects), 'Stack')}; they need Secret {secret} ({keys}) and ServiceAccount {secret}",
        highlight=False,
        soft_wrap=True,
    )
    _tell_of_platform(environment, outside=answers.outside)


def _write_settings(root: Path, environment: Environment, answers: DeploymentAnswers) -> None:
    """The files, all or none.

    Raises:
        OperatorError: as `deployment_settings`, or a file cannot be read or written.
    """
    names = [deployment_file(part.stack) for part in Part.all(environment.name, environment.settings.cells)]
    present = deployment_settings(environment, answers, {name: text for name in names if (text := _text(root / name))})
    write_all(root, {name: _yaml(settings).encode() for name, settings in present.items()})
    out.print(f"wrote {', '.join(present)}; commit them", highlight=False, soft_wrap=True)
    for variable in secret_variables(environment):
        command = f"pulumi deployment settings env {variable} VALUE --secret -s ORGANIZATION/STACK"
        out.print(f"  each stack needs: {command}", highlight=False, soft_wrap=True)
    out.print("  then: pulumi deployment settings push -s ORGANIZATION/STACK", highlight=False, soft_wrap=True)
    _tell_of_platform(environment, outside=answers.outside)


def _tell_of_platform(environment: Environment, *, outside: bool) -> None:
    if not outside:
        name = environment.name
        note(
            f"stack {name} is left out: a pod of the under cluster must not apply the platform that it runs on;"
            f" go on applying it by `kmetal-network up {name}`"
        )


def _yaml(data: dict[str, Any]) -> str:
    return yaml.safe_dump(data, sort_keys=False, width=_WIDTH)


def _text(path: Path) -> str:
    """A file's text; empty where there is none.

    Raises:
        OperatorError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8"
        raise OperatorError(f"{path}: {reason}; make it a file that you may read, or delete it") from None


def _origin() -> str:
    """Where git pushes to.

    Raises:
        OperatorError: git knows of no `origin`.
    """
    found, reason = git(_ROOT, "remote", "get-url", "origin")
    if reason:
        raise OperatorError(f"stacks: git has no `origin` ({reason}); write --repository https://HOST/OWNER/NAME")
    return found.decode().strip()


def _directory() -> PurePosixPath:
    """The project's folder in its repository; the top where there is no repository yet."""
    found, reason = git(_ROOT, "rev-parse", "--show-prefix")
    return PurePosixPath() if reason else PurePosixPath(found.decode().strip())
