"""Builds in order: two in parallel where there are cores for two, elsewhere one after the other.

`go build` compiles on all cores, so on two cores a parallel build saves only the time of linking. With four cores or
more, builds overlap. Programs of one module build one after the other, because they share most of their packages and
would compile them twice. On fewer cores, the modules of the next build are fetched meanwhile.
"""

from __future__ import annotations

import os
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

from sandbox.tools.go import compiler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

Item = TypeVar("Item")

_CORES_FOR_TWO: Final = 4


def side_by_side(groups: Mapping[str, tuple[Item, ...]], build: Callable[[Item], object], cores: int = 0) -> None:
    """Build each group in its order, groups in parallel where the cores allow; the first error is raised at the end.

    Args:
        groups: What to build, by module.
        build: Builds one.
        cores: For a test; 0: those of this machine.
    """

    def build_group(items: Iterable[Item]) -> None:
        for item in items:
            build(item)

    if len(groups) <= 1 or (cores or os.cpu_count() or 1) < _CORES_FOR_TWO:
        for items in groups.values():
            build_group(items)
        return
    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(build_group, items) for items in groups.values()]:
            future.result()


def fetch_modules(orders: Iterable[tuple[compiler.Go, Path, str]]) -> threading.Thread:
    """Fetch the modules that builds (Go, module folder, package) will need, in the background.

    It ends with the process. It does not report a failed fetch: the build fails with the same error and reports it.
    """

    def run() -> None:
        for go, module, package in orders:
            command = (go.executable, "list", "-deps", "-f", "", package)
            subprocess.run(command, cwd=module, env=compiler.environment(), capture_output=True, check=False)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread
