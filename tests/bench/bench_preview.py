"""What the policy pack adds to a preview: `python -m tests.bench.bench_preview`.

A real engine previews 500 rendered objects, alone and with the pack, turn about in one run on one machine. The provider
hands back what it gets and there is no cluster, so that nothing else hides what the pack costs: on a cluster, whose API
server answers a dry run for each object, its share is smaller.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sandbox.environment import environment, prepare
from sandbox.storage import CHECKOUT
from tests.bench.measure import Measure, measure

OBJECTS: Final = 500
_ROUNDS: Final = 2
_ECHO: Final = CHECKOUT / "tests" / "policies" / "echo_provider.py"


@dataclass(frozen=True)
class Share:
    """The quickest preview without the pack and with it."""

    objects: int
    alone: Measure
    judged: Measure

    @property
    def of_time(self) -> float:
        """The part of a judged preview's seconds that the pack takes."""
        return 1 - self.alone.seconds / self.judged.seconds

    @property
    def of_processor(self) -> float:
        """The part of its processor time, which what else the machine does hardly moves."""
        return 1 - self.alone.processor / self.judged.processor

    def __str__(self) -> str:
        return (
            f"preview of {self.objects} objects: {self.alone}, with the policy pack {self.judged}: its share is"
            f" {self.of_time:.0%} of the time, {self.of_processor:.0%} of the processor time"
        )


def preview_share(directory: Path, objects: int = OBJECTS) -> Share:
    """Measure, with the tools that `prepare` put into the directory."""
    home = directory / "preview"
    variables = _variables(directory, home)
    figures: dict[str, list[Measure]] = {"alone": [], "judged": []}
    for _ in range(_ROUNDS):
        for way, found in figures.items():
            command = [sys.executable, "-m", "tests.bench.measured.preview_objects", str(home), str(objects), way]
            found.append(measure(command, variables, home))
    alone, judged = (min(found, key=lambda one: one.seconds) for found in figures.values())
    return Share(objects, alone, judged)


def _variables(directory: Path, home: Path) -> Mapping[str, str]:
    """What the engine needs; its Kubernetes provider is the echoing one, first on PATH."""
    script = home / "bin" / "pulumi-resource-kubernetes"
    script.parent.mkdir(parents=True)
    (home / "state").mkdir()
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -u "{_ECHO}" "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    given = {**os.environ, **environment(directory)}
    path = os.pathsep.join((str(script.parent), given["PATH"]))
    backend = f"file://{home / 'state'}"
    return {**given, "PATH": path, "PULUMI_BACKEND_URL": backend, "PYTHONPATH": str(CHECKOUT)}


def main() -> int:
    """Print the share."""
    with tempfile.TemporaryDirectory(prefix="kmetal-bench-") as scratch:
        directory = Path(scratch)
        prepare(directory)
        print(preview_share(directory))  # noqa: T201 (a command's output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
