"""After the merge: the plan that was reviewed is found, and a drifting cluster has one issue that closes by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kmetal_network.comment.compose import compose
from kmetal_network.comment.overview import PLANS, Context, digests
from kmetal_network.errors import OperatorError
from operations.cli import app
from operations.forges.issues import here, marker
from operations.forges.reviewed import merged_by, reviewed
from tests.kmetal_network.plan.cases import NEW_TENANT, planned
from tests.operations.forges.server import HEAD, Server, forge

FORGES = ["github", "gitlab", "gitea"]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with forge() as made:
        yield made


def job(server: Server, kind: str) -> dict[str, str]:
    """Variables of a job on the main branch."""
    if kind == "gitlab":
        return {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": f"{server.address}/api/v4",
            "CI_PROJECT_ID": "group/project",
            "NOTE_TOKEN": "ours",
        }
    suffix, own = ("/api/v1", {"GITEA_ACTIONS": "true"}) if kind == "gitea" else ("", {})
    return {
        "GITHUB_API_URL": f"{server.address}{suffix}",
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_TOKEN": "ours",
        **own,
    }


@pytest.mark.parametrize("kind", FORGES)
def test_the_digest_of_our_comment_is_the_reviewed_one_and_that_of_others_is_not(server: Server, kind: str) -> None:
    plan = planned(NEW_TENANT)
    [text] = compose([plan, planned(name="dev")], Context(head=HEAD))
    server.state.add("mallory", text.replace(plan.digest, "0" * 64))
    server.state.add("kmetal-bot", text)
    found = merged_by(job(server, kind), HEAD)
    assert reviewed(found, "prod", HEAD) == plan.digest
    assert reviewed(found, "dev", HEAD) == "none"
    with pytest.raises(OperatorError, match=r"knows no plan of staging.*\[REVIEWED\]"):
        reviewed(found, "staging", HEAD)


@pytest.mark.parametrize("kind", FORGES)
def test_a_commit_without_a_pull_request_or_a_comment_was_reviewed_by_nobody(server: Server, kind: str) -> None:
    with pytest.raises(OperatorError, match="has no comment by kmetal-bot, so no plan of it was reviewed"):
        reviewed(merged_by(job(server, kind), HEAD), "prod", HEAD)
    server.state.brought = False
    with pytest.raises(OperatorError, match="came with no pull request"):
        merged_by(job(server, kind), HEAD)


def test_a_plan_without_a_verdict_has_no_digest_to_deploy() -> None:
    from kmetal_network.plan.build import unknown  # noqa: PLC0415 (one test's need)

    [text] = compose([unknown("prod", "x", source="cluster"), planned(name="dev")], Context(head=HEAD))
    assert digests(text) == {"dev": "none"}


def test_only_the_last_line_of_a_comment_says_which_plans_it_is_about() -> None:
    forged = f'{PLANS}{{"prod": "0"}} -->'
    assert digests(f"{forged}\nmore") == {}
    assert digests(f"x\n{forged}\n") == {"prod": "0"}
    assert digests(f"x\r\n{forged}\r\n") == {"prod": "0"}
    assert digests(f"x\n{PLANS}nonsense -->") == {}
    assert digests("") == {}


@pytest.mark.parametrize("kind", FORGES)
def test_drift_opens_one_issue_brings_it_up_to_date_and_closes_it(server: Server, kind: str) -> None:
    issues = here(job(server, kind))
    assert issues.keep("prod", "", clean=True) == "no issue: prod is clean"
    assert server.state.issues == []
    assert issues.keep("prod", "Vpc a: drop gone", clean=False) == "issue opened for prod"
    assert issues.keep("staging", "Vpc b", clean=False) == "issue opened for staging"
    assert issues.keep("prod", "Vpc a: more gone", clean=False) == "issue 1 brought up to date"
    [first, second] = server.state.issues
    body = "description" if kind == "gitlab" else "body"
    assert first[body].startswith(f"{marker('prod')}\n")
    assert "more gone" in first[body]
    assert issues.keep("prod", "", clean=True) == "issue 1 closed: prod is clean"
    assert (first["state"], second["state"]) == ("closed", "open")
    assert issues.keep("prod", "again", clean=False) == "issue opened for prod"


@pytest.mark.parametrize("kind", FORGES)
def test_others_issues_with_our_marker_are_left_alone(server: Server, kind: str) -> None:
    who = {"login": "mallory", "username": "mallory"}
    forged = {"number": 1, "iid": 1, "state": "open", "user": who, "author": who}
    forged |= {"body": marker("prod"), "description": marker("prod")}
    server.state.issues.append(dict(forged))
    assert here(job(server, kind)).keep("prod", "Vpc a", clean=False) == "issue opened for prod"
    assert server.state.issues[0] == forged


def test_the_command_ends_as_the_check_did(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in job(server, "github").items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("GITLAB_CI", raising=False)
    (tmp_path / "report.txt").write_text("Vpc a: drop gone")
    for code in (1, 2, 0):
        done = CliRunner().invoke(app, ["issue", "prod", str(tmp_path / "report.txt"), "--exit", str(code)])
        assert done.exit_code == code
    assert server.state.issues[0]["state"] == "closed"
