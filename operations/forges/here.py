"""Which pull request this job is for, out of the variables that a forge's runner sets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operations.forges.pull_request import Gitea, GitHub, GitLab, PullRequest


@dataclass(frozen=True, kw_only=True)
class Here:
    """The job's surroundings."""

    pull_request: PullRequest | None
    """None where there is none, or no token to write with."""
    why: str = ""
    """Why there is none."""
    head: str = ""
    base: str = ""
    run: str = ""
    """Address of the run."""


def here(variables: Mapping[str, str]) -> Here:
    """Find out.

    GitHub and its kin: `GITHUB_TOKEN`. GitLab: `NOTE_TOKEN`, a project access token with scope api, since a job's own
    token writes no note. Gitea and Forgejo set GitHub's variables and one of their own.
    """
    if variables.get("GITLAB_CI"):
        return _gitlab(variables)
    if variables.get("GITHUB_ACTIONS") or variables.get("GITEA_ACTIONS") or variables.get("FORGEJO_ACTIONS"):
        return _github(variables)
    return Here(pull_request=None, why="this is no job of a forge")


def _github(variables: Mapping[str, str]) -> Here:
    event = _event(variables.get("GITHUB_EVENT_PATH", ""))
    request = event.get("pull_request") or {}
    repository, server = variables.get("GITHUB_REPOSITORY", ""), variables.get("GITHUB_SERVER_URL", "")
    run = f"{server}/{repository}/actions/runs/{variables.get('GITHUB_RUN_ID', '')}" if server else ""
    base, head = ((request.get(side) or {}).get("sha", "") for side in ("base", "head"))
    token, number = variables.get("GITHUB_TOKEN", ""), request.get("number") or event.get("number")
    if not number or not token:
        why = "the event is no pull request" if not number else "GITHUB_TOKEN is not set"
        return Here(pull_request=None, why=why, head=head, base=base, run=run)
    kind = Gitea if variables.get("GITEA_ACTIONS") or variables.get("FORGEJO_ACTIONS") else GitHub
    made = kind(variables.get("GITHUB_API_URL", "https://api.github.com"), repository, int(number), token)
    return Here(pull_request=made, head=head, base=base, run=run)


def _gitlab(variables: Mapping[str, str]) -> Here:
    head = variables.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or variables.get("CI_COMMIT_SHA", "")
    base = variables.get("CI_MERGE_REQUEST_DIFF_BASE_SHA", "")
    run = variables.get("CI_PIPELINE_URL", "")
    token, number = variables.get("NOTE_TOKEN", ""), variables.get("CI_MERGE_REQUEST_IID", "")
    if not number or not token:
        why = "the pipeline is of no merge request" if not number else "NOTE_TOKEN is not set"
        return Here(pull_request=None, why=why, head=head, base=base, run=run)
    project = variables.get("CI_MERGE_REQUEST_PROJECT_ID") or variables.get("CI_PROJECT_ID", "")
    made = GitLab(variables.get("CI_API_V4_URL", ""), project, int(number), token)
    return Here(pull_request=made, head=head, base=base, run=run)


def _event(path: str) -> Mapping[str, Any]:
    try:
        event = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return event if isinstance(event, Mapping) else {}
