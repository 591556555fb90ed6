"""What the tests of the main job share: one project, on one cluster, whose runs follow each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kmetal_network.config.kubeconfig import read_context
from operations.cluster.live import LiveCluster
from operations.engine.events import Outcome
from operations.run import run
from operations.state.sync import Verb
from tests.support.stack_project import write_stack


@dataclass
class Story:
    """One project on one cluster."""

    project: Path
    kubeconfig: Path

    def run(self, verb: Verb, *, refresh: bool = False) -> Outcome:
        """One run of the stack."""
        return run(self.project, "dev", verb, refresh=refresh)

    def write(self, config: dict[str, Any]) -> None:
        """Other settings for the next run."""
        write_stack(self.project, "dev", config, self.kubeconfig)

    def cluster(self) -> LiveCluster:
        """The API server, read only."""
        return LiveCluster(read_context(self.kubeconfig, "kmetal-sandbox"))
