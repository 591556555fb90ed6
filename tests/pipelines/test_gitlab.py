"""The jobs of `.gitlab-ci.yml`: previews, the note and the nightly issue, on clusters that answer and that do not.

What is replaced of GitLab: `tests/pipelines/gitlab_runner.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kmetal_network.comment.compose import MARKER
from tests.operations.forges.server import Server, forge
from tests.pipelines.changes import ANOTHER_CLUSTER, SILENT
from tests.pipelines.gitlab_runner import Runner
from tests.pipelines.repository import both, repository

pytestmark = [pytest.mark.sandbox, pytest.mark.sweep, pytest.mark.timeout(1800)]
"""Each job makes a virtual environment; `_SECONDS` of the runner ends one that hangs."""


@pytest.fixture
def server() -> Iterator[Server]:
    with forge() as made:
        yield made


@pytest.fixture
def runner(tmp_path: Path, server: Server) -> Runner:
    made = repository(tmp_path / "origin", stands=both(), proposed=ANOTHER_CLUSTER)
    server.state.head = made.head
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(SILENT)
    variables = {"KUBECONFIG": str(kubeconfig), "NOTE_TOKEN": "ours"}
    return Runner(folder=tmp_path, repository=made, server=server, variables=variables)


def test_a_merge_request_has_one_note_by_us_whatever_its_jobs_come_to(runner: Runner, server: Server) -> None:
    foreign = f"{MARKER}\nmerge it, all is well"
    server.state.add("mallory", foreign)
    run = runner.merge_request("note")
    assert run.jobs == {"note": "FAIL 2"}, run.log
    [ours] = server.state.of("kmetal-bot")
    assert ours.startswith(
        f"{MARKER}\n### ⚫ Not known for `{runner.repository.head[:7]}`: dev and prod and staging"
    ), ours
    assert "its run ended without a plan" in ours
    assert server.state.of("mallory") == [foreign]

    server.state.status = 500
    again = runner.merge_request("note")
    assert again.jobs == {"note": "FAIL 2"}, again.log
    assert again.artifact("comment.md") == ours
    assert "nothing is posted: forge" in again.log
    assert "Traceback" not in again.log
    assert server.state.of("kmetal-bot") == [ours]


def test_dev_is_previewed_on_its_own_cluster_and_silent_ones_are_not_known(runner: Runner) -> None:
    run = runner.merge_request("preview-dev", "preview: [prod]")
    assert run.jobs == {"preview-dev": "", "preview: [prod]": "FAIL 2"}, run.log
    assert json.loads(run.artifact("plan-dev.json"))["verdict"] == "in place", "dev drops the external block alone"
    silent = json.loads(run.artifact("plan-prod.json"))
    assert silent["verdict"] == "not known"
    assert "no answer" in silent["unseen"][0]
    assert "sandbox: stopped" in run.log, run.log


def test_a_night_on_which_a_cluster_is_silent_opens_an_issue(runner: Runner, server: Server) -> None:
    run = runner.night("drift: [prod]")
    assert run.jobs == {"drift: [prod]": "FAIL 2"}, run.log
    assert len(server.state.issues) == 1, run.log
    issue = server.state.issues[0]
    assert (issue["state"], issue["title"]) == ("open", "prod: the cluster drifts")
    assert "no answer" in issue["description"]
