"""One pull request on one of three forges: its comments, who we are there, and which commit is its head."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Protocol
from urllib.parse import quote

from operations.forges.http import Api

GITHUB_LIMIT: Final = 65_536
"""Characters of a comment; above it the API answers 422."""
GITLAB_LIMIT: Final = 1_000_000
"""Characters of a note (GitLab docs, administration/instance_limits)."""
GITEA_LIMIT: Final = 65_535
"""Bytes that every database of Gitea and Forgejo holds in a text column."""

ACTIONS_BOT: Final = "github-actions[bot]"
"""Author of what a workflow's own token writes; no one can register a name with brackets."""


@dataclass(frozen=True, kw_only=True)
class Comment:
    """One comment of a pull request."""

    id: int
    author: str
    body: str


class PullRequest(Protocol):
    """What posting needs of a forge."""

    limit: int
    """Bytes of a comment at most."""

    def author(self) -> str:
        """Login of whoever the token belongs to."""

    def head(self) -> str:
        """Commit that is the head now."""

    def comments(self) -> Iterator[Comment]:
        """All of them."""

    def create(self, body: str) -> None:
        """A new one."""

    def update(self, comment: int, body: str) -> None:
        """Another text for one of ours."""


class GitHub:
    """GitHub, and what speaks its API (version 2022-11-28)."""

    limit = GITHUB_LIMIT

    def __init__(self, url: str, repository: str, number: int, token: str) -> None:
        version = {"X-GitHub-Api-Version": "2022-11-28", "Accept": "application/vnd.github+json"}
        self._api = Api(url, {"Authorization": f"Bearer {token}", **version})
        self._repository, self._number = f"/repos/{repository}", number

    def author(self) -> str:
        """Login; a workflow's own token may not ask, and writes as the bot.

        Raises:
            UnreachableError: no answer, or the token is refused.
        """
        if self._api.status("/user") == HTTPStatus.FORBIDDEN:
            return ACTIONS_BOT
        return str(self._api.send("GET", "/user")["login"])

    def head(self) -> str:
        """Commit that is the head now."""
        return str(self._api.send("GET", f"{self._repository}/pulls/{self._number}")["head"]["sha"])

    def brought(self, commit: str) -> int | None:
        """Number of the merged pull request that a commit came with."""
        found = list(self._api.pages(f"{self._repository}/commits/{commit}/pulls"))
        merged = [one for one in found if one.get("merged_at")]
        return int(merged[0]["number"]) if merged else None

    def comments(self) -> Iterator[Comment]:
        """All of them, oldest first."""
        path = f"{self._repository}/issues/{self._number}/comments?per_page=100"
        yield from map(_of_login, self._api.pages(path))

    def create(self, body: str) -> None:
        """A new one."""
        self._api.send("POST", f"{self._repository}/issues/{self._number}/comments", {"body": body})

    def update(self, comment: int, body: str) -> None:
        """Another text for one of ours."""
        self._api.send("PATCH", f"{self._repository}/issues/comments/{comment}", {"body": body})


class Gitea(GitHub):
    """Gitea and Forgejo: paths as GitHub's, other header, and a user who may always ask who he is."""

    limit = GITEA_LIMIT

    def __init__(self, url: str, repository: str, number: int, token: str) -> None:
        super().__init__(url, repository, number, token)
        self._api = Api(url, {"Authorization": f"token {token}"})

    def brought(self, commit: str) -> int | None:
        """Number of the merged pull request that a commit came with."""
        path = f"{self._repository}/commits/{commit}/pull"
        found = None if self._api.status(path) == HTTPStatus.NOT_FOUND else self._api.send("GET", path)
        return int(found["number"]) if found and found.get("merged") else None

    def comments(self) -> Iterator[Comment]:
        """All of them; most versions send them on one page."""
        path = f"{self._repository}/issues/{self._number}/comments"
        yield from map(_of_login, self._api.pages(path))


class GitLab:
    """GitLab's API v4: notes of a merge request."""

    limit = GITLAB_LIMIT

    def __init__(self, url: str, project: str, number: int, token: str) -> None:
        self._api = Api(url, {"PRIVATE-TOKEN": token})
        self._project = f"/projects/{quote(project, safe='')}"
        self._request = f"{self._project}/merge_requests/{number}"

    def author(self) -> str:
        """User name of whoever the token belongs to."""
        return str(self._api.send("GET", "/user")["username"])

    def head(self) -> str:
        """Commit that is the head of the source branch now."""
        return str(self._api.send("GET", self._request)["sha"])

    def brought(self, commit: str) -> int | None:
        """Number of the merged request that a commit came with."""
        found = list(self._api.pages(f"{self._project}/repository/commits/{commit}/merge_requests"))
        merged = [one for one in found if one.get("state") == "merged"]
        return int(merged[0]["iid"]) if merged else None

    def comments(self) -> Iterator[Comment]:
        """Notes that people and bots wrote, oldest first."""
        for note in self._api.pages(f"{self._request}/notes?per_page=100&sort=asc&order_by=created_at"):
            if not note.get("system"):
                yield Comment(id=note["id"], author=str(note["author"]["username"]), body=str(note["body"]))

    def create(self, body: str) -> None:
        """A new one."""
        self._api.send("POST", f"{self._request}/notes", {"body": body})

    def update(self, comment: int, body: str) -> None:
        """Another text for one of ours."""
        self._api.send("PUT", f"{self._request}/notes/{comment}", {"body": body})


def _of_login(entry: Any) -> Comment:
    return Comment(id=entry["id"], author=str(entry["user"]["login"]), body=str(entry["body"]))
