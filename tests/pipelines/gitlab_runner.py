"""Runs jobs of `.gitlab-ci.yml` as it stands under gitlab-ci-local's shell executor, against a forge on loopback.

Each job has a checkout of its own, and artifacts pass between jobs as GitLab passes them. Replaced: images, by this
machine; the cache of tools, by this machine's; `after_script`, which gitlab-ci-local 4.75.1 runs in a checkout that it lays
anew, by a trap of the same shell. Not covered, and held by `tests/operations/test_pipelines.py`: environments
and their variables, resource groups, the merge result.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sandbox.storage import cache_directory
from tests.operations.forges.server import Server
from tests.pipelines.repository import Repository
from tests.pipelines.tools import gitlab_ci_local

_SECONDS: Final = 1500
"""After which a run counts as hanging."""


_DOWN: Final = "  after_script:\n    - make down\n"
_UP: Final = "    - make up\n"
_FILE: Final = "as-run.gitlab-ci.yml"


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run that has ended."""

    code: int
    log: str
    checkout: Path

    def artifact(self, name: str) -> str:
        """A file that a job kept; empty where none did."""
        found = sorted((self.checkout / ".gitlab-ci-local" / "artifacts").rglob(name))
        return found[0].read_text() if found else ""

    @property
    def jobs(self) -> dict[str, str]:
        """How each job that ran ended: empty where well, else `FAIL` with its exit code."""
        found = re.findall(r"^ *(\S+(?:: \[\w+\])?) +finished in [\d.]+ \w+ *(FAIL \d+)?", self.log, re.MULTILINE)
        return dict(found)


@dataclass(frozen=True, kw_only=True)
class Runner:
    """Where jobs of a repository run."""

    folder: Path
    repository: Repository
    server: Server
    variables: Mapping[str, str]
    """Of the project: kubeconfig and token."""

    def merge_request(self, *words: str) -> Run:
        """Jobs of a merge request's pipeline, at the same time: what they need is not waited for."""
        return self._run(
            words,
            {
                "CI_PIPELINE_SOURCE": "merge_request_event",
                "CI_MERGE_REQUEST_IID": "3",
                "CI_MERGE_REQUEST_DIFF_BASE_SHA": self.repository.base,
                "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            },
        )

    def night(self, *jobs: str) -> Run:
        """Jobs of the nightly pipeline."""
        return self._run(jobs, {"CI_PIPELINE_SOURCE": "schedule"})

    def _run(self, jobs: tuple[str, ...], pipeline: Mapping[str, str]) -> Run:
        script, path = gitlab_ci_local()
        number = len(list(self.folder.glob("run-*")))
        checkout = self.repository.checkout(self.folder / f"run-{number}")
        variables = {
            **pipeline,
            **self.variables,
            "CI_API_V4_URL": f"{self.server.address}/api/v4",
            "CI_PROJECT_ID": "group/project",
            "XDG_CACHE_HOME": str(cache_directory().parents[1]),
        }
        text = (checkout / ".gitlab-ci.yml").read_text()
        assert text.count(_DOWN) == text.count(_UP) == 1
        (checkout / _FILE).write_text(text.replace(_DOWN, "").replace(_UP, f"    - trap 'make down' EXIT\n{_UP}"))
        command = [
            *("node", str(script), "--force-shell-executor", "--shell-isolation", "--no-artifacts-to-source"),
            *("--file", _FILE),
            *("--home", str(self.folder / "home"), "--ignore-predefined-vars", ",".join(variables)),
            *(word for name, value in variables.items() for word in ("--variable", f"{name}={value}")),
            *jobs,
        ]
        done = subprocess.run(
            command,
            cwd=checkout,
            env={**os.environ, "PATH": path, "NO_COLOR": "1", "no_proxy": "127.0.0.1", "PIP_NO_COMPILE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
        return Run(code=done.returncode, log=re.sub(r"\x1b\[[0-9;]*m", "", done.stdout), checkout=checkout)
