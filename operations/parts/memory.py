"""How much memory is left for further processes."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

_MACHINE: Final = "proc/meminfo"
_CONTAINER: Final = "sys/fs/cgroup"
_KIB: Final = 1024


def available_memory(root: Path = Path("/")) -> int | None:
    """What this machine has left, or its container where that is less.

    Args:
        root: where `proc` and `sys` are.

    Returns:
        Bytes, what the page cache holds included; None where the system does not say (macOS).
    """
    said = [size for size in (_machine(root / _MACHINE), _container(root / _CONTAINER)) if size is not None]
    return min(said, default=None)


def _machine(file: Path) -> int | None:
    """`MemAvailable` (https://docs.kernel.org/filesystems/proc.html); `MemFree` would not count the page cache."""
    with suppress(OSError, ValueError):
        for line in file.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * _KIB
    return None


def _container(group: Path) -> int | None:
    """What the container's limit leaves (cgroup v2); `max` where there is none."""
    with suppress(OSError, ValueError):
        limit, used = ((group / name).read_text(encoding="ascii").strip() for name in ("memory.max", "memory.current"))
        # The kernel gives pages of files back before it kills for want of memory.
        kept = dict(line.split() for line in (group / "memory.stat").read_text(encoding="ascii").splitlines())
        return max(0, int(limit) - int(used) + int(kept.get("inactive_file", 0)))
    return None
