"""The programs that run pipelines on this machine: act for GitHub's workflows, gitlab-ci-local for GitLab's jobs.

Both are in the cache of the sandbox's tools, each version once. act is built from its Go module: two minutes of processor
time. gitlab-ci-local comes from npm, with Node.js from PyPI and rsync from Debian, unpacked next to it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from kmetal_network.errors import OperatorError
from sandbox.storage import CHECKOUT, cache_directory, exclusively
from sandbox.tools.table import Tool
from sandbox.tools.toolchain import provide_tools

ACT: Final = Tool(
    name="act",
    module="act",
    package="github.com/nektos/act",
    source="github.com/nektos/act",
    ask=("--version",),
    same=2,
)


GITLAB: Final = CHECKOUT / "toolchain" / "gitlab"
_PINS: Final = ("package.json", "package-lock.json", "requirements.txt")


@cache
def act() -> Path:
    """The program, or a skipped test with the reason in one line."""
    try:
        return provide_tools([ACT])["act"]
    except OperatorError as error:
        pytest.skip(f"no act here: {' '.join(str(error).split())}")


@cache
def gitlab_ci_local() -> tuple[Path, str]:
    """Its script, and a PATH with `node` and `rsync`; or a skipped test with the reason in one line."""
    pins = hashlib.sha256(b"".join((GITLAB / name).read_bytes() for name in _PINS)).hexdigest()[:16]
    home = cache_directory() / f"gitlab-{pins}"
    with exclusively(home):
        if not (home / "ready").is_file():
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(parents=True)
            try:
                _install(home)
            except (OSError, subprocess.SubprocessError) as error:
                said = getattr(error, "stderr", "") or str(error)
                pytest.skip(f"no gitlab-ci-local here: {' '.join(str(said).split())[-200:]}")
            (home / "ready").touch()
    found = [str(home / "node" / "bin"), str(home / "root" / "usr" / "bin"), os.environ.get("PATH", os.defpath)]
    return home / "node_modules" / "gitlab-ci-local" / "dist" / "index.js", os.pathsep.join(found)


def _install(home: Path) -> None:
    """Node.js in a virtual environment, the script by its lock, rsync where PATH has none."""
    _run(home, [sys.executable, "-m", "venv", "node"])
    python = str(home / "node" / "bin" / "python")
    _run(home, [python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(GITLAB / "requirements.txt")])
    for name in ("package.json", "package-lock.json"):
        shutil.copy(GITLAB / name, home)
    node = str(home / "node" / "bin")
    _run(home, [f"{node}/npm", "ci", "--ignore-scripts"], path=f"{node}{os.pathsep}{os.environ['PATH']}")
    if shutil.which("rsync") is None:
        _run(home, ["apt-get", "download", "rsync"])
        _run(home, ["dpkg", "-x", str(next(home.glob("rsync_*.deb"))), "root"])


def _run(home: Path, command: Iterable[str], path: str = "") -> None:
    environment = {**os.environ, **({"PATH": path} if path else {})}
    subprocess.run([*command], cwd=home, env=environment, check=True, capture_output=True, text=True, timeout=300)
