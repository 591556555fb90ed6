"""Runs a workflow as it stands under act in host mode, against a forge on loopback.

Replaced: the actions that GitHub serves, by those of `actions/` next to this file (checkout fetches from the test's
repository, artifacts are files in a folder, an installer does nothing); `environment.deployment`, which the schema of act
0.2.89 does not know, is left out. Not covered by act, and held by `tests/operations/test_pipelines.py`: permissions,
environments and their secrets, concurrency, path filters, a fork's token.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sandbox.storage import cache_directory
from tests.operations.forges.server import Server
from tests.pipelines.repository import Repository
from tests.pipelines.tools import act
from tests.support.stack_project import ROOT

ACTIONS: Final = Path(__file__).parent / "actions"
_USES: Final = re.compile(r"uses: ([\w-]+/([\w-]+)@[0-9a-f]{40})")
_SECONDS: Final = 900
"""After which a run counts as hanging."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run that has ended."""

    code: int
    lines: tuple[Mapping[str, Any], ...]
    """act's own, one for each line of each step."""
    artifacts: Path

    @property
    def log(self) -> str:
        """Everything that was printed, each line after its job."""
        return "\n".join(f"[{one.get('job', '')}] {str(one.get('msg', '')).rstrip()}" for one in self.lines)

    def artifact(self, path: str) -> str:
        """A file that a job kept; empty where none did."""
        file = self.artifacts / path
        return file.read_text() if file.is_file() else ""

    @property
    def jobs(self) -> dict[str, str]:
        """How each job that ran ended, `success` or `failure`, by its id; of a matrix by `id stack`."""
        found = {}
        for one in self.lines:
            if "jobResult" in one:
                stack = (one.get("matrix") or {}).get("stack", "")
                found[f"{one['jobID']} {stack}".strip()] = str(one["jobResult"])
        return found


@dataclass(frozen=True, kw_only=True)
class Runner:
    """Where workflows of a repository run."""

    folder: Path
    repository: Repository
    server: Server
    environment: Mapping[str, str] = field(default_factory=dict)
    """More variables of every job: where this machine keeps its tools."""
    secrets: Mapping[str, str] = field(default_factory=dict)

    def pull_request(self, *, fork: bool = False) -> Run:
        """`preview.yml` for the proposed commit, whole."""
        whose = {"full_name": "mallory/r" if fork else "o/r"}
        request = {
            "number": 3,
            "head": {"sha": self.repository.head, "ref": "change", "repo": whose},
            "base": {"sha": self.repository.base, "ref": "main"},
            "user": {"type": "User"},
        }
        return self._run("pull_request", "preview", {"pull_request": request}, "change")

    def deploy(self, stack: str, digest: str = "") -> Run:
        """`deploy.yml` of one environment: after a merge, or started by hand with the digest of a plan."""
        event: dict[str, Any] = {"inputs": {"stack": stack, "digest": digest}} if digest else {}
        name = "workflow_dispatch" if digest else "push"
        return self._run(name, "deploy", {"ref": "refs/heads/main", **event}, "main", "--matrix", f"stack:{stack}")

    def drift(self, stack: str) -> Run:
        """`drift.yml` of one environment."""
        return self._run("schedule", "drift", {}, "main", "--matrix", f"stack:{stack}")

    def _run(self, event: str, workflow: str, payload: Mapping[str, Any], branch: str, *words: str) -> Run:
        number = len(list(self.folder.glob("run-*")))
        folder = self.folder / f"run-{number}"
        folder.mkdir()
        text = (ROOT / ".github" / "workflows" / f"{workflow}.yml").read_text()
        file = folder / f"{workflow}.yml"
        file.write_text(re.sub(r"^ +deployment: false\n", "", text, flags=re.MULTILINE))
        described = folder / "event.json"
        described.write_text(json.dumps({"repository": {"full_name": "o/r"}, **payload}))
        artifacts = folder / "artifacts"
        command = [
            *(str(act()), event, "--workflows", str(file), "--eventpath", str(described)),
            *("--platform", "ubuntu-24.04=-self-hosted", "--no-skip-checkout", "--json", *words),
            *(word for one in _replacements(text) for word in ("--local-repository", one)),
            *(word for name in ("GITHUB_TOKEN", *self.secrets) for word in ("--secret", name)),
            *(word for one in self._variables(artifacts) for word in ("--env", one)),
        ]
        # act keeps what it checks out below XDG_CACHE_HOME: each run begins with nothing of another's.
        own = {**os.environ, **self.secrets, "GITHUB_TOKEN": "job", "XDG_CACHE_HOME": str(folder / "cache")}
        done = subprocess.run(
            command,
            cwd=self.repository.checkout(folder / "checkout", branch),
            env=own,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
        lines = tuple(json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
        return Run(code=done.returncode, lines=lines, artifacts=artifacts)

    def _variables(self, artifacts: Path) -> list[str]:
        given = {
            **self.environment,
            "ORIGIN": str(self.repository.origin),
            "ARTIFACTS": str(artifacts),
            "GITHUB_API_URL": self.server.address,
            "XDG_CACHE_HOME": str(cache_directory().parents[1]),
        }
        return [f"{name}={value}" for name, value in given.items()]


def _replacements(workflow: str) -> list[str]:
    """`owner/name@digest=folder` for each action that a workflow uses."""
    found = dict(_USES.findall(workflow))
    assert found
    return [
        f"{uses}={ACTIONS / name if (ACTIONS / name).is_dir() else ACTIONS / 'nothing'}" for uses, name in found.items()
    ]
