"""Downloads that fail: the one line that is said, the next way that follows, and that nothing half-written is run."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler

import pytest

from sandbox.storage import CHECKOUT
from sandbox.tools import toolchain
from sandbox.tools.releases import downloads, fetch, official
from tests.sandbox.tools import release_server
from tests.sandbox.tools.conftest import ARCHIVE, ETCD, FILE, Machine, etcd, said
from tests.sandbox.tools.release_server import ReleaseServer, send, sha256, tarred

EVIL = tarred({"etcd-v3.7.3/etcd": ETCD, "../../evil": b"evil"})
ABSOLUTE = tarred({"/etc/etcd": ETCD})
WITHOUT = tarred({"etcd-v3.7.3/etcdctl": b"ctl"})
OLD = tarred({"etcd-v3.7.3/etcd": b"#!/bin/sh\necho etcd Version: 3.6.0\n"})
FOREIGN = tarred({"etcd-v3.7.3/etcd": b"\x7fELF of another processor"})
NONE = b"no archive at all"


@pytest.mark.parametrize(
    ("body", "digest", "problem"),
    [
        (ARCHIVE, "0" * 64, f"sha256 of the file is {sha256(ARCHIVE)[:16]}... and not 0000000000000000..."),
        (EVIL, sha256(EVIL), "AT holds ../../evil, which would lie outside; nothing of it is taken"),
        (ABSOLUTE, sha256(ABSOLUTE), "AT holds /etc/etcd, which would lie outside; nothing of it is taken"),
        (WITHOUT, sha256(WITHOUT), "AT holds no etcd"),
        (NONE, sha256(NONE), "AT is no archive that can be read ("),
        (ARCHIVE[:-40], sha256(ARCHIVE[:-40]), "AT is no archive that can be read ("),
        (OLD, sha256(OLD), "etcd of AT says that it is 3.6.0, which does not fit v3.7.3"),
        (FOREIGN, sha256(FOREIGN), "etcd of AT does not run on this machine (etcd --version)"),
    ],
    ids=["checksum", "traversal", "absolute", "missing member", "no archive", "cut archive", "old", "does not run"],
)
def test_contents_that_are_wrong_are_said_in_one_line_and_etcd_is_built(
    machine: Machine,
    releases: ReleaseServer,
    capsys: pytest.CaptureFixture[str],
    body: bytes,
    digest: str,
    problem: str,
) -> None:
    at = releases.serve(FILE, body)
    machine.offer(etcd(releases, digest))

    [had] = toolchain.provide(["etcd"]).values()

    [line] = said(capsys)
    assert line.startswith(f"etcd v3.7.3: {problem.replace('AT', at)}")
    assert line.endswith("; next: built from the Go module")
    assert (had.read_text(), machine.built, machine.left()) == ("#!/bin/sh\n", 1, [])
    assert not (machine.root / "cache" / "evil").exists()


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (release_server.refuses(404), "AT answers 404 Not Found"),
        (release_server.refuses(500), "AT answers 500 Internal Server Error"),
        (
            release_server.answers_as_a_proxy_in_error,
            "AT answers with a web page instead of the file, as a proxy or a login does",
        ),
        (
            release_server.truncates(ARCHIVE),
            f"AT ends too early ({len(ARCHIVE) // 2} bytes read, {len(ARCHIVE) - len(ARCHIVE) // 2} more expected)",
        ),
    ],
    ids=["404", "500", "error page", "truncated"],
)
def test_an_answer_that_is_not_the_file_is_said_in_one_line_and_etcd_is_built(
    machine: Machine,
    releases: ReleaseServer,
    capsys: pytest.CaptureFixture[str],
    answer: release_server.Answer,
    problem: str,
) -> None:
    at = releases.behave(FILE, answer)
    machine.offer(etcd(releases, sha256(ARCHIVE)))

    [had] = toolchain.provide(["etcd"]).values()

    assert said(capsys) == [f"etcd v3.7.3: {problem.replace('AT', at)}; next: built from the Go module"]
    assert (had.read_text(), machine.built, machine.left()) == ("#!/bin/sh\n", 1, [])


def test_a_server_that_falls_silent_in_the_middle_is_given_up(
    machine: Machine, releases: ReleaseServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "SILENCE_SECONDS", 0.2)
    over = threading.Event()

    def falls_silent(request: BaseHTTPRequestHandler) -> None:
        send(request, 200, ARCHIVE[:50], Content_Length=str(len(ARCHIVE)))
        over.wait(20)

    at = releases.behave(FILE, falls_silent)
    machine.offer(etcd(releases, sha256(ARCHIVE)))
    try:
        toolchain.provide(["etcd"])
    finally:
        over.set()

    [line] = said(capsys)
    assert line.startswith(f"etcd v3.7.3: no connection to {at} (")
    assert (machine.built, machine.left()) == (1, [])


def test_a_server_that_trickles_is_given_up(
    machine: Machine, releases: ReleaseServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "LONGEST_SECONDS", 0.0)
    releases.serve(FILE, ARCHIVE)
    machine.offer(etcd(releases, sha256(ARCHIVE)))

    toolchain.provide(["etcd"])

    assert said(capsys) == [f"etcd v3.7.3: {len(ARCHIVE)} bytes in 0 s are too slow; next: built from the Go module"]


def test_a_closed_port_is_said_once_for_all_tools_of_the_server(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port = closing.getsockname()[1]
    closed = ReleaseServer(f"http://127.0.0.1:{port}")
    machine.offer(etcd(closed, sha256(ARCHIVE)))

    toolchain.provide(["etcd"])

    [line] = said(capsys)
    reason = f"no connection to http://127.0.0.1:{port}/ (Connection refused)"
    assert line == f"127.0.0.1:{port}: cannot be reached from here ({reason}); built from Go modules: etcd"
    assert machine.built == 1


def test_a_server_that_never_answers_costs_the_seconds_of_one_question_and_is_asked_once(
    machine: Machine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "PROBE_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        machine.offer(etcd(ReleaseServer(address), sha256(ARCHIVE)))

        toolchain.provide(["etcd"])
        assert fetch.unreachable(f"{address}/another/file")

        silent.settimeout(0.2)
        silent.accept()[0].close()
        with pytest.raises(TimeoutError):
            silent.accept()

    [line] = said(capsys)
    assert line.endswith("; built from Go modules: etcd")
    assert machine.built == 1


@pytest.mark.parametrize(
    ("sums", "problem"),
    [
        (f"{sha256(b'another')}  other.tar.gz\n", "SUMS has no sha256 of etcd.tar.gz"),
        ("<html>", "SUMS has no sha256 of etcd.tar.gz"),
        (f"{sha256(b'another')}  *etcd.tar.gz\n", f"sha256 of the file is {sha256(ARCHIVE)[:16]}... and not "),
    ],
    ids=["of another file", "no list", "of another content"],  # a compressed archive holds the time
)
def test_a_published_list_without_the_right_checksum_lets_nothing_through(
    machine: Machine, releases: ReleaseServer, capsys: pytest.CaptureFixture[str], sums: str, problem: str
) -> None:
    releases.serve(FILE, ARCHIVE)
    address = releases.serve("/sums", sums.encode())
    machine.offer(etcd(releases, "published", published=address))

    toolchain.provide(["etcd"])

    [line] = said(capsys)
    assert line.startswith(f"etcd v3.7.3: {problem.replace('SUMS', address)}")
    assert machine.built == 1


def test_what_a_killed_run_left_is_never_run_and_is_cleared_away(machine: Machine, releases: ReleaseServer) -> None:
    releases.serve(FILE, ARCHIVE)
    machine.offer(etcd(releases, sha256(ARCHIVE)))
    [download] = downloads.ways("etcd", "v3.7.3")
    half = machine.cache / f".{download.key}.killed" / "programs"
    half.mkdir(parents=True)
    (half / "etcd").write_bytes(ETCD[:10])
    (half / "etcd").chmod(0o755)

    assert official.cached("etcd", "v3.7.3") is None
    [had] = toolchain.provide(["etcd"]).values()

    assert had.read_bytes() == ETCD
    assert machine.left() == [download.key]


FETCH = "from sandbox.tools import toolchain; toolchain.provide(['etcd'])"


def test_a_run_that_is_killed_in_the_middle_leaves_nothing_that_the_next_would_run(
    machine: Machine, releases: ReleaseServer
) -> None:
    half_sent, over = threading.Event(), threading.Event()

    def stops_half_way(request: BaseHTTPRequestHandler) -> None:
        send(request, 200, ARCHIVE[:50], Content_Length=str(len(ARCHIVE)))
        request.wfile.flush()
        half_sent.set()
        over.wait(60)

    releases.behave(FILE, stops_half_way)
    machine.offer(etcd(releases, sha256(ARCHIVE)))
    with subprocess.Popen(
        [sys.executable, "-c", FETCH], env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, stderr=subprocess.DEVNULL
    ) as run:
        assert half_sent.wait(60)
        run.kill()
    over.set()
    releases.serve(FILE, ARCHIVE)
    assert official.cached("etcd", "v3.7.3") is None

    [had] = toolchain.provide(["etcd"]).values()

    assert (had.read_bytes(), machine.left(), machine.built) == (ETCD, [had.parent.name], 0)


def test_an_interrupt_ends_the_transfers_and_leaves_nothing(
    machine: Machine, releases: ReleaseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    releases.serve(FILE, ARCHIVE)
    machine.offer(etcd(releases, sha256(ARCHIVE)))
    monkeypatch.setattr(toolchain, "asked_version", interrupted)

    with pytest.raises(KeyboardInterrupt):
        toolchain.provide(["etcd"])

    assert (machine.left(), machine.built) == ([], 0)
