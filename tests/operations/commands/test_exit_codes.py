"""Exit codes: 0 fine, 1 findings or a run that failed, 2 wrong usage or a cluster that does not answer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.stack_project import make_project, stack_config, write_stack

NOBODY = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "kmetal-sandbox",
    "contexts": [{"name": "kmetal-sandbox", "context": {"cluster": "c", "user": "u"}}],
    "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],
    "users": [{"name": "u", "user": {"token": "t"}}],
}


def kmetal_network(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "operations.cli", *words]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    made = make_project(tmp_path / "project")
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(yaml.safe_dump(NOBODY))
    write_stack(made, "dev", stack_config("dev"), kubeconfig)
    return made


@pytest.mark.parametrize(
    "words",
    [("verify", "dev"), ("preview", "dev"), ("up", "dev", "--yes"), ("destroy", "dev", "--yes"), ("drift", "dev")],
    ids=" ".join,
)
def test_a_cluster_that_does_not_answer_is_two_before_any_engine_starts(project: Path, words: tuple[str, ...]) -> None:
    done = kmetal_network(project, *words)
    assert done.returncode == 2, done.stderr
    assert "https://127.0.0.1:1" in done.stderr
    assert "no answer" in done.stderr
    assert "[CLUSTER]" in done.stderr
    assert "Traceback" not in done.stderr


def test_findings_are_one(project: Path) -> None:
    stack = project / "Pulumi.dev.yaml"
    stack.write_text(stack.read_text().replace("172.21.204.200-172.21.204.250", "77.220.68.100"))
    done = kmetal_network(project, "check")
    assert (done.returncode, "[NET-201]" in done.stdout) == (1, True)


def test_a_word_that_is_no_command_is_two(project: Path) -> None:
    assert kmetal_network(project, "verfy").returncode == 2
