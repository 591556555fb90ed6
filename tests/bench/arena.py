"""A control plane for one measurement, fresh and stopped afterwards, with simulated controllers at high speed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sandbox.control_plane.control_plane import ControlPlane
from sandbox.processes import Server

SPEED: Final = 100
"""How much faster than recorded the simulation runs: its waits must not hide the engine's cost."""

_PATIENCE: Final = 10.0


@contextmanager
def arena(directory: Path) -> Iterator[Path]:
    """Start everything in a directory; gives the kubeconfig. It dies with this process, however that ends."""
    plane = ControlPlane(directory, dies_with_owner=True)
    controllers = Server("simulated-kube-ovn", plane.directory / "control-plane")
    plane.start()
    try:
        words: list[str | Path] = [sys.executable, "-P", "-m", "sandbox.controllers"]
        words += ["--kubeconfig", plane.kubeconfig, "--speed", str(SPEED)]
        controllers.spawn(words, dies_with_owner=True)
        yield plane.kubeconfig
    finally:
        controllers.end(_PATIENCE)
        plane.stop()
