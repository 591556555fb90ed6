"""Downloads first: what is taken, what is said of a download that fails, and that the next way follows."""

from __future__ import annotations

import os
import socket
import stat
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import yaml

from sandbox import golang, toolchain
from sandbox.tools import downloads, fetch, official
from sandbox.tools.downloads import this_platform
from tests.sandbox import release_server
from tests.sandbox.release_server import ReleaseServer, send, sha256, tarred, zipped

ETCD = b"#!/bin/sh\necho etcd Version: 3.7.3\n"
ARCHIVE = tarred({"etcd-v3.7.3/README.md": b"read me", "etcd-v3.7.3/etcd": ETCD, "etcd-v3.7.3/etcdctl": b"ctl"})
FILE = "/etcd.tar.gz"

GO = """#!/bin/sh
if [ "$1" = env ]; then printf 'go1.99.0\\nlinux\\namd64\\n'; exit; fi
echo build >> {builds}
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\\n' > "$2"; /bin/chmod +x "$2"
"""


def forget() -> None:
    """As a new process."""
    for function in (
        toolchain._on_path,  # noqa: SLF001  # caches of a process
        toolchain._cached_or_had,  # noqa: SLF001  # same
        golang.find_go,
        golang._inspect,  # noqa: SLF001  # same
        fetch._ask,  # noqa: SLF001  # same
        downloads._read,  # noqa: SLF001  # same
    ):
        function.cache_clear()


@pytest.fixture
def releases() -> Iterator[ReleaseServer]:
    with release_server.running() as server:
        yield server


class Machine:
    """A machine with an empty home, a Go that builds anything at once, and a list of downloads."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.cache = root / "cache" / "kmetal-network" / "toolchain"
        self.builds = root / "builds"
        self.list = root / "downloads.yaml"

    def offer(self, *entries: dict[str, object]) -> None:
        self.list.write_text(yaml.safe_dump({"downloads": list(entries)}))

    @property
    def built(self) -> int:
        return len(self.builds.read_text().splitlines()) if self.builds.exists() else 0

    def left(self) -> list[str]:
        """What lies in the cache beside locks and builds."""
        return sorted(
            path.name for path in self.cache.iterdir() if path.suffix != ".lock" and not (path / "etcd.log").exists()
        )


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    machine = Machine(tmp_path)
    path = tmp_path / "bin"
    path.mkdir()
    (path / "go").write_text(GO.format(builds=machine.builds))
    (path / "go").chmod(0o755)
    monkeypatch.setenv("PATH", str(path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KMETAL_DOWNLOADS", str(machine.list))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    forget()
    yield machine
    forget()


def etcd(releases: ReleaseServer, digest: str, path: str = FILE, **more: object) -> dict[str, object]:
    return {
        "name": "etcd",
        "version": "v3.7.3",
        "provides": ["etcd"],
        "members": ["*/etcd"],
        "url": releases.address + "{file}",
        "platforms": {this_platform(): {"file": path, "sha256": digest}},
        **more,
    }


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines of the operator, without those that only give progress."""
    return [line for line in capsys.readouterr().err.splitlines() if not line.startswith(("downloading", "building"))]


def test_a_good_download_is_unpacked_and_nothing_is_built(machine: Machine, releases: ReleaseServer) -> None:
    releases.serve(FILE, ARCHIVE)
    machine.offer(etcd(releases, sha256(ARCHIVE)))

    [had] = toolchain.provide(["etcd"]).values()

    assert had.read_bytes() == ETCD
    assert stat.S_IMODE(had.stat().st_mode) == 0o755
    assert [path.name for path in had.parent.iterdir()] == ["etcd"], "only the member that was asked for"
    assert machine.left() == [had.parent.name]
    assert machine.built == 0


def test_a_second_run_finds_the_download_in_the_cache(machine: Machine, releases: ReleaseServer) -> None:
    releases.serve(FILE, ARCHIVE)
    machine.offer(etcd(releases, sha256(ARCHIVE)))
    first = toolchain.provide(["etcd"])
    forget()

    assert toolchain.provide(["etcd"]) == first
    assert releases.asked[FILE] == 1


def test_a_tool_on_path_that_fits_goes_before_the_download(machine: Machine, releases: ReleaseServer) -> None:
    machine.offer(etcd(releases, sha256(ARCHIVE)))
    own = machine.root / "bin" / "etcd"
    own.write_bytes(b"#!/bin/sh\necho etcd Version: 3.7.9\n")
    own.chmod(0o755)

    assert toolchain.provide(["etcd"]) == {"etcd": own}
    assert not releases.asked


def test_an_earlier_build_goes_before_the_download(machine: Machine, releases: ReleaseServer) -> None:
    machine.offer()
    built = toolchain.provide(["etcd"])
    forget()
    releases.serve(FILE, ARCHIVE)
    machine.offer(etcd(releases, sha256(ARCHIVE)))

    assert toolchain.provide(["etcd"]) == built
    assert not releases.asked


def test_a_zip_is_unpacked_as_well(machine: Machine, releases: ReleaseServer) -> None:
    body = zipped({"etcd-v3.7.3/": b"", "etcd-v3.7.3/etcd": ETCD})
    releases.serve("/etcd.zip", body)
    machine.offer(etcd(releases, sha256(body), "/etcd.zip"))

    [had] = toolchain.provide(["etcd"]).values()

    assert had.read_bytes() == ETCD
    assert os.access(had, os.X_OK)
    assert machine.built == 0


def test_a_file_that_is_the_program_itself_is_taken_as_it_is(machine: Machine, releases: ReleaseServer) -> None:
    releases.serve("/linux/amd64/etcd", ETCD)
    machine.offer(etcd(releases, sha256(ETCD), "/linux/amd64/etcd", members=[]))

    [had] = toolchain.provide(["etcd"]).values()

    assert (had.name, had.read_bytes(), machine.built) == ("etcd", ETCD, 0)


def test_a_redirect_is_followed(machine: Machine, releases: ReleaseServer) -> None:
    releases.serve("/elsewhere", ARCHIVE)
    releases.behave(FILE, release_server.redirects("/elsewhere"))
    machine.offer(etcd(releases, sha256(ARCHIVE)))

    [had] = toolchain.provide(["etcd"]).values()

    assert (had.read_bytes(), machine.built) == (ETCD, 0)


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

    assert said(capsys) == [
        f"127.0.0.1:{port}: cannot be reached from here (no connection to http://127.0.0.1:{port}/ (Connection refused)); "
        "built from Go modules: etcd"
    ]
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


def test_a_second_download_is_the_next_way_and_a_pinned_one_goes_first(
    machine: Machine, releases: ReleaseServer, capsys: pytest.CaptureFixture[str]
) -> None:
    second = releases.serve("/second.tar.gz", ARCHIVE)
    releases.serve("/sums", f"{sha256(ARCHIVE)}  second.tar.gz\n".encode())
    machine.offer(
        etcd(releases, "published", "/second.tar.gz", published=f"{releases.address}/sums"),
        etcd(releases, sha256(ARCHIVE)),
    )

    [had] = toolchain.provide(["etcd"]).values()

    assert said(capsys) == [f"etcd v3.7.3: {releases.address}{FILE} answers 404 Not Found; next: {second}"]
    assert (had.read_bytes(), machine.built) == (ETCD, 0)


@pytest.mark.parametrize(
    ("sums", "problem"),
    [
        (f"{sha256(b'another')}  other.tar.gz\n", "SUMS has no sha256 of etcd.tar.gz"),
        ("<html>", "SUMS has no sha256 of etcd.tar.gz"),
        (f"{sha256(b'another')}  *etcd.tar.gz\n", f"sha256 of the file is {sha256(ARCHIVE)[:16]}... and not "),
    ],
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


def test_one_archive_that_holds_two_tools_is_fetched_once(machine: Machine, releases: ReleaseServer) -> None:
    answer = b"#!/bin/sh\necho Kubernetes %s\n" % toolchain.TOOLS["kube-apiserver"].version.encode()
    servers = ("kube-apiserver", "kube-controller-manager")
    body = tarred({f"kubernetes/server/bin/{name}": answer for name in servers})
    releases.serve(FILE, body)
    entry = etcd(releases, sha256(body), members=["kubernetes/server/bin/*"], provides=[*servers])
    machine.offer({**entry, "version": toolchain.TOOLS["kube-apiserver"].version})

    had = toolchain.provide(servers)

    assert [path.read_bytes() for path in had.values()] == [answer, answer]
    assert (releases.asked[FILE], machine.built) == (1, 0)


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


def test_an_interrupt_ends_the_transfers_and_leaves_nothing(
    machine: Machine, releases: ReleaseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    releases.serve(FILE, ARCHIVE)
    machine.offer(etcd(releases, sha256(ARCHIVE)))
    monkeypatch.setattr(toolchain, "_ask", interrupted)

    with pytest.raises(KeyboardInterrupt):
        toolchain.provide(["etcd"])

    assert (machine.left(), machine.built) == ([], 0)


def test_the_proxy_of_the_environment_is_asked_for_the_download(
    machine: Machine, releases: ReleaseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    upstream = "http://localhost:9"
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("HTTP_PROXY", releases.address)
    monkeypatch.setenv("http_proxy", releases.address)
    releases.serve(upstream + FILE, ARCHIVE)
    machine.offer(etcd(ReleaseServer(upstream), sha256(ARCHIVE)))

    [had] = toolchain.provide(["etcd"]).values()

    assert (had.read_bytes(), releases.asked[upstream + FILE], machine.built) == (ETCD, 1, 0)
