"""Which plan was reviewed: the digest in our comment on the pull request that a commit came with."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated

import typer

from kmetal_network.comment.overview import digests
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.finding_codes.codes import REVIEWED
from operations.console import out
from operations.forges.posting import is_first_part
from operations.forges.pull_request import Gitea, GitHub, GitLab, PullRequest


def merged_by(variables: Mapping[str, str], commit: str) -> PullRequest:
    """The pull request that brought a commit, out of a runner's variables.

    Raises:
        UnreachableError: the forge does not answer, or refuses.
        OperatorError: no forge, or no pull request brought it.
    """
    number: int | None
    if variables.get("GITLAB_CI"):
        url, project = variables["CI_API_V4_URL"], variables["CI_PROJECT_ID"]
        token = variables.get("NOTE_TOKEN", "")
        number = GitLab(url, project, 0, token).brought(commit)
        made: PullRequest = GitLab(url, project, number or 0, token)
    else:
        kind = Gitea if variables.get("GITEA_ACTIONS") or variables.get("FORGEJO_ACTIONS") else GitHub
        url, repository = variables.get("GITHUB_API_URL", ""), variables.get("GITHUB_REPOSITORY", "")
        token = variables.get("GITHUB_TOKEN", "")
        if not url or not repository:
            raise OperatorError(
                "this is no job of a forge; name the digest yourself: `kmetal-network up STACK --reviewed`"
            )
        number = kind(url, repository, 0, token).brought(commit)
        made = kind(url, repository, number or 0, token)
    if number is None:
        raise _nothing(commit, "came with no pull request")
    return made


def reviewed(pull_request: PullRequest, stack: str, commit: str, *, author: str = "") -> str:
    """The whole digest of one environment's plan in our comment.

    Raises:
        UnreachableError: the forge does not answer, or refuses.
        OperatorError: there is no comment of ours, or it knows no plan of that environment.
    """
    us = author or pull_request.author()
    for comment in pull_request.comments():
        if comment.author == us and is_first_part(comment.body):
            found = digests(comment.body)
            if stack in found:
                return found[stack]
            raise _nothing(commit, f"has a comment that knows no plan of {stack}")
    raise _nothing(commit, f"has no comment by {us}")


def _nothing(commit: str, what: str) -> OperatorError:
    return OperatorError(
        [
            Finding(
                place=f"commit {commit[:7]}",
                problem=f"{what}, so no plan of it was reviewed",
                remedy="open a pull request, or have the digest of `kmetal-network preview` reviewed and name it by"
                " hand",
                rule=REVIEWED,
            )
        ]
    )


def reviewed_command(
    stack: Annotated[str, typer.Argument(help="Name of the environment.")],
    commit: Annotated[str, typer.Option(help="Commit that is deployed; by default the job's.")] = "",
    author: Annotated[str, typer.Option(help="Login of our comments; by default the token's own.")] = "",
) -> None:
    """Print the digest of the plan that was reviewed on the commit's pull request, for `up --reviewed`."""
    sha = commit or os.environ.get("GITHUB_SHA") or os.environ.get("CI_COMMIT_SHA", "")
    digest = reviewed(merged_by(os.environ, sha), stack, sha, author=author)
    out.print(digest, highlight=False, soft_wrap=True)
