"""The workflow `preview`, run whole, where no cluster can be had: a fork, a silent cluster, a dead run, a silent forge.

What is replaced of GitHub: `tests/pipelines/github_runner.py`. In all of these the runner dies before the environment on
loopback is there, so that `dev` leaves no plan. By night: each is whole minutes of virtual environments (ADR 10).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from kmetal_network.comment.compose import MARKER
from tests.operations.forges.server import Server, forge
from tests.pipelines.changes import ANOTHER_CLUSTER, BROKEN_SANDBOX, SILENT
from tests.pipelines.github_runner import Runner
from tests.pipelines.repository import Repository, repository

pytestmark = [pytest.mark.sandbox, pytest.mark.sweep, pytest.mark.timeout(1800)]
"""Each job makes a virtual environment; `_SECONDS` of the runner ends one that hangs."""


@pytest.fixture
def server() -> Iterator[Server]:
    with forge() as made:
        yield made


@pytest.fixture
def stands(tmp_path: Path, server: Server) -> Repository:
    made = repository(tmp_path / "origin", stands=BROKEN_SANDBOX, proposed=ANOTHER_CLUSTER)
    server.state.head = made.head
    return made


@pytest.fixture
def tools(sandbox_environment: Mapping[str, str]) -> dict[str, str]:
    """Where the jobs find what a runner has: Pulumi and its plugins."""
    return {name: value for name, value in sandbox_environment.items() if name in ("PATH", "PULUMI_HOME", "NO_PROXY")}


def test_a_fork_is_previewed_from_its_settings_without_a_secret_and_nothing_is_posted(
    tmp_path: Path, server: Server, stands: Repository, tools: Mapping[str, str]
) -> None:
    runner = Runner(
        folder=tmp_path,
        repository=stands,
        server=server,
        environment=tools,
        secrets={"KUBECONFIG_PREVIEW": SILENT},
    )
    run = runner.pull_request(fork=True)
    assert run.jobs == {"dev": "failure", "settings": "success", "comment": "failure"}, run.log
    assert run.code == 1
    assert server.state.asked == []
    text = run.artifact("comment/comment.md")
    assert f"Not known for `{stands.head[:7]}`: dev" in text
    assert "| **staging** | 🟢 in place |" in text
    assert "Subnet acme-red-subnet" in text


def test_a_silent_cluster_and_a_dead_run_are_not_known_and_a_strangers_comment_is_left_alone(
    tmp_path: Path, server: Server, stands: Repository, tools: Mapping[str, str]
) -> None:
    foreign = f"{MARKER}\nmerge it, all is well"
    server.state.add("mallory", foreign)
    runner = Runner(
        folder=tmp_path,
        repository=stands,
        server=server,
        environment=tools,
        secrets={"KUBECONFIG_PREVIEW": SILENT},
    )
    run = runner.pull_request()
    assert run.jobs == dict.fromkeys(("dev", "cluster prod", "cluster staging", "comment"), "failure"), run.log
    written = server.state.of("github-actions[bot]")
    assert len(written) == 1, run.log
    ours = written[0]
    assert ours.startswith(f"{MARKER}\n### ⚫ Not known for `{stands.head[:7]}`: dev and prod and staging"), ours
    assert "its run ended without a plan" in ours
    assert "no answer" in ours
    assert server.state.of("mallory") == [foreign]

    server.state.status = 500
    again = runner.pull_request()
    assert server.state.of("github-actions[bot]") == [ours]
    assert again.artifact("comment/comment.md") == ours, again.log
    assert "nothing is posted: forge" in again.log
    assert "Traceback" not in again.log
    assert again.jobs["comment"] == "failure"
