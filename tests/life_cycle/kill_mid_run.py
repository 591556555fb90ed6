"""`python -m tests.life_cycle.kill_mid_run ROOT VERB STEPS MILLISECONDS`: a run that is killed, engine and all, on the way.

So many steps into the run, and so many milliseconds later, its whole process group gets SIGKILL: the program, the
engine, and what Helm is doing. Only providers outlive it, in groups of their own, as they would in life.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from typing import cast

from operations.engine.events import Step
from operations.run import run
from operations.state.sync import Verb
from tests.life_cycle.live_project import STACK


class _Fate:
    """Counts steps and ends it all."""

    def __init__(self, steps: int, milliseconds: int) -> None:
        self._left, self._delay = steps, milliseconds / 1000

    def __call__(self, step: Step, *, done: bool) -> None:
        """One step begins, or is done."""
        del step
        self._left -= done
        if self._left == 0:
            self._left = -1
            threading.Timer(self._delay, os.killpg, (0, signal.SIGKILL)).start()


def main(root: str, verb: str, steps: str, milliseconds: str) -> None:
    """Run until the end of one kind or the other."""
    run(Path(root), STACK, cast("Verb", verb), watch=_Fate(int(steps), int(milliseconds))).stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
