"""`Stack` resources of Pulumi Kubernetes Operator 2, one for each stack of an environment that it may run.

Fields: deploy/crds/pulumi.com_stacks.yaml of pulumi-kubernetes-operator 2.9.0. The template of the workspace is merged
into the operator's own pod, whose container is called `pulumi` (operator/internal/controller/auto, same release).

The operator runs `pulumi up --skip-preview`, as Pulumi's Automation API does. So the policy pack judges each object
just before it is written, and nobody sees a plan. docs/guide/beyond-one-machine.md says what else is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from kmetal_network.cells import Part
from kmetal_network.config.settings import PROJECT
from kmetal_network.config.stackfile import Environment
from kmetal_network.config.types import DnsLabel
from kmetal_network.errors import OperatorError
from kmetal_network.runners.model import MEMORY, PACK, STEPS, Image, Source, parts_to_run, uses_passphrase

API_VERSION: Final = "pulumi.com/v1"

GIT_TOKEN: Final = "gitToken"  # noqa: S105 (the name of a key)
"""Key of the Secret with the token that reads the repository over HTTPS; settings of a network are never public."""

SSH_KEY: Final = "sshPrivateKey"
"""Key of the Secret with the key that reads the repository over SSH."""

KUBECONFIG: Final = "kubeconfig"
"""Key of the Secret with the kubeconfig of the under cluster."""

_NAME: Final = TypeAdapter(DnsLabel)
_FOLDER: Final = "/etc/kmetal-network"
_POLL_SECONDS: Final = 300


@dataclass(frozen=True, kw_only=True)
class OperatorAnswers:
    """What the settings do not say, and the operator has to know."""

    source: Source
    image: Image

    backend: str = ""
    """URL of the backend that holds the states; empty for Pulumi Cloud."""

    organization: str = ""
    """Of Pulumi Cloud; empty elsewhere, and for the token's default organization."""

    outside: bool = False
    """The operator runs in a cluster other than the under cluster."""

    def __post_init__(self) -> None:
        """Refuse a backend that would lose the states, or show a password.

        Raises:
            OperatorError: it is a folder of the pod, or no URL, or it holds a password.
        """
        parts = urlsplit(self.backend)
        if self.backend and parts.scheme in ("", "file"):
            raise OperatorError(
                f"stacks: backend {self.backend!r} would be a folder of a pod, and the states would end with it; write"
                " --backend s3://..., gs://..., azblob://..., postgres://... or https://..."
            )
        if parts.password:
            raise OperatorError(
                f"stacks: the URL of backend {parts.hostname} holds a password, which would stand in a file; write"
                " --backend without it, and give the pods its credentials by their second Secret"
            )


def operator_stacks(environment: Environment, answers: OperatorAnswers) -> tuple[dict[str, Any], ...]:
    """The `Stack` objects, the platform's first where the operator may run it.

    Raises:
        OperatorError: no stack may be run there, or a stack's name is no name of an object.
    """
    parts = parts_to_run(environment, outside=answers.outside)
    platform = next((part for part in parts if part.has_platform), None)
    return tuple(_stack(environment, part, platform, answers) for part in parts)


def secret_name(environment: str) -> str:
    """The Secret with kubeconfig and tokens, and the service account of the pods, bear one name."""
    return f"{PROJECT}-{environment}"


def required_keys(environment: Environment, answers: OperatorAnswers) -> tuple[str, ...]:
    """The keys that the Secret has to have."""
    return (KUBECONFIG, *_variables(environment, answers), SSH_KEY if answers.source.is_ssh else GIT_TOKEN)


def _variables(environment: Environment, answers: OperatorAnswers) -> list[str]:
    cloud = not answers.backend or answers.backend.startswith(("https:", "http:"))
    token = ["PULUMI_ACCESS_TOKEN"] if cloud else []
    return [*token, "PULUMI_CONFIG_PASSPHRASE"] if uses_passphrase(environment) else token


def _stack(environment: Environment, part: Part, platform: Part | None, answers: OperatorAnswers) -> dict[str, Any]:
    name, secret, source = _object_name(part.stack), secret_name(environment.name), answers.source
    prefix = f"{answers.organization}/{PROJECT}/" if answers.organization else ""
    spec: dict[str, Any] = {
        "stack": f"{prefix}{part.stack}",
        "projectRepo": source.repository,
        "branch": source.branch,
    }
    if source.directory.parts:
        spec["repoDir"] = str(source.directory)
    if source.is_ssh:
        spec["gitAuth"] = {"sshAuth": {"sshPrivateKey": _from_secret(secret, SSH_KEY)}}
    else:
        spec["gitAuth"] = {"accessToken": _from_secret(secret, GIT_TOKEN)}
    if answers.backend:
        spec["backend"] = answers.backend
    if platform is not None and part != platform:
        spec["prerequisites"] = [{"name": _object_name(platform.stack)}]
    return {
        "apiVersion": API_VERSION,
        "kind": "Stack",
        "metadata": {"name": name},
        "spec": {
            **spec,
            "envRefs": {
                "KUBECONFIG": _literal(f"{_FOLDER}/{KUBECONFIG}"),
                "PULUMI_OPTION_POLICY_PACK": _literal(PACK),
                "PULUMI_PARALLEL": _literal(STEPS),
                **{key: _from_secret(secret, key) for key in _variables(environment, answers)},
            },
            "refresh": False,
            "destroyOnFinalize": False,
            "continueResyncOnCommitMatch": False,
            "resyncFrequencySeconds": _POLL_SECONDS,
            "workspaceReclaimPolicy": "Delete",
            "serviceAccountName": secret,
            "workspaceTemplate": {"spec": _workspace(secret, answers.image)},
        },
    }


def _workspace(secret: str, image: Image) -> dict[str, Any]:
    """The pod: Pulumi's image, memory for one cell, and the kubeconfig as a file."""
    volume = "under-cluster"
    return {
        "image": image.reference,
        "securityProfile": "restricted",
        "resources": {"requests": {"memory": MEMORY}},
        "envFrom": [{"secretRef": {"name": f"{secret}-env", "optional": True}}],
        "podTemplate": {
            "spec": {
                "containers": [
                    {"name": "pulumi", "volumeMounts": [{"name": volume, "mountPath": _FOLDER, "readOnly": True}]}
                ],
                "volumes": [
                    {
                        "name": volume,
                        "secret": {"secretName": secret, "items": [{"key": KUBECONFIG, "path": KUBECONFIG}]},
                    }
                ],
            }
        },
    }


def _literal(value: str) -> dict[str, Any]:
    return {"type": "Literal", "literal": {"value": value}}


def _from_secret(name: str, key: str) -> dict[str, Any]:
    return {"type": "Secret", "secret": {"name": name, "key": key}}


def _object_name(stack: str) -> str:
    try:
        return _NAME.validate_python(stack)
    except ValidationError:
        raise OperatorError(
            f"stacks: {stack!r} is no name for an object of Kubernetes; name the environment with small letters, digits"
            " and hyphens"
        ) from None
