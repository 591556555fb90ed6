"""The simulated controllers as a separate process."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.controllers.network import status, until

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.controllers.api import Client

SECONDS = 60


@pytest.mark.sandbox
def test_it_runs_restarts_on_purpose_and_ends_when_asked(kubeconfig: Path, client: Client) -> None:
    command = [sys.executable, "-m", "sandbox.controllers", "--kubeconfig", str(kubeconfig), "--fault", "restarts=0.7"]
    with subprocess.Popen([*command, "--speed", "20"], stderr=subprocess.PIPE, text=True) as process:
        until(lambda: status(client, "Vpc", "ovn-cluster").get("standby"), SECONDS)
        with pytest.raises(subprocess.TimeoutExpired):  # it lives through several restarts
            process.wait(2)
        process.send_signal(signal.SIGTERM)
        _, words = process.communicate(timeout=SECONDS)
    assert (process.returncode, words) == (0, "")


def test_a_missing_cluster_is_one_sentence_and_no_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sandbox.controllers", "--kubeconfig", str(tmp_path / "none")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 2
    assert "no cluster answers" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1
