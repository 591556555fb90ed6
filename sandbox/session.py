"""The sandbox as a whole: tools, control plane and controller double, and the `dev` stack applied to it and taken away.

The work on the stack is done by the same `underlay` command that a real cluster gets, started in the sandbox's
environment.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from sandbox.control_plane import ControlPlane
from sandbox.environment import environment, prepare
from sandbox.processes import Server
from sandbox.progress import elapsed, say
from sandbox.storage import CHECKOUT
from underlay.errors import OperatorError

STACK: Final = "dev"

_SPEED: Final = 10
"""How much faster than recorded the double works: Kube-OVN looks at its provider nodes only every 30 seconds."""

_PATIENCE: Final = 10.0

_NEXT: Final = """
What to try next (`eval "$(.venv/bin/python -m sandbox env)"` first, for kubectl and pulumi):
  .venv/bin/underlay verify dev       the live network, line by line
  .venv/bin/underlay preview dev      after a change in Pulumi.dev.yaml; put a pool on 77.220.68.100 to meet the law
  pulumi stack output -s dev          what tenants' cluster templates need
  make down                           take it all away again"""


class Sandbox:
    """One sandbox, by its directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.resolve()
        self.control_plane = ControlPlane(directory)
        self.double = Server("controller-double", self.directory / "control-plane")

    def start(self) -> bool:
        """Start what does not run; False when everything ran already."""
        prepare(self.directory)
        started = self.control_plane.start()
        if self.double.pid() is None:
            kubeconfig = self.control_plane.kubeconfig
            command: list[str | Path] = [
                sys.executable,
                "-P",
                "-m",
                "sandbox.double",
                "--kubeconfig",
                kubeconfig,
                "--speed",
                str(_SPEED),
            ]
            self.double.spawn(command, dies_with_owner=False)
            say("controllers: a double of Kube-OVN's and MetalLB's (sandbox/double), the real ones cannot be had")
            started = True
        return started

    def stop(self) -> bool:
        """End what `start` started; data stay. The double goes first, so that it does not speak to nobody."""
        return any([self.double.end(_PATIENCE), self.control_plane.stop()])

    def up(self) -> None:
        """From nothing to the seed's network applied and verified; where it stands already, to a proof of that.

        Raises:
            OperatorError: a step failed; its own words stand above.
        """
        begun = time.monotonic()
        if not self.start():
            say(f"sandbox: already running on {self.control_plane.api.address}")
        say(f"sandbox: ready after {elapsed(begun)}")
        self._underlay("up", STACK, "--yes")
        self._underlay("verify", STACK)
        say(f"done after {elapsed(begun)}{_NEXT}")

    def down(self) -> None:
        """Take the network away, then end the control plane.

        Raises:
            OperatorError: the stack could not be taken away; the control plane is left running then.
        """
        if not self.control_plane.running():
            say("sandbox: is not running; starting it to take the network away in good order")
            self.start()
        self._underlay("destroy", STACK, "--yes")
        self.stop()
        say("sandbox: stopped")

    def _underlay(self, *words: str) -> None:
        command = [sys.executable, "-P", "-m", "operations.command", *words]
        done = subprocess.run(command, cwd=CHECKOUT, env={**os.environ, **environment(self.directory)}, check=False)
        if done.returncode:
            raise OperatorError(f"sandbox: `underlay {' '.join(words)}` failed (exit {done.returncode}); see above")
