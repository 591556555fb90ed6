"""An environment with two cells, and what the settings do not say of it."""

from __future__ import annotations

from typing import Final

from kmetal_network.config.stackfile import Environment, parse_environment
from kmetal_network.runners.model import Image, Source
from tests.support.stack_project import ROOT

SOURCE: Final = Source(repository="https://git.example/net/under.git", branch="main")
IMAGE: Final = Image(version="3.250.0")


def text(cells: int = 2) -> str:
    """The sandbox's stack file, whose kubeconfig comes from the environment."""
    dev = (ROOT / "Pulumi.dev.yaml").read_text().replace("    kubeconfig: .sandbox/kubeconfig\n", "")
    return dev.replace("config:\n", f"config:\n  kmetal-network:cells: {cells}\n", 1)


def environment(cells: int = 2, name: str = "prod") -> Environment:
    return parse_environment(text(cells), f"Pulumi.{name}.yaml", name)
