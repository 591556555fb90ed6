"""The committed list of downloads, and the command that keeps its checksums."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from kmetal_network.errors import OperatorError
from sandbox.__main__ import app
from sandbox.tools.go.compiler import parse_version
from sandbox.tools.releases import downloads, pins
from sandbox.tools.table import METALLB, TOOLS
from tests.sandbox.tools.conftest import ARCHIVE, FILE, Machine, etcd
from tests.sandbox.tools.release_server import ReleaseServer, sha256

PLATFORMS = {"linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64"}


@pytest.fixture
def committed(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[downloads.Download, ...]]:
    monkeypatch.delenv("KMETAL_DOWNLOADS", raising=False)
    return downloads.every_download()


Committed = dict[str, tuple[downloads.Download, ...]]


def test_there_are_downloads_for_linux_and_macos_on_both_processors(committed: Committed) -> None:
    everywhere = {"pulumi", "pulumi-language-python", "pulumi-resource-kubernetes", "etcd"}
    servers = {"kube-apiserver", "kube-controller-manager"}

    assert {name: {tool for each in found for tool in each.provides} for name, found in committed.items()} == {
        "linux-amd64": everywhere | servers,
        "linux-arm64": everywhere | servers,
        "darwin-amd64": everywhere,
        "darwin-arm64": everywhere,
    }


def test_only_etcd_hangs_on_a_checksum_that_is_published_beside_it(committed: Committed) -> None:
    pinned = {
        (name, tool) for name, found in committed.items() for each in found if each.pinned for tool in each.provides
    }
    all_of = {(name, tool) for name, found in committed.items() for each in found for tool in each.provides}

    assert all_of - pinned == {(platform, "etcd") for platform in PLATFORMS}


def test_each_pin_is_that_of_its_own_file(committed: Committed) -> None:
    files = {(each.file, each.digest) for found in committed.values() for each in found if each.pinned}

    assert len(files) == len({file for file, _ in files}) == len({digest for _, digest in files}) == 10


def test_the_pinned_way_to_a_tool_goes_first(committed: Committed) -> None:
    names = [each.name for each in committed["linux-amd64"] if "kube-apiserver" in each.provides]

    assert names == ["kubernetes-server", "kube-apiserver"]


@pytest.mark.parametrize("tool", [tool for tool in TOOLS if tool != METALLB])
def test_what_is_downloaded_has_the_version_that_is_built(committed: Committed, tool: str) -> None:
    versions = {each.version for found in committed.values() for each in found if tool in each.provides}

    assert {parse_version(version) for version in versions} == {parse_version(TOOLS[tool].version)}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"url": "http://releases.example/{file}"}, "(http://releases.example//etcd.tar.gz is not https)"),
        ({"platforms": {"linux-amd64": {"file": "a", "sha256": "abc"}}}, "(a: abc is no sha256)"),
        (
            {"platforms": {"linux-amd64": {"file": "a", "sha256": "published"}}},
            "(a has no checksum, and its release publishes none)",
        ),
        ({"platforms": {"linux-amd64": {"file": "a"}}}, "(a has neither sha256 nor sha512)"),
    ],
)
def test_a_list_that_is_not_of_its_form_is_refused_by_name(
    machine: Machine, change: dict[str, object], problem: str
) -> None:
    machine.offer({**etcd(ReleaseServer("http://127.0.0.1:1"), "0" * 64), **change})

    with pytest.raises(OperatorError) as caught:
        downloads.every_download()

    assert str(caught.value).startswith(f"{machine.list}: no list of downloads (")
    assert problem in str(caught.value)
    assert str(caught.value).endswith("; restore the file, or correct what KMETAL_DOWNLOADS names")


def list_of(machine: Machine, releases: ReleaseServer, digest: str) -> str:
    """A list as it is committed, comment and all, with one file; the answer is its text."""
    text = f"""# kept
downloads:
  - name: etcd
    version: v3.7.3
    provides: [etcd]
    members: ["*/etcd"]
    url: {releases.address}{{file}}
    published: {releases.address}/sums
    platforms:
      linux-amd64:
        file: {FILE}
        sha256: {digest}
"""
    machine.list.write_text(text)
    return text


def test_pin_writes_what_the_release_publishes_and_leaves_the_rest_alone(
    machine: Machine, releases: ReleaseServer
) -> None:
    before = list_of(machine, releases, "published")
    digest = sha256(ARCHIVE)
    releases.serve("/sums", f"{'1' * 64}  another.tar.gz\n{digest}  etcd.tar.gz\n".encode())
    lines: list[str] = []

    assert pins.pin(lines.append)
    assert lines == [f"{FILE}: sha256 {digest[:16]}... written"]
    assert machine.list.read_text() == before.replace("published\n", f"{digest}\n")


def test_pin_never_replaces_a_pin_that_differs(machine: Machine, releases: ReleaseServer) -> None:
    before = list_of(machine, releases, "2" * 64)
    releases.serve("/sums", f"{'1' * 64}  etcd.tar.gz\n".encode())

    done = CliRunner().invoke(app, ["pin"])

    assert done.exit_code == 1
    assert done.stderr == (f"{FILE}: pinned to {'2' * 64}, but {releases.address}/sums says {'1' * 64}; find out why\n")
    assert machine.list.read_text() == before


def test_pin_says_which_release_it_could_not_ask_and_fails(machine: Machine, releases: ReleaseServer) -> None:
    before = list_of(machine, releases, "published")
    lines: list[str] = []

    assert not pins.pin(lines.append)
    assert lines == [f"{FILE}: not compared, {releases.address}/sums answers 404 Not Found"]
    assert machine.list.read_text() == before


def test_an_empty_list_means_that_all_is_built(machine: Machine) -> None:
    machine.list.write_text("")

    assert Path(downloads.source()) == machine.list
    assert downloads.ways("etcd", "v3.7.3") == ()
