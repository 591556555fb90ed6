"""One issue for each environment whose cluster drifts: opened, brought up to date, and closed when it is clean."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote

import typer

from kmetal_network.comment.markdown import fenced
from kmetal_network.errors import OperatorError
from operations.console import note
from operations.forges.http import Api
from operations.forges.pull_request import ACTIONS_BOT, Gitea, GitHub, GitLab

_ROOM: Final = 60_000
"""Bytes of a report that are shown; the job's log has all of it."""


def marker(stack: str) -> str:
    """First line of the issue, by which the next night finds it."""
    return f"<!-- kmetal-network:drift:{stack} -->"


class Issues:
    """Issues of one repository, on any of three forges."""

    def __init__(self, api: Api, path: str, us: str, *, gitlab: bool) -> None:
        self._api, self._path, self._us, self._gitlab = api, path, us, gitlab

    def keep(self, stack: str, report: str, *, clean: bool) -> str:
        """Open, update or close the environment's issue; returns what was done.

        Raises:
            UnreachableError: the forge does not answer, or refuses.
        """
        ours = [issue for issue in self._open() if self._body(issue).startswith(marker(stack))]
        text = report.encode()[:_ROOM].decode(errors="ignore")
        body = f"{marker(stack)}\nThe cluster of `{stack}` is not what its stack file says.\n\n{fenced(text)}\n"
        key = "description" if self._gitlab else "body"
        if not ours and clean:
            return f"no issue: {stack} is clean"
        if not ours:
            self._api.send("POST", self._path, {"title": f"{stack}: the cluster drifts", key: body})
            return f"issue opened for {stack}"
        number = ours[0]["iid" if self._gitlab else "number"]
        method = "PUT" if self._gitlab else "PATCH"
        if clean:
            closed = {"state_event": "close"} if self._gitlab else {"state": "closed"}
            self._api.send(method, f"{self._path}/{number}", closed)
            return f"issue {number} closed: {stack} is clean"
        self._api.send(method, f"{self._path}/{number}", {key: body})
        return f"issue {number} brought up to date"

    def _open(self) -> list[Any]:
        """Open issues that we wrote; pull requests, which GitHub lists among them, are none."""
        state = "opened" if self._gitlab else "open"
        field, name = ("author", "username") if self._gitlab else ("user", "login")
        found = self._api.pages(f"{self._path}?state={state}&per_page=100")
        return [issue for issue in found if issue[field][name] == self._us and "pull_request" not in issue]

    def _body(self, issue: Any) -> str:
        return str(issue.get("description" if self._gitlab else "body") or "")


def here(variables: Mapping[str, str], author: str = "") -> Issues:
    """The issues of the repository that this job is of.

    Raises:
        UnreachableError: the forge does not answer, or refuses the token.
        OperatorError: this is no job of a forge.
    """
    if variables.get("GITLAB_CI"):
        url, project, token = variables["CI_API_V4_URL"], variables["CI_PROJECT_ID"], variables.get("NOTE_TOKEN", "")
        us = author or GitLab(url, project, 0, token).author()
        return Issues(
            Api(url, {"PRIVATE-TOKEN": token}), f"/projects/{quote(project, safe='')}/issues", us, gitlab=True
        )
    url, repository = variables.get("GITHUB_API_URL", ""), variables.get("GITHUB_REPOSITORY", "")
    if not url or not repository:
        raise OperatorError("this is no job of a forge, so there is no place for an issue; read the report itself")
    gitea = bool(variables.get("GITEA_ACTIONS") or variables.get("FORGEJO_ACTIONS"))
    token = variables.get("GITHUB_TOKEN", "")
    us = author or (Gitea if gitea else GitHub)(url, repository, 0, token).author() or ACTIONS_BOT
    header = f"token {token}" if gitea else f"Bearer {token}"
    return Issues(Api(url, {"Authorization": header}), f"/repos/{repository}/issues", us, gitlab=False)


def issue_command(
    stack: Annotated[str, typer.Argument(help="Name of the environment.")],
    report: Annotated[Path, typer.Argument(help="File with what `kmetal-network drift` and `verify` said.")],
    code: Annotated[int, typer.Option("--exit", help="What they ended with; 0 is clean.")],
    author: Annotated[str, typer.Option(help="Login of our issues; by default the token's own.")] = "",
) -> None:
    """Keep one issue for an environment: written while it drifts, closed when it is clean; ends as the check did."""
    try:
        text = report.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise OperatorError(f"{report}: {error.strerror}; name the file of the report") from None
    note(here(os.environ, author).keep(stack, text, clean=code == 0))
    raise typer.Exit(code)
