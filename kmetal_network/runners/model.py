"""What a runner is asked to run: which stacks of an environment, and where their program comes from.

The stack that holds the platform is left out unless the runner is outside of the under cluster. A pod of that cluster
needs the CNI, Multus and Kube-OVN which the platform installs. An `up` that replaces the CNI would cut its own pod off
in the middle of a write, and a `destroy` would delete the network that it runs on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from kmetal_network.cells import Part
from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.finding_codes.codes import CELLS

MEMORY: Final = "600Mi"
"""What engine, program, provider and policy pack of one cell need together (docs/benchmarks.md)."""

STEPS: Final = "128"
"""PULUMI_PARALLEL: most steps only wait for a controller (docs/guide/first-up.md)."""

PACK: Final = "policies"
"""Folder of the policy pack, below the project."""

_SCP: Final = re.compile(r"[^@/:\s]+@(?P<host>[^:/\s]+):(?P<path>[^\s]+)")
"""`git@host:owner/name.git`, git's short form of an SSH address."""

_GITHUB: Final = "github.com"


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where the program and the settings come from."""

    repository: str
    """Address of the git repository: `https://...`, `ssh://...` or `git@host:path`."""

    branch: str = "main"

    directory: PurePosixPath = field(default_factory=PurePosixPath)
    """The project's folder in the repository."""

    def __post_init__(self) -> None:
        """Refuse an address that no runner can use.

        Raises:
            OperatorError: it is of another form, or it holds a password.
        """
        wrong = ""
        if not _SCP.fullmatch(self.repository):
            parts = urlsplit(self.repository)
            if parts.scheme not in ("https", "ssh") or not parts.hostname or not parts.path.strip("/"):
                wrong = f"{self.repository!r} is no address that another machine can clone"
            elif parts.password or (parts.scheme == "https" and parts.username):
                wrong = f"the address of {parts.hostname} holds a user or a password, which would stand in a file"
        if wrong:
            raise OperatorError(f"stacks: {wrong}; write --repository https://HOST/OWNER/NAME or git@HOST:OWNER/NAME")

    @property
    def is_ssh(self) -> bool:
        """Whether it is cloned over SSH, which takes a private key."""
        return not self.repository.startswith("https:")

    @property
    def github(self) -> str:
        """`owner/name` of a repository on GitHub; empty elsewhere."""
        short = _SCP.fullmatch(self.repository)
        parts = urlsplit(self.repository)
        host, path = (short["host"], short["path"]) if short else (parts.hostname, parts.path)
        return path.strip("/").removesuffix(".git") if host == _GITHUB else ""


@dataclass(frozen=True, kw_only=True)
class Image:
    """The image that runs a stack."""

    version: str
    """Of Pulumi: the one that the program is tested with."""

    @property
    def reference(self) -> str:
        """Pulumi's own image; it holds Python, and its user is not root."""
        return f"pulumi/pulumi:{self.version}-nonroot"


def parts_to_run(environment: Environment, *, outside: bool) -> tuple[Part, ...]:
    """The stacks that a runner may run.

    Args:
        environment: all of it, as `load_stack` returns it.
        outside: the runner is no pod of the under cluster.

    Raises:
        OperatorError: there is none, or a runner could not reach the cluster with these settings.
    """
    cluster = environment.settings.cluster
    if cluster.kubeconfig is not None:
        problem = f"kubeconfig {cluster.kubeconfig!r} is a file of this machine, and a runner has its own"
        remedy = "remove the line; `KUBECONFIG` then names the file, here and there"
        raise OperatorError(
            [Finding(place=environment.place(("cluster", "kubeconfig")), problem=problem, remedy=remedy)]
        )
    parts = Part.all(environment.name, environment.settings.cells)
    found = tuple(part for part in parts if outside or not part.has_platform)
    if not found:
        problem = f"{environment.name} is one stack, and a pod of the under cluster must not apply the platform in it"
        remedy = (
            "write `cells:` and run `kmetal-network cells`, or add --outside where the runner is no pod of that cluster"
        )
        raise OperatorError(
            [Finding(place=f"Pulumi.{environment.name}.yaml", problem=problem, remedy=remedy, rule=CELLS)]
        )
    return found


def uses_passphrase(environment: Environment) -> bool:
    """Whether a passphrase encrypts its states, and not a key service."""
    data = environment.document.data
    return isinstance(data, dict) and "encryptionsalt" in data
