"""Pulumi Cloud, as far as `pulumi deployment settings push` asks it, on loopback; it keeps what it is given."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ORGANIZATION = "acme"
PROJECT = "kmetal-network"


@dataclass
class Cloud:
    """What was pushed: name of the stack to its settings."""

    address: str = ""
    pushed: dict[str, Any] = field(default_factory=dict)


class _Service(BaseHTTPRequestHandler):
    """Knows one user, and has every stack of one project."""

    protocol_version = "HTTP/1.1"

    def __init__(self, cloud: Cloud, *words: Any) -> None:
        self._cloud = cloud
        super().__init__(*words)

    def do_GET(self) -> None:
        """The user and a stack; nothing else is there."""
        path = self.path.partition("?")[0]
        if path == "/api/user":
            self._answer(200, {"githubLogin": "me", "organizations": [{"githubLogin": ORGANIZATION}]})
        elif path.startswith(f"/api/stacks/{ORGANIZATION}/{PROJECT}/"):
            names = {"orgName": ORGANIZATION, "projectName": PROJECT, "stackName": path.rsplit("/", 1)[1]}
            self._answer(200, {"id": "1", "activeUpdate": "", "version": 1, **names})
        else:
            self._answer(404, {"code": 404, "message": "not here"})

    def do_PUT(self) -> None:
        """Settings of a stack."""
        stack = self.path.removeprefix(f"/api/stacks/{ORGANIZATION}/{PROJECT}/").removesuffix("/deployments/settings")
        self._cloud.pushed[stack] = json.loads(self._body())
        self._answer(200, {})

    def do_POST(self) -> None:
        """Nothing: a body is read, so that the connection can go on."""
        self._body()
        self._answer(404, {"code": 404, "message": "not here"})

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _answer(self, status: int, data: dict[str, Any]) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def pulumi_cloud() -> Iterator[Cloud]:
    """One on loopback, for as long as the block runs."""
    cloud = Cloud()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Service, cloud)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cloud.address = f"http://127.0.0.1:{server.server_port}"
        yield cloud
        server.shutdown()
