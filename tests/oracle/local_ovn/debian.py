"""Finds OVN's programs: on PATH, or unpacked from Debian's packages into a cache folder, which needs no root."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from sandbox.storage import cache_directory, exclusively

PROGRAMS: Final = ("ovsdb-server", "ovsdb-tool", "ovn-northd", "ovn-trace", "ovn-nbctl")
_PACKAGES: Final = ("ovn-central", "ovn-common", "openvswitch-common")
_LIBRARIES: Final = ("libxdp1", "libbpf1", "libunbound8", "libnuma1", "libcap-ng0")
"""Shared libraries that a slim machine may lack; one that Debian calls by another name is left out."""


class MissingError(Exception):
    """OVN is not available here; the text says why in one line."""


@dataclass(frozen=True)
class Programs:
    """Where they are."""

    paths: Mapping[str, Path]
    schemas: Path
    environment: Mapping[str, str]


@cache
def programs() -> Programs:
    """OVN's programs.

    Raises:
        MissingError: they are neither on PATH nor available from Debian.
    """
    found = {name: shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin") for name in PROGRAMS}
    if all(found.values()) and Path("/usr/share/ovn/ovn-nb.ovsschema").is_file():
        return Programs({name: Path(str(path)) for name, path in found.items()}, Path("/usr/share/ovn"), os.environ)
    home = cache_directory() / "ovn"
    with exclusively(home):
        if not (home / "ready").is_file():
            _unpack(home)
    paths = {name: next(home.glob(f"root/usr/*bin/{name}")) for name in PROGRAMS}
    libraries = os.pathsep.join(str(path) for path in home.glob("root/usr/lib/*-linux-gnu*"))
    return Programs(paths, home / "root/usr/share/ovn", {**os.environ, "LD_LIBRARY_PATH": libraries})


def _unpack(home: Path) -> None:
    """Download and unpack, without installing anything."""
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        raise MissingError("OVN is not on PATH, and this machine has no apt-get to get it with")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    _download(home, _PACKAGES)
    for library in _LIBRARIES:
        try:
            _download(home, (library,))
        except MissingError:
            continue
    for package in home.glob("*.deb"):
        subprocess.run(["dpkg", "-x", str(package), str(home / "root")], check=True, capture_output=True)
    (home / "ready").touch()


def _download(home: Path, packages: tuple[str, ...]) -> None:
    try:
        subprocess.run(["apt-get", "download", *packages], cwd=home, check=True, capture_output=True, timeout=120)
    except (OSError, subprocess.SubprocessError) as error:
        raise MissingError(f"OVN is not on PATH, and apt-get cannot download {packages[0]}") from error
