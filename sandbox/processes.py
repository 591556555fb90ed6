"""Servers that outlive the command that started them; the next command finds them again.

A pid file identifies a process by its id and its start time. After a crash or a reboot, another process may have the
id. So a process with another start time is never touched, and counts as not running.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kmetal_network.errors import OperatorError
from sandbox.tools.go.compiler import last_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

READY: Final = "ready"
"""The line that one of our own servers prints once it serves; the others have a health check."""

_LAUNCHER: Final = Path(__file__).with_name("launcher.py")
_POLL_SECONDS: Final = 0.05


def birth(pid: int) -> str | None:
    """A process's start time, for comparison only; None when there is no process, or only a zombie."""
    stat = Path(f"/proc/{pid}/stat")
    if not Path("/proc/self/stat").exists():
        return _birth_from_ps(pid)
    try:
        text = stat.read_text()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except (OSError, ValueError):
        return None
    # proc(5): the name in parentheses may hold anything; after it state is the first field, num_threads the eighteenth,
    # starttime the twentieth. A first thread that is gone (Z) with others left still holds the process's ports: seen
    # with a killed kube-apiserver.
    fields = text[text.rindex(")") + 1 :].split()
    state, threads, ticks = fields[0], int(fields[17]), fields[19]
    return None if state in {"Z", "X"} and threads <= 1 else f"{boot} {ticks}"


def _birth_from_ps(pid: int) -> str | None:
    """The same where there is no /proc (macOS)."""
    answer = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, started = answer.stdout.strip().partition(" ")
    return started.strip() if started and not state.startswith("Z") else None


@dataclass(frozen=True)
class Server:
    """One named server of a sandbox, by its pid file and its log."""

    name: str
    directory: Path

    @property
    def log(self) -> Path:
        """Everything it printed; each run appends."""
        return self.directory / "logs" / f"{self.name}.log"

    @property
    def pid_file(self) -> Path:
        """The file that identifies its process."""
        return self.directory / "run" / f"{self.name}.json"

    def pid(self) -> int | None:
        """Its process id while it runs."""
        try:
            record = json.loads(self.pid_file.read_text())
            pid, born = int(record["pid"]), str(record["born"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        with suppress(ChildProcessError):  # if it is our child, we must reap it
            os.waitpid(pid, os.WNOHANG)
        return pid if birth(pid) == born else None

    def spawn(
        self,
        command: Sequence[str | Path],
        *,
        dies_with_owner: bool,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start it with further variables; with `dies_with_owner`, it ends with this process."""
        for path in (self.log, self.pid_file):
            path.parent.mkdir(parents=True, exist_ok=True)
        owner = os.getpid() if dies_with_owner else 0
        arguments = [sys.executable, "-I", str(_LAUNCHER), str(owner), *map(str, command)]
        # Not subprocess.Popen: its objects complain when they are dropped while the process lives.
        pid = os.posix_spawn(
            sys.executable,
            arguments,
            {**os.environ, **(environment or {})},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(self.log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
        )
        self.pid_file.write_text(json.dumps({"pid": pid, "born": birth(pid), "command": list(map(str, command))}))

    def await_ready(self, ready: Callable[[], bool], patience: float) -> None:
        """Wait until it is ready.

        Raises:
            OperatorError: it has ended, or is not ready in time; contains the end of its log.
        """
        deadline = time.monotonic() + patience
        while not ready():
            if self.pid() is None or time.monotonic() > deadline:
                raise OperatorError(
                    f"{self.log}: {self.name} did not become ready; see the end of its log, fix the cause "
                    f"and start again:\n{last_lines(self.log)}"
                )
            time.sleep(_POLL_SECONDS)

    def end(self, patience: float) -> bool:
        """Send SIGTERM, then SIGKILL after `patience` seconds; True when it was running."""
        was_running = self.signal(signal.SIGTERM)
        if was_running and not self._gone_within(patience):
            self.kill()
        self.pid_file.unlink(missing_ok=True)
        return was_running

    def kill(self) -> bool:
        """End it at once, as a power cut would; True when it was running."""
        was_running = self.signal(signal.SIGKILL)
        self._gone_within(10)
        return was_running

    def signal(self, number: signal.Signals) -> bool:
        """Send it a signal; False when it does not run."""
        pid = self.pid()
        if pid is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        return True

    def _gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.pid() is not None:
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)
        return True
