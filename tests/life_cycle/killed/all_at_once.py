"""Kills a command and all of its workers at once, as the loss of their machine would."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from threading import Thread

from tests.life_cycle.live_project import STACK, Project, wait_until


def killed_when(project: Project, verb: str, fact: Callable[[], bool]) -> None:
    """Run a command and kill it at a moment; an error if it ends before."""
    process = project.command(verb, STACK, "--yes")
    reader = Thread(target=process.communicate)  # the plan of fifty tenants fills a pipe
    reader.start()
    wait_until(lambda: fact() or process.poll() is not None, f"the moment to kill {verb}", 600)
    assert process.poll() is None, f"{verb} ended by itself"
    for pid in [*_workers(process.pid), process.pid]:
        os.killpg(pid, signal.SIGKILL)
    reader.join()


def _workers(command: int) -> list[int]:
    """Process groups of the command's workers; each leads one."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            rest = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if rest[1] == str(command) and rest[2] == stat.parent.name:
            found.append(int(stat.parent.name))
    return found
