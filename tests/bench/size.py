"""Measures one size of an environment: the runs of its stacks, and the plain apply of the same objects.

Each side gets a fresh control plane of its own, so that neither finds what the other left. The stack waits until the
network is ready and asks the policy pack; the plain apply does neither. That is what the ratio is a ratio of.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from sandbox.environment import environment
from sandbox.storage import CHECKOUT
from tests.bench.arena import arena
from tests.bench.measure import Measure, Part, measure
from tests.bench.sized_project import STACK, cells_for, change_one_tenant, write_manifests, write_project


class Run(StrEnum):
    """What is measured."""

    FIRST = "first up"
    SECOND = "second up"
    PREVIEW = "preview"
    WHOLE = "preview --all"
    CHANGE = "change of one tenant"


@dataclass(frozen=True)
class Size:
    """The figures of one size."""

    tenants: int
    objects: int
    stack: Mapping[Run, Measure]
    plain: Mapping[Run, Measure]

    def ratio(self, run: Run) -> float:
        """How many times longer the stack takes than the plain apply."""
        return self.stack[run].seconds / self.plain[run].seconds

    def second_beside_dry_run(self) -> float:
        """How many times longer a second `up` takes than the dry run that shows a difference, as `kubectl diff` does."""
        return self.stack[Run.SECOND].seconds / self.plain[Run.PREVIEW].seconds

    def together(self) -> int:
        """The most memory that the four parts of one run held, each at its peak, in KiB."""
        return max((sum(entry.peaks.values()) for entry in self.stack.values()), default=0)

    def peak(self, part: Part) -> int | None:
        """The most memory that a part of the stack's runs held, in KiB; None where it was not seen."""
        return max((peak for entry in self.stack.values() if (peak := entry.peaks.get(part))), default=None)


_CHANGES: Final = 3
"""Measurements of a change of one tenant, of which the fastest counts: it takes seconds, and other work only adds."""


@dataclass(frozen=True)
class Bench:
    """Where the measurements run, and their parameters."""

    directory: Path
    """Holds the tools; made by `sandbox.environment.prepare`."""

    engine: Mapping[str, str]
    """Further variables for the engine; none is what `kmetal-network` runs with."""

    say: Callable[[str], None]

    def size(self, tenants: int) -> Size:
        """Measure one size."""
        home = self.directory / f"tenants-{tenants}"
        kubeconfig = home / "stack" / "kubeconfig"
        project = write_project(home / "project", tenants, kubeconfig, cells_for(tenants))
        manifests, objects = write_manifests(project)
        return Size(
            tenants,
            objects,
            plain=self._plain(home / "plain", manifests, f"{tenants} tenants, {objects} objects"),
            stack=self._stack(home / "stack", project, f"{tenants} tenants"),
        )

    def _stack(self, home: Path, project: Path, title: str) -> dict[Run, Measure]:
        verbs = {
            Run.FIRST: ("up", "some"),
            Run.SECOND: ("up", "none"),
            Run.PREVIEW: ("preview", "none"),
            Run.WHOLE: ("preview --all", "none"),
            Run.CHANGE: ("command", "some"),
        }
        figures = {}
        with arena(home) as kubeconfig:
            backend = {"PULUMI_BACKEND_URL": f"file://{project / 'state'}"}
            variables = {**self._variables(kubeconfig), **backend, **self.engine}
            for run, (verb, changes) in verbs.items():
                command = [sys.executable, "-m", "tests.bench.measured.run_stack", str(project), STACK, verb, changes]
                measures = []
                for attempt in range(_CHANGES if run is Run.CHANGE else 1):
                    if run is Run.CHANGE:
                        change_one_tenant(project, attempt)
                    measures.append(measure(command, variables, home))
                    self.say(f"{title}: {run} {measures[-1]}")
                figures[run] = min(measures, key=lambda one: one.seconds)
        return figures

    def _plain(self, home: Path, manifests: Path, title: str) -> dict[Run, Measure]:
        figures = {}
        with arena(home) as kubeconfig:
            variables = self._variables(kubeconfig)
            for run in Run:
                command = plain_command(kubeconfig, manifests, dry=run in (Run.PREVIEW, Run.WHOLE))
                figures[run] = measure(command, variables, home)
                self.say(f"{title}: plain apply during {run} {figures[run]}")
        return figures

    def _variables(self, kubeconfig: Path) -> dict[str, str]:
        """What a command needs; the tools are shared by all sizes."""
        paths = {"KUBECONFIG": str(kubeconfig), "PYTHONPATH": str(CHECKOUT)}
        return {**os.environ, **environment(self.directory), **paths}


def plain_tool() -> str:
    """What the plain apply is done with on this machine."""
    return "kubectl" if shutil.which("kubectl") else "Python client, one object after the other"


def plain_command(kubeconfig: Path, manifests: Path, *, dry: bool) -> Sequence[str]:
    """The plain apply of a file: with kubectl, where there is one."""
    if (kubectl := shutil.which("kubectl")) is None:
        words = [
            sys.executable,
            "-m",
            "tests.bench.measured.plain_apply",
            "--kubeconfig",
            str(kubeconfig),
            str(manifests),
        ]
        return [*words, "--dry-run"] if dry else words
    words = [kubectl, "apply", "--server-side", "--force-conflicts", "--filename", str(manifests)]
    words += ["--kubeconfig", str(kubeconfig), "--cache-dir", str(kubeconfig.parent / "kubectl-cache")]
    return [*words, "--dry-run=server"] if dry else words
