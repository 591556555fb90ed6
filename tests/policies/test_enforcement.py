"""The pack's process ends with the engine that started it, however that ends."""

from __future__ import annotations

import os
import subprocess
import sys
import time

CHILD = """
import os, time
from policies.enforcement import end_with_parent
end_with_parent()
print(os.getpid(), flush=True)
time.sleep(60)
"""
PARENT = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {CHILD!r}])
time.sleep(60)
"""


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_pack_does_not_outlive_an_engine_that_is_killed() -> None:
    engine = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert engine.stdout is not None
    pack = int(engine.stdout.readline())
    assert _lives(pack)

    engine.kill()
    engine.communicate()

    deadline = time.monotonic() + 20
    while _lives(pack) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _lives(pack)
