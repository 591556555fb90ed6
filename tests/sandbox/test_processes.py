"""A server's process: it ends what is its own alone, and with its owner only where tied to it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from sandbox.processes import Server, birth
from sandbox.storage import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def other_process() -> Iterator[subprocess.Popen[bytes]]:
    """Somebody else's process."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        yield process
        process.kill()


def test_another_process_that_got_the_process_id_of_a_dead_server_survives(
    tmp_path: Path, other_process: subprocess.Popen[bytes]
) -> None:
    server = Server("etcd", tmp_path)
    server.pid_file.parent.mkdir()
    server.pid_file.write_text(json.dumps({"pid": other_process.pid, "born": "at another time"}))

    assert server.pid() is None
    assert server.end(patience=1) is False
    assert server.kill() is False
    assert birth(other_process.pid) is not None, "still alive"


def test_a_damaged_pid_file_counts_as_not_running(tmp_path: Path) -> None:
    server = Server("etcd", tmp_path)
    server.pid_file.parent.mkdir()
    server.pid_file.write_text("{")

    assert server.pid() is None


def test_a_server_that_ignores_the_polite_signal_is_killed(tmp_path: Path) -> None:
    server = Server("stubborn", tmp_path)
    program = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    )
    server.spawn([sys.executable, "-c", program], dies_with_owner=True)
    while "up" not in server.log.read_text():
        time.sleep(0.05)

    assert server.end(patience=0.3) is True
    assert server.pid() is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
@pytest.mark.parametrize("tied", [True, False])
def test_a_server_ends_with_its_killed_owner_only_when_it_is_tied_to_it(tmp_path: Path, *, tied: bool) -> None:
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom sandbox.processes import Server\n"
        f"server = Server('x', Path({str(tmp_path)!r}))\n"
        f"server.spawn([sys.executable, '-c', \"print('up', flush=True); import time; time.sleep(60)\"], "
        f"dies_with_owner={tied})\ntime.sleep(60)\n"
    )
    server = Server("x", tmp_path)
    with subprocess.Popen([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": str(CHECKOUT)}) as owner:
        while not server.log.is_file() or "up" not in server.log.read_text():
            time.sleep(0.05)
        owner.send_signal(signal.SIGKILL)
        owner.wait()

    deadline = time.monotonic() + 2
    while tied and server.pid() is not None and time.monotonic() < deadline:
        time.sleep(0.05)

    assert (server.pid() is None) is tied
    server.kill()
