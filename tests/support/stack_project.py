"""A project of a test's own: the repository's program with stack files for the session's control plane."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]


def stack_config(name: str) -> dict[str, Any]:
    """The `config` of one of the repository's stack files, without the project's prefix; free to be changed."""
    text = yaml.safe_load((ROOT / f"Pulumi.{name}.yaml").read_text())
    return {key.partition(":")[2]: value for key, value in text["config"].items()}


def write_stack(project: Path, name: str, config: dict[str, Any], kubeconfig: Path) -> None:
    """A stack file of the project, aimed at that cluster and at the sandbox's chart."""
    config = {
        **config,
        "cluster": {"context": "kmetal-sandbox", "kubeconfig": str(kubeconfig)},
        "chart": {"reference": str(ROOT / "sandbox" / "chart")},
    }
    salt = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["encryptionsalt"]
    prefixed = {f"kmetal-network:{key}": value for key, value in config.items()}
    (project / f"Pulumi.{name}.yaml").write_text(yaml.safe_dump({"encryptionsalt": salt, "config": prefixed}))


def make_project(directory: Path) -> Path:
    """A project directory whose program and policies are the repository's."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in ("__main__.py", "Pulumi.yaml", "policies", "kmetal_network", "components", "operations"):
        (directory / name).symlink_to(ROOT / name)
    return directory
