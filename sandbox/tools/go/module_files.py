"""What a build takes from a Go module besides its packages: files to embed, files to keep, one line to change.

Upstream's code is never committed here; it is read from the module that `go.mod` pins and `go.sum` verifies.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kmetal_network.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Replacement:
    """A line of upstream that has no flag, and what the sandbox needs there; it must occur exactly once."""

    file: str
    upstream: str
    ours: str


@dataclass(frozen=True, kw_only=True)
class ModuleFiles:
    """What a build takes from a Go module."""

    source: str
    """The Go module."""

    embeds: tuple[str, ...] = ()
    """Files that a `main` of ours embeds; too large to be committed a second time."""

    keeps: str = ""
    """Pattern of the files that stay next to the executable: custom resource definitions of the same release."""

    replacements: tuple[Replacement, ...] = ()

    def prepare(self, source: Path, module: Path, directory: Path, beside: Path) -> None:
        """Fill the folder to build in.

        Args:
            source: where the Go module lies.
            module: our folder with `go.mod`.
            directory: the folder to build in.
            beside: where the executable will be.

        Raises:
            OperatorError: a line that is to be replaced is not there; the pinned version has changed.
        """
        for path in module.iterdir():
            shutil.copyfile(path, directory / path.name)
        for file in self.embeds:
            shutil.copyfile(source / file, directory / Path(file).name)
        for path in source.glob(self.keeps) if self.keeps else ():
            shutil.copyfile(path, beside / path.name)
        if self.replacements:
            self._replace(source, directory)

    def _replace(self, source: Path, directory: Path) -> None:
        """Build from a copy of the module with the lines replaced; Go refuses overlays of its module cache."""
        copy = directory / "source"
        shutil.copytree(source, copy, copy_function=shutil.copyfile)
        for folder in (copy, *(path for path in copy.rglob("*") if path.is_dir())):
            folder.chmod(0o755)  # the module cache is read-only
        for replacement in self.replacements:
            path = copy / replacement.file
            text = path.read_text()
            if text.count(replacement.upstream) != 1:
                raise OperatorError(
                    f"sandbox/tools/toolchain.py: {replacement.file} of {self.source} does not hold"
                    f" {replacement.upstream!r} "
                    "exactly once; look at what the pinned version has there and write that"
                )
            path.write_text(text.replace(replacement.upstream, replacement.ours))
        with (directory / "go.mod").open("a") as file:
            file.write(f"\nreplace {self.source} => ./{copy.name}\n")


def locate(go: Path, environment: Mapping[str, str], module: Path, source: str) -> Path:
    """Where a Go module lies, downloaded if need be.

    Raises:
        OperatorError: it cannot be had.
    """
    command: tuple[str | Path, ...] = (go, "mod", "download", "-json", source)
    done = subprocess.run(command, cwd=module, env=environment, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout or "{}")
    if "Dir" not in found:
        raise OperatorError(
            f"toolchain/{module.name}: Go module {source} cannot be downloaded "
            f"({found.get('Error') or done.stderr.strip()}); check the network and GOPROXY and run it again"
        )
    return Path(found["Dir"])
