"""A server of releases on loopback, for tests of what a download can meet: each path has its own behaviour."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import threading
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]


class ReleaseServer:
    """Paths, what each answers, and how often each was asked for with GET."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.answers: dict[str, Answer] = {}
        self.asked: Counter[str] = Counter()

    def serve(self, path: str, body: bytes, **headers: str) -> str:
        """Serve a whole file; the answer is its address."""
        return self.behave(path, lambda request: send(request, 200, body, **headers))

    def behave(self, path: str, answer: Answer) -> str:
        """Give a path its behaviour; the answer is its address."""
        self.answers[path] = answer
        return self.address + path


def send(request: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    request.send_response(status)
    for name, value in {
        "Content_Length": str(len(body)),
        "Content_Type": "application/octet-stream",
        **headers,
    }.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(body)


def refuses(status: int) -> Answer:
    return lambda request: send(request, status, b"no", Content_Type="text/plain")


def truncates(body: bytes) -> Answer:
    """Announce the whole and send half of it."""
    return lambda request: send(request, 200, body[: len(body) // 2], Content_Length=str(len(body)))


def redirects(to: str) -> Answer:
    return lambda request: send(request, 302, b"", Location=to)


def answers_as_a_proxy_in_error(request: BaseHTTPRequestHandler) -> None:
    send(request, 200, b"<html><h1>Access denied</h1></html>", Content_Type="text/html; charset=utf-8")


@contextmanager
def running() -> Iterator[ReleaseServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response(404)
            self.end_headers()

        def do_GET(self) -> None:
            releases.asked[self.path] += 1
            releases.answers.get(self.path, refuses(404))(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    releases = ReleaseServer(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield releases
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def tarred(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o755
            archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(file.getvalue(), mtime=0)


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
