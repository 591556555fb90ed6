"""Selects the engine's stack, repairs what a killed run left half written, and tests whether a lock's run is alive."""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from pulumi import automation as auto
from pulumi.automation._cmd import CommandResult
from pulumi.automation._stack import StackInitMode

from kmetal_network.cells import named
from kmetal_network.errors import OperatorError
from operations.engine.state_files import folder_of_states, read_state

_LOCK: Final = re.compile(r"(\S+): created by \S+@(\S+) \(pid (\d+)\)")
"""How the engine names each lock that is in its way (pulumi pkg/backend/diy/lock.go)."""

_NO_STACK: Final = "no stack named"
"""How `pulumi stack export` says that there is none (pulumi cmd/pulumi/stack)."""

_SECRETS_PROVIDER: Final = "secretsprovider"
"""Key of a stack file."""

_SINCE: Final = re.compile(r"\(pid \d+\) at (\S+)")
"""When it was made, in the same sentence: before its run did anything."""


class _Workspace(auto.LocalWorkspace):
    """Looks for a stack by reading it, where the SDK would select it: the operator's own selection stays as it is."""

    found: auto.Deployment | None = None
    """Its state as it was selected, secrets as they are stored; None once somebody has taken it."""

    def create_stack(self, stack_name: str) -> None:
        """Make it and select nothing; its secrets are kept as its file says, where the CLI itself does not look.

        A cell keeps them as its environment does. The SDK's reader of the file fails at a number (pulumi 3.250,
        `automation/_stack_settings.py`).
        """
        cell = named(stack_name)
        path = Path(self.work_dir) / f"Pulumi.{cell.environment if cell else stack_name}.yaml"
        provider = _secrets_provider(path.read_text(encoding="utf-8-sig")) if path.exists() else None
        words = [f"--secrets-provider={provider}"] if provider else []
        self._run_pulumi_cmd_sync(["stack", "init", stack_name, "--no-select", *words])
        self.found = auto.Deployment()

    def select_stack(self, stack_name: str) -> None:
        """Read its state, which every run asks for next.

        Raises:
            StackNotFoundError: there is no such stack.
        """
        self.found = _exported(Path(self.work_dir), stack_name)


class QuietStack(auto.Stack):
    """A stack that asks the engine nothing after a run: events report it all, and each call takes half a second."""

    def outputs(self) -> auto.OutputMap:
        """None; `operations.engine.events` has them from the events."""
        return {}

    def info(self, show_secrets: bool | None = None) -> auto.UpdateSummary:  # noqa: FBT001 (the SDK's signature)
        """Nothing of interest, since a result has to hold something."""
        del show_secrets
        return auto.UpdateSummary("", datetime.now(UTC), "", {}, {}, "succeeded")


def state_of(stack: auto.Stack) -> auto.Deployment:
    """The state of a stack with its secrets as they are stored: as `select` found it, the next time read again.

    Without `--show-secrets`, which the SDK's own export asks for: to derive the key takes two thirds of the call.
    """
    workspace = stack.workspace
    if not isinstance(workspace, _Workspace):
        return stack.export_stack()
    found, workspace.found = workspace.found, None
    return found or _exported(Path(workspace.work_dir), stack.name)


def deployment_of(root: Path, stack: str) -> Mapping[str, Any]:
    """The state of a stack with its secrets as they are stored; empty if there is no such stack.

    Raises:
        CommandError: the backend did not answer, so nothing is known of it.
    """
    try:
        return _exported(root, stack).deployment or {}
    except auto.CommandError as error:
        if _NO_STACK not in str(error):
            raise
        return {}


def _exported(root: Path, stack: str) -> auto.Deployment:
    exported = read_state(root, stack)
    if exported is None:
        words = ["stack", "export", "--stack", stack, "--non-interactive"]
        exported = json.loads(cli().run(words, str(root), {}).stdout)
    elif not exported:
        raise auto.StackNotFoundError(CommandResult("", f"{_NO_STACK} '{stack}' found", 1))
    return auto.Deployment(exported["version"], exported.get("deployment"))


def _secrets_provider(text: str) -> str | None:
    """That of a stack file; to parse the settings of 450 tenants takes half a second, so it is not done for nothing."""
    settings = yaml.safe_load(text) if _SECRETS_PROVIDER in text else None
    return settings.get(_SECRETS_PROVIDER) if isinstance(settings, Mapping) else None


def _nothing() -> None:
    """The program of who asks about a stack and runs nothing."""


@cache
def cli() -> auto.PulumiCommand:
    """The CLI on PATH; its version is asked for once."""
    return auto.PulumiCommand()


def select(root: Path, stack: str, program: Callable[[], None] = _nothing) -> auto.Stack:
    """The stack of an environment, made where it is not there yet.

    Args:
        root: the project.
        stack: name of the environment.
        program: what an `up` or a `preview` runs.

    Raises:
        OperatorError: no CLI, no backend, or a wrong passphrase.
    """

    def chosen() -> auto.Stack:
        workspace = _Workspace(work_dir=str(root), program=program, pulumi_command=cli())
        return QuietStack(stack, workspace, StackInitMode.CREATE_OR_SELECT)

    try:
        try:
            return chosen()
        except auto.CommandError as error:
            if "failed to load checkpoint: EOF" not in str(error) or not _mend(root, stack):
                raise
            return chosen()
    except auto.CommandError as error:
        raise OperatorError(f"stack {stack}: {last_words(str(error))}") from None
    except FileNotFoundError:
        raise OperatorError(
            "pulumi is not on PATH; install it, or take the one that `make up` brings:"
            ' eval "$(.venv/bin/python -m sandbox env)"'
        ) from None


def _mend(root: Path, stack: str) -> bool:
    """Remove what a killed run left half written next to its state in files; True when there was something.

    The state itself is renamed into place; its attributes (content type and checksum, which may be missing) are not:
    a kill in between leaves them empty, and the engine reads no further (gocloud.dev/blob/fileblob).
    """
    folder = folder_of_states(root)
    if folder is None:
        return False
    torn = [path for path in folder.glob(f"{stack}.json*.attrs") if not path.stat().st_size]
    for path in torn:
        path.unlink()
    return bool(torn)


def is_abandoned(refusal: str) -> bool:
    """Tell from the engine's refusal whether each lock belongs to a process of this machine that lives no more.

    Only for state in files: any other backend is shared with machines that may be called as this one is. Where it is
    not certain the answer is no, and the operator decides.
    """
    locks = _LOCK.findall(refusal)
    here = socket.gethostname()
    return bool(locks) and all(
        place.startswith("file://") and host == here and not _lives(int(pid)) for place, host, pid in locks
    )


def locked_since(refusal: str) -> datetime | None:
    """When the run began whose lock is in the way, as far as the refusal tells."""
    times: list[datetime] = []
    for text in _SINCE.findall(refusal):
        with suppress(ValueError):
            times.append(datetime.fromisoformat(text))
    return min(times, default=None)


def _lives(pid: int) -> bool:
    """Whether a process runs; one that was killed and that no one has reaped yet does not."""
    with suppress(OSError):  # no /proc on this system: the signal below tells
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:1] == ["Z"]:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def last_words(text: str) -> str:
    """The engine's own error out of a CommandError, which carries all of its output."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "error:" in line]
    return (errors or lines or ["no output"])[-1].removeprefix("stderr: ").removeprefix("error: ")
