"""The scripts of the pipelines' own steps, run as their runner runs them, against a forge on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from kmetal_network.comment.compose import MARKER, compose
from kmetal_network.comment.overview import Context
from operations.preview.store import save
from tests.kmetal_network.plan.cases import NEW_TENANT, planned
from tests.operations.forges.server import HEAD, Server, forge
from tests.support.stack_project import ROOT


@pytest.fixture
def server() -> Iterator[Server]:
    with forge() as made:
        yield made


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the virtual environment, as a job has it after `make .venv/ready`."""
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parents[1])
    return tmp_path


def step(workflow: str, job: str, name: str) -> str:
    """The script of a step."""
    document: Any = yaml.safe_load((ROOT / ".github" / "workflows" / f"{workflow}.yml").read_text())
    [found] = [one["run"] for one in document["jobs"][job]["steps"] if one.get("name") == name]
    return str(found)


def ran(script: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """A script as GitHub's runner starts one: bash, ends at the first error."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "no_proxy": "127.0.0.1", **variables}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def github(server: Server, folder: Path, **more: str) -> dict[str, str]:
    """The variables of a job of a pull request."""
    event = folder / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 3, "head": {"sha": HEAD}, "base": {"sha": "c7a82ae"}}}))
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": server.address,
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_SERVER_URL": "https://forge.example",
        "GITHUB_RUN_ID": "118",
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
        "GITHUB_TOKEN": "job",
        "STACK": "prod",
        **more,
    }


def left(folder: Path, *names: str) -> None:
    """Plans as `download-artifact` lays them, a folder for each job."""
    for name in names:
        plan = planned(NEW_TENANT) if name == "prod" else planned(name=name)
        (folder / "plans" / f"plan-{name}").mkdir(parents=True)
        save(plan, folder / "plans" / f"plan-{name}" / f"plan-{name}.json")


def test_the_comment_job_writes_one_comment_and_leaves_others_alone(server: Server, checkout: Path) -> None:
    left(checkout, "dev", "staging", "prod")
    server.state.add("mallory", f"{MARKER}\ntrust me")
    script = step("preview", "comment", "comment")
    for _ in range(2):
        done = ran(script, checkout, **github(server, checkout, POST="--post"))
        assert done.returncode == 0, done.stderr
    [ours] = server.state.of("github-actions[bot]")
    assert ours.startswith(f"{MARKER}\n### 🟢 Adds only: tenant `beta` comes to prod")
    assert server.state.of("mallory") == [f"{MARKER}\ntrust me"]
    assert (checkout / "comment.md").read_text() == ours


def test_the_comment_job_after_a_job_that_died_says_not_known_for_the_commit(server: Server, checkout: Path) -> None:
    left(checkout, "dev", "staging")
    done = ran(step("preview", "comment", "comment"), checkout, **github(server, checkout, POST="--post"))
    assert done.returncode == 2
    assert "### ⚫ Not known for `4c1e9d2`: prod" in server.state.of("github-actions[bot]")[0]


def test_the_comment_job_of_a_fork_writes_its_text_to_the_summary(server: Server, checkout: Path) -> None:
    left(checkout, "dev", "staging", "prod")
    done = ran(step("preview", "comment", "comment"), checkout, **github(server, checkout, POST="--no-post"))
    assert (done.returncode, server.state.asked) == (0, [])
    assert "Adds only" in (checkout / "summary.md").read_text()


def test_the_comment_job_survives_an_api_error_with_the_text_in_log_and_summary(server: Server, checkout: Path) -> None:
    left(checkout, "dev", "staging", "prod")
    server.state.status = 500
    done = ran(step("preview", "comment", "comment"), checkout, **github(server, checkout, POST="--post"))
    assert done.returncode == 2
    assert "Adds only" in done.stdout
    assert "nothing is posted: forge" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Adds only" in (checkout / "summary.md").read_text()


def test_the_deploy_job_takes_the_digest_of_the_comment_and_a_named_one_before_it(
    server: Server, checkout: Path
) -> None:
    plan = planned(NEW_TENANT)
    server.state.add("github-actions[bot]", compose([plan], Context(head=HEAD))[0])
    script, output = step("deploy", "deploy", "reviewed plan"), checkout / "output"
    variables = github(server, checkout, GITHUB_SHA=HEAD, GITHUB_OUTPUT=str(output))
    assert ran(script, checkout, **variables, DIGEST="").returncode == 0
    assert output.read_text() == f"digest={plan.digest}\n"
    output.unlink()
    assert ran(script, checkout, **variables, DIGEST="0123456789ab").returncode == 0
    assert output.read_text() == "digest=0123456789ab\n"


def test_the_deploy_job_ends_where_nobody_reviewed_anything(server: Server, checkout: Path) -> None:
    variables = github(server, checkout, GITHUB_SHA=HEAD, GITHUB_OUTPUT=str(checkout / "output"))
    done = ran(step("deploy", "deploy", "reviewed plan"), checkout, **variables, DIGEST="")
    assert done.returncode == 1
    assert "no plan of it was reviewed" in done.stderr
    assert not (checkout / "output").exists()


def test_the_note_job_of_gitlab_writes_one_note(server: Server, checkout: Path) -> None:
    for name in ("dev", "staging", "prod"):
        save(planned(NEW_TENANT) if name == "prod" else planned(name=name), checkout / f"plan-{name}.json")
    text = (ROOT / ".gitlab-ci.yml").read_text().replace("!reference", "")
    script = "\n".join(yaml.safe_load(text)["note"]["script"])
    variables = {
        "GITLAB_CI": "true",
        "CI_API_V4_URL": f"{server.address}/api/v4",
        "CI_PROJECT_ID": "group/project",
        "CI_MERGE_REQUEST_IID": "3",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": HEAD,
        "NOTE_TOKEN": "ours",
    }
    for _ in range(2):
        done = ran(script, checkout, **variables)
        assert done.returncode == 0, done.stderr
    assert len(server.state.of("kmetal-bot")) == 1
