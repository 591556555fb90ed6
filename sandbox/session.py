"""The whole sandbox: tools, control plane, simulated Kube-OVN controllers, and the `dev` stack.

The same `kmetal-network` command as for a real cluster works on the stack, in the sandbox's environment.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from kmetal_network.errors import OperatorError
from sandbox.control_plane.control_plane import ComponentStatus, ControlPlane
from sandbox.environment import environment, prepare
from sandbox.processes import READY, Server
from sandbox.progress import elapsed, say
from sandbox.storage import CHECKOUT, exclusively

STACK: Final = "dev"

_SPEED: Final = 10
"""How much faster than recorded the simulation runs: Kube-OVN checks its provider nodes only every 30 seconds."""

_CONTROLLERS: Final[tuple[str, ...]] = (sys.executable, "-P", "-m", "sandbox.controllers")
_READY_SECONDS: Final = 60.0
_PATIENCE: Final = 10.0

_NEXT: Final = """
What to try next (`eval "$(.venv/bin/python -m sandbox env)"` first: PATH, Pulumi's state, kubeconfig):
  .venv/bin/kmetal-network verify dev   the live network, line by line
  .venv/bin/kmetal-network preview dev  after a change in Pulumi.dev.yaml; put a pool on 77.220.68.100 to meet the law
  pulumi stack output -s dev            what tenants' cluster templates need
  make down                             take it all away again"""


class Sandbox:
    """One sandbox, by its directory."""

    def __init__(self, directory: Path, *, dies_with_owner: bool = False) -> None:
        self.directory = directory.resolve()
        self.control_plane = ControlPlane(directory, dies_with_owner=dies_with_owner)
        self.controllers = Server("simulated-kube-ovn", self.directory / "control-plane")
        self._dies_with_owner = dies_with_owner

    def start(self) -> bool:
        """Start what does not run and wait until it is ready; False when everything ran already.

        Raises:
            OperatorError: a server does not become ready; its log says why.
        """
        prepare(self.directory)
        with self._alone():
            started = self.control_plane.start()
            if self._controllers_serve():
                return started
            self._start_controllers()
        return True

    def stop(self) -> bool:
        """Stop what `start` started, and keep the data. The simulation stops first, while its API server still runs."""
        with self._alone():
            return any([self.controllers.end(_PATIENCE), self.control_plane.stop()])

    def status(self) -> tuple[ComponentStatus, ...]:
        """The status of each server, in the order in which they start."""
        controllers = ComponentStatus(self.controllers.name, self.controllers.pid(), None, self.controllers.log)
        return (*self.control_plane.status(), controllers)

    def ready(self) -> bool:
        """Whether all servers run, belong to the same start and answer."""
        return self.control_plane.running() and self._controllers_serve() and self.control_plane.api.ready()

    def up(self) -> None:
        """Apply and verify the network of kMetal's guide; where it exists already, only verify that.

        Raises:
            OperatorError: a step failed; its own output comes before.
        """
        begun = time.monotonic()
        if not self.start():
            say(f"sandbox: already running on {self.control_plane.api.address}")
        say(f"sandbox: ready after {elapsed(begun)}")
        self._run_command("up", STACK, "--yes")
        self._run_command("verify", STACK)
        say(f"done after {elapsed(begun)}{_NEXT}")

    def down(self) -> None:
        """Delete the network, then stop the control plane.

        Raises:
            OperatorError: deleting the stack failed; the control plane then keeps running.
        """
        if not self.ready():
            say("sandbox: some servers do not run; starting them to delete the network in order")
            self.start()
        self._run_command("destroy", STACK, "--yes")
        self.stop()
        say("sandbox: stopped")

    def _alone(self) -> AbstractContextManager[None]:
        """One command at a time; the control plane takes its own lock inside this one."""
        return exclusively(self.directory / "sandbox")

    def _controllers_serve(self) -> bool:
        """Whether the simulation runs with the current kubeconfig: an API server on another port writes a new one."""
        kubeconfig = self.control_plane.kubeconfig
        if self.controllers.pid() is None or not kubeconfig.is_file():
            return False
        return self.controllers.pid_file.stat().st_mtime_ns >= kubeconfig.stat().st_mtime_ns

    def _start_controllers(self) -> None:
        self.controllers.end(_PATIENCE)
        kubeconfig = self.control_plane.kubeconfig
        command: list[str | Path] = [*_CONTROLLERS, "--kubeconfig", kubeconfig, "--speed", str(_SPEED)]
        before = self.controllers.log.stat().st_size if self.controllers.log.is_file() else 0
        self.controllers.spawn(command, dies_with_owner=self._dies_with_owner)
        try:
            self.controllers.await_ready(lambda: self._controllers_said(READY, before), _READY_SECONDS)
        except OperatorError:
            self.controllers.end(_PATIENCE)
            raise
        say("Kube-OVN: simulated controllers (sandbox/controllers); no package registry has the real ones")

    def _controllers_said(self, line: str, before: int) -> bool:
        with self.controllers.log.open("rb") as log:
            log.seek(before)
            return line.encode() in log.read().splitlines()

    def _run_command(self, *words: str) -> None:
        command = [sys.executable, "-P", "-m", "operations.cli", *words]
        done = subprocess.run(command, cwd=CHECKOUT, env={**os.environ, **environment(self.directory)}, check=False)
        if done.returncode:
            raise OperatorError(
                f"sandbox: `kmetal-network {' '.join(words)}` failed (exit {done.returncode}); see above"
            )
