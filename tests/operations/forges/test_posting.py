"""One comment is kept on three forges: ours is edited, others' stay unchanged, and a failure is one sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kmetal_network.comment.compose import MARKER, marker
from kmetal_network.errors import UnreachableError
from kmetal_network.plan.model import Plan
from operations.cli import app
from operations.forges.here import here
from operations.forges.posting import post
from operations.forges.pull_request import Gitea, GitHub, GitLab, PullRequest
from operations.preview.store import save
from tests.kmetal_network.plan.cases import NEW_TENANT, OTHER_NIC, planned
from tests.operations.forges.server import HEAD, Server, forge

FORGES = ["github", "gitlab", "gitea"]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with forge() as made:
        yield made


def at(server: Server, kind: str, token: str = "ours") -> PullRequest:  # noqa: S107 (a name of the test's)
    """The pull request on one kind of forge."""
    match kind:
        case "github":
            return GitHub(server.address, "o/r", 3, token)
        case "gitea":
            return Gitea(f"{server.address}/api/v1", "o/r", 3, token)
    return GitLab(f"{server.address}/api/v4", "group/project", 3, token)


@pytest.mark.parametrize("kind", FORGES)
def test_the_first_run_writes_and_the_second_edits_though_pages_lie_between(server: Server, kind: str) -> None:
    for number in range(5):
        server.state.add("reviewer", f"thought {number}")
    assert post(at(server, kind), [f"{MARKER}\nfirst"], head=HEAD) == "comment written as kmetal-bot"
    for number in range(5):
        server.state.add("reviewer", f"second thought {number}")
    assert post(at(server, kind), [f"{MARKER}\nsecond"], head=HEAD) == "comment edited as kmetal-bot"
    assert server.state.of("kmetal-bot") == [f"{MARKER}\nsecond"]
    assert len(server.state.entries) == 11


@pytest.mark.parametrize("kind", FORGES)
def test_others_comments_with_our_marker_are_left_alone(server: Server, kind: str) -> None:
    forged = f"{MARKER}\n### Adds only: trust me"
    server.state.add("mallory", forged)
    post(at(server, kind), [f"{MARKER}\nours"], head=HEAD)
    post(at(server, kind), [f"{MARKER}\nours again"], head=HEAD)
    assert server.state.of("mallory") == [forged]
    assert server.state.of("kmetal-bot") == [f"{MARKER}\nours again"]


@pytest.mark.parametrize("kind", FORGES)
def test_a_marker_further_down_is_no_comment_of_ours(server: Server, kind: str) -> None:
    quoted = f"> look:\n{MARKER}\nours"
    server.state.add("kmetal-bot", quoted)
    post(at(server, kind), [f"{MARKER}\nnew"], head=HEAD)
    assert server.state.of("kmetal-bot") == [quoted, f"{MARKER}\nnew"]


@pytest.mark.parametrize("kind", FORGES)
def test_an_older_run_does_not_overwrite_what_a_newer_one_wrote(server: Server, kind: str) -> None:
    server.state.head = "feedbeef0000"
    assert post(at(server, kind), [MARKER], head=HEAD).startswith("not posted: the pull request is at feedbee by now")
    assert server.state.entries == []


@pytest.mark.parametrize("kind", FORGES)
def test_parts_that_are_needed_no_more_say_so(server: Server, kind: str) -> None:
    post(at(server, kind), [f"{MARKER}\na", f"{marker(1)}\nb", f"{marker(2)}\nc"], head=HEAD)
    assert server.state.of("kmetal-bot") == [f"{MARKER}\na", f"{marker(1)}\nb", f"{marker(2)}\nc"]
    post(at(server, kind), [f"{MARKER}\nshort"], head=HEAD)
    [first, second, third] = server.state.of("kmetal-bot")
    assert first == f"{MARKER}\nshort"
    assert second == f"{marker(1)}\nNothing more: an earlier text went on here.\n"
    assert third.startswith(marker(2))


@pytest.mark.parametrize("kind", FORGES)
@pytest.mark.parametrize(("status", "said"), [(403, "403 Forbidden"), (422, "422"), (500, "500"), (302, "302")])
def test_a_forge_that_refuses_is_one_sentence_with_its_own_words(
    server: Server, kind: str, status: int, said: str
) -> None:
    server.state.status = status
    with pytest.raises(UnreachableError) as caught:
        post(at(server, kind), [MARKER], head=HEAD)
    assert said in str(caught.value)
    assert "the forge is not well" in str(caught.value)
    assert "[FORGE]" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", FORGES)
def test_a_token_that_is_refused_and_a_forge_that_is_gone_are_reported_apart(server: Server, kind: str) -> None:
    with pytest.raises(UnreachableError, match="401 Unauthorized"):
        post(at(server, kind, token="none"), [MARKER], head=HEAD)  # noqa: S106 (a name of the test's)
    with pytest.raises(UnreachableError, match="no answer"):
        post(GitHub("http://127.0.0.1:1", "o/r", 3, "ours"), [MARKER], head=HEAD)


@pytest.mark.parametrize("kind", FORGES)
def test_a_next_page_on_another_host_is_not_asked_with_our_token(server: Server, kind: str) -> None:
    for number in range(5):
        server.state.add("reviewer", f"thought {number}")
    server.state.elsewhere = "http://127.0.0.1:1"
    with pytest.raises(UnreachableError, match="its next page is at another host"):
        post(at(server, kind), [MARKER], head=HEAD)


def test_a_workflows_own_token_may_not_ask_who_it_is_and_writes_as_the_bot(server: Server) -> None:
    assert post(at(server, "github", token="job"), [MARKER], head=HEAD) == "comment written as github-actions[bot]"  # noqa: S106 (a name)
    assert post(at(server, "github", token="job"), [MARKER], head=HEAD) == "comment edited as github-actions[bot]"  # noqa: S106 (a name)


def test_system_notes_of_gitlab_are_no_comments(server: Server) -> None:
    server.state.add("kmetal-bot", MARKER, system=True)
    post(at(server, "gitlab"), [f"{MARKER}\nx"], head=HEAD)
    assert server.state.entries[0].body == MARKER


def _job(server: Server, tmp_path: Path, kind: str) -> dict[str, str]:
    """The variables of a job of each forge's runner."""
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 3, "head": {"sha": HEAD}, "base": {"sha": "c7a82ae"}}}))
    if kind == "gitlab":
        return {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": f"{server.address}/api/v4",
            "CI_PROJECT_ID": "group/project",
            "CI_MERGE_REQUEST_IID": "3",
            "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": HEAD,
            "CI_COMMIT_SHA": "the merge result, which is no head",
            "CI_PIPELINE_URL": "https://forge.example/p/118",
            "NOTE_TOKEN": "ours",
        }
    suffix, own = ("/api/v1", {"GITEA_ACTIONS": "true"}) if kind == "gitea" else ("", {})
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": f"{server.address}{suffix}",
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_SERVER_URL": "https://forge.example",
        "GITHUB_RUN_ID": "118",
        "GITHUB_TOKEN": "ours",
        **own,
    }


def _comment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], *plans: Plan) -> int:
    """`kmetal-network comment` on the plans that their jobs left."""
    folder = tmp_path / "plans"
    for plan in plans:
        (folder / plan.environment).mkdir(parents=True, exist_ok=True)
        save(plan, folder / plan.environment / f"plan-{plan.environment}.json")
    for name in ("GITHUB_ACTIONS", "GITLAB_CI", "GITEA_ACTIONS", "FORGEJO_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    words = ["comment", str(folder), "--environments", "dev,prod", "--out", str(tmp_path / "comment.md")]
    return CliRunner().invoke(app, words).exit_code


@pytest.mark.parametrize("kind", FORGES)
def test_the_command_keeps_the_text_and_posts_it_for_the_job_that_it_runs_in(
    server: Server, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = _job(server, tmp_path, kind)
    assert _comment(tmp_path, monkeypatch, variables, planned(name="dev"), planned(NEW_TENANT)) == 0
    [body] = server.state.of("kmetal-bot")
    assert body.startswith(f"{MARKER}\n### 🟢 Adds only: tenant `beta` comes to prod")
    assert "118)" in body
    assert (tmp_path / "comment.md").read_text() == body == (tmp_path / "summary.md").read_text()


@pytest.mark.parametrize("kind", FORGES)
def test_a_run_that_died_rewrites_the_comment_to_not_known_for_its_commit(
    server: Server, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = _job(server, tmp_path, kind)
    _comment(tmp_path, monkeypatch, variables, planned(name="dev"), planned(NEW_TENANT))
    (tmp_path / "plans" / "prod" / "plan-prod.json").write_text('{"environment": "prod", "sou')
    assert _comment(tmp_path, monkeypatch, variables, planned(name="dev")) == 2
    [body] = server.state.of("kmetal-bot")
    assert body.splitlines()[1] == "### ⚫ Not known for `4c1e9d2`: prod, see what was not seen"
    assert "Adds only" not in body


def test_an_api_error_hides_neither_the_text_nor_the_verdict(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.state.status = 500
    variables = _job(server, tmp_path, "github")
    assert _comment(tmp_path, monkeypatch, variables, planned(name="dev"), planned(NEW_TENANT)) == 2
    assert "Adds only" in (tmp_path / "comment.md").read_text()
    assert "Adds only" in (tmp_path / "summary.md").read_text()
    refused = planned(OTHER_NIC)
    assert _comment(tmp_path, monkeypatch, variables, planned(name="dev"), refused) == refused.verdict.exit_code


def test_a_fork_without_a_token_has_its_text_in_the_summary(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = {**_job(server, tmp_path, "github"), "GITHUB_TOKEN": ""}
    assert _comment(tmp_path, monkeypatch, variables, planned(name="dev"), planned(NEW_TENANT)) == 0
    assert server.state.asked == []
    assert "Adds only" in (tmp_path / "summary.md").read_text()


def test_another_environments_plan_is_no_plan_of_this_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "plans"
    folder.mkdir()
    save(planned(name="dev"), folder / "plan-prod.json")
    assert _comment(tmp_path, monkeypatch, {}, planned(name="dev")) == 2


def test_outside_of_a_forge_there_is_nobody_to_post_to() -> None:
    assert here({}).why == "this is no job of a forge"
    assert here({"GITLAB_CI": "1"}).why == "the pipeline is of no merge request"
    assert here({"GITLAB_CI": "1", "CI_MERGE_REQUEST_IID": "3"}).why == "NOTE_TOKEN is not set"
    assert here({"GITHUB_ACTIONS": "1"}).why == "the event is no pull request"
