"""A forge on loopback that speaks three APIs: comments of one pull request, by page, each with its author.

Paths, headers and fields as documented: GitHub REST 2022-11-28 (issues/comments, pulls, users), GitLab API v4 (notes,
merge_requests, user), Gitea's swagger (issue comments). It ends with its `with`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKENS = {"ours": "kmetal-bot", "hers": "mallory", "job": "github-actions[bot]"}
HEAD = "4c1e9d20f1b7a6c35d8e9f0a1b2c3d4e5f607182"


@dataclass
class Entry:
    """One comment."""

    id: int
    author: str
    body: str
    system: bool = False


@dataclass
class State:
    """What the forge holds, and how it behaves."""

    entries: list[Entry] = field(default_factory=list)
    head: str = HEAD
    page: int = 2
    """Comments on a page."""
    status: int = 0
    """Answer to every write; 0 for what is right."""
    elsewhere: str = ""
    """Host that the next page is said to be at."""
    issues: list[dict[str, Any]] = field(default_factory=list)
    brought: bool = True
    """Whether the commit came with a merged pull request."""
    merged: str = HEAD
    """That commit."""
    asked: list[str] = field(default_factory=list)

    def add(self, author: str, body: str, *, system: bool = False) -> Entry:
        """A comment that is there."""
        entry = Entry(len(self.entries) + 1, author, body, system)
        self.entries.append(entry)
        return entry

    def of(self, author: str) -> list[str]:
        """Bodies of somebody's comments."""
        return [entry.body for entry in self.entries if entry.author == author]


class Server(ThreadingHTTPServer):
    """Its state is the test's to read and to change."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.state = State()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """All three APIs, distinguished by their first path."""

    server: Server

    def _token(self) -> str:
        bearer = self.headers.get("Authorization", "")
        return self.headers.get("PRIVATE-TOKEN", "") or bearer.removeprefix("Bearer ").removeprefix("token ")

    def _answer(self, status: int, body: Any, **headers: str) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        parts = urlsplit(self.path)
        self.server.state.asked.append(f"{self.command} {parts.path}")
        user, merged = TOKENS.get(self._token()), self.server.state.merged
        if user is None:
            self._answer(401, {"message": "Bad credentials"})
        elif parts.path.endswith("/user"):
            refused = user.endswith("[bot]")  # GitHub: "Resource not accessible by integration"
            self._answer(403 if refused else 200, {"login": user, "username": user})
        elif self.command == "GET" and parts.path.endswith(("/pulls/3", "/merge_requests/3")):
            self._answer(200, {"head": {"sha": self.server.state.head}, "sha": self.server.state.head})
        elif parts.path.endswith((f"/commits/{merged}/pulls", f"/commits/{merged}/merge_requests")):
            one = {"number": 3, "iid": 3, "merged_at": "2026-11-28", "state": "merged"}
            self._answer(200, [one] if self.server.state.brought else [])
        elif parts.path.endswith(f"/commits/{merged}/pull"):
            brought = self.server.state.brought
            self._answer(200 if brought else 404, {"number": 3, "merged": True} if brought else {})
        elif "/issues" in parts.path and "/comments" not in parts.path:
            self._issues(parts.path, user, body)
        else:
            self._comments(parts.path, parse_qs(parts.query), user, body)

    def _issues(self, path: str, user: str, body: Any) -> None:
        issues, number = self.server.state.issues, path.rpartition("/")[2]
        if self.command == "GET":
            self._answer(200, [one for one in issues if one["state"] == "open"])
        elif self.command == "POST":
            who = {"login": user, "username": user}
            made = {"number": len(issues) + 1, "iid": len(issues) + 1, "state": "open", "user": who, "author": who}
            issues.append({**made, **body})
            self._answer(201, {})
        else:
            [one] = [one for one in issues if str(one["number"]) == number]
            one.update({"state": "closed"} if body.get("state_event") == "close" else body)
            self._answer(200, {})

    def _comments(self, path: str, query: dict[str, list[str]], user: str, body: Any) -> None:
        state, gitlab = self.server.state, path.startswith("/api/v4")
        listed = "/api/v4/projects/group%2Fproject/merge_requests/3/notes", "/repos/o/r/issues/3/comments"
        short = path.removeprefix("/api/v1")
        if self.command == "GET" and short in listed:
            self._page(path, query, gitlab=gitlab)
        elif state.status:
            self._answer(state.status, {"message": "<html>the forge is not well</html>"})
        elif self.command == "POST" and short in listed:
            state.add(user, body["body"])
            self._answer(201, {})
        elif self.command == ("PUT" if gitlab else "PATCH"):
            [entry] = [entry for entry in state.entries if str(entry.id) == path.rpartition("/")[2]]
            if entry.author != user:
                self._answer(403, {"message": "not yours"})
            else:
                entry.body = body["body"]
                self._answer(200, {})
        else:
            self._answer(404, {"message": "Not Found"})

    def _page(self, path: str, query: dict[str, list[str]], *, gitlab: bool) -> None:
        state, number = self.server.state, int(query.get("page", ["1"])[0])
        first = (number - 1) * state.page
        shown = state.entries[first : first + state.page]
        bodies = [
            {"id": one.id, "body": one.body, "system": one.system, "author": {"username": one.author}}
            if gitlab
            else {"id": one.id, "body": one.body, "user": {"login": one.author}}
            for one in shown
        ]
        links = {}
        if first + state.page < len(state.entries):
            host = state.elsewhere or self.server.address
            links = {"Link": f'<{host}{path}?page={number + 1}>; rel="next"'}
        self._answer(200, bodies, **links)

    do_GET = do_POST = do_PUT = do_PATCH = _handle  # noqa: N815 (the library's names)

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""


@contextmanager
def forge() -> Iterator[Server]:
    """One that listens until the end of the block."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
