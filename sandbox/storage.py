"""Where the sandbox stores files: a cache for all clones of the project, and locks between processes."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT: Final = Path(__file__).resolve().parent.parent
"""The root of this clone."""


def cache_directory() -> Path:
    """The cache of all clones: `$XDG_CACHE_HOME/kmetal-network/toolchain`, by default under `~/.cache`."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    directory = Path(base) / "kmetal-network" / "toolchain"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


@contextmanager
def exclusively(path: Path) -> Iterator[None]:
    """Hold a lock next to a path: one process at a time, the kernel releases it when its holder ends in any way."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
