"""Becomes a server: `python -I launcher.py OWNER COMMAND...` in a session of its own.

With an OWNER (a process id, 0 for none), the kernel ends the server when its owner dies in any way, so a killed test
leaves no server. It is a separate program, because doing this between fork and exec of a threaded parent is not safe.
It imports nothing from the project.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(owner: int, command: list[str]) -> None:
    """Detach, tie to the owner, become the command."""
    os.setsid()
    if owner and sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != owner:  # died before it could be tied to
            return
    os.execv(command[0], command)  # noqa: S606  # becoming the server is its purpose; no shell wanted


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
