"""Downloads first: what is taken, from where, and in which order."""

from __future__ import annotations

import os
import stat
import threading
from http.server import BaseHTTPRequestHandler

import pytest

from sandbox.tools import table, toolchain
from tests.sandbox.tools import release_server
from tests.sandbox.tools.conftest import ARCHIVE, ETCD, FILE, Machine, etcd, forget, said
from tests.sandbox.tools.release_server import ReleaseServer, send, sha256, tarred, zipped


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


def test_a_tool_on_path_that_fits_wins_over_the_download(machine: Machine, releases: ReleaseServer) -> None:
    machine.offer(etcd(releases, sha256(ARCHIVE)))
    own = machine.root / "bin" / "etcd"
    own.write_bytes(b"#!/bin/sh\necho etcd Version: 3.7.9\n")
    own.chmod(0o755)

    assert toolchain.provide(["etcd"]) == {"etcd": own}
    assert not releases.asked


def test_an_earlier_build_wins_over_the_download(machine: Machine, releases: ReleaseServer) -> None:
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


def test_one_archive_that_holds_two_tools_is_fetched_once(machine: Machine, releases: ReleaseServer) -> None:
    answer = b"#!/bin/sh\necho Kubernetes %s\n" % table.TOOLS["kube-apiserver"].version.encode()
    servers = ("kube-apiserver", "kube-controller-manager")
    body = tarred({f"kubernetes/server/bin/{name}": answer for name in servers})
    releases.serve(FILE, body)
    entry = etcd(releases, sha256(body), members=["kubernetes/server/bin/*"], provides=[*servers])
    machine.offer({**entry, "version": table.TOOLS["kube-apiserver"].version})

    had = toolchain.provide(servers)

    assert [path.read_bytes() for path in had.values()] == [answer, answer]
    assert (releases.asked[FILE], machine.built) == (1, 0)


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


def test_what_no_release_offers_is_built_while_the_rest_is_downloaded(
    machine: Machine, releases: ReleaseServer
) -> None:
    build_ended = threading.Event()

    def waits_for_the_build(request: BaseHTTPRequestHandler) -> None:
        waited.append(build_ended.wait(60))
        send(request, 200, ARCHIVE)

    def watch() -> None:
        while not machine.built and not build_ended.wait(0.01):
            pass
        build_ended.set()

    waited: list[bool] = []
    releases.behave(FILE, waits_for_the_build)
    machine.offer(etcd(releases, sha256(ARCHIVE)))
    watching = threading.Thread(target=watch)
    watching.start()

    try:
        had = toolchain.provide(["etcd", "pulumi"])
    finally:
        build_ended.set()
        watching.join()

    assert waited == [True]
    assert had["etcd"].read_bytes() == ETCD
    assert (had["pulumi"].read_text(), machine.built) == ("#!/bin/sh\n", 1)


def test_tools_that_no_release_offers_are_all_built(machine: Machine) -> None:
    machine.offer()

    had = toolchain.provide(["pulumi", "etcd"])

    assert [path.name for path in had.values()] == ["pulumi", "etcd"]
    assert machine.built == 2
