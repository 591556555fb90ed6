"""A machine with nothing and a server of releases, for tests of how the tools are had."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from sandbox.tools import toolchain
from sandbox.tools.go import compiler
from sandbox.tools.releases import downloads, fetch
from sandbox.tools.releases.downloads import this_platform
from tests.sandbox.tools import release_server
from tests.sandbox.tools.release_server import ReleaseServer, tarred

ETCD = b"#!/bin/sh\necho etcd Version: 3.7.3\n"
ARCHIVE = tarred({"etcd-v3.7.3/README.md": b"read me", "etcd-v3.7.3/etcd": ETCD, "etcd-v3.7.3/etcdctl": b"ctl"})
FILE = "/etcd.tar.gz"

GO = """#!/bin/sh
if [ "$1" = env ]; then printf 'go1.99.0\\nlinux\\namd64\\n'; exit; fi
if [ "$1" = list ]; then echo "$@" >> {builds}.lists; exit; fi
echo build >> {builds}
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\\n' > "$2"; /bin/chmod +x "$2"
"""


def forget() -> None:
    """As a new process."""
    for function in (
        toolchain._on_path,  # noqa: SLF001  # caches of a process
        toolchain._cached_or_had,  # noqa: SLF001  # same
        compiler.find_go,
        compiler._inspect,  # noqa: SLF001  # same
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
        """Write the list of downloads."""
        self.list.write_text(yaml.safe_dump({"downloads": list(entries)}))

    @property
    def built(self) -> int:
        """How often Go built."""
        return len(self.builds.read_text().splitlines()) if self.builds.exists() else 0

    def left(self) -> list[str]:
        """What lies in the cache besides locks and builds."""
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
