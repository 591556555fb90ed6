"""Lanes of work with back-off.

The numbers are those of the real one (`docs/evidence/kube-ovn.md#back-off`): Vpc, Subnet and Vlan wait 5 ms * 2^n up to
1000 s, EIP and SNAT 1 to 20 s. `speed` divides every wait, so that tests are fast.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import HTTPError

from sandbox.controllers.api import CONFLICT, NOT_FOUND

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.controllers.runtime.process import Process

log = logging.getLogger("sandbox.controllers")

LOST_AFTER: Final = 4
"""Retries after which an object that the server does not have counts as deleted, and not as a stale cache."""
PATIENT: Final = (1.0, 20.0)
HASTY: Final = (0.005, 1000.0)


class NotYetError(Exception):
    """A condition that makes the real controller log an error and retry later."""


@dataclass(frozen=True)
class Work:
    """A handler and the key of the object to reconcile."""

    handler: Callable[[Process, str], None]
    key: str


class Lane(threading.Thread):
    """One worker of the controller: does one piece of work after the other, and retries failed ones later."""

    def __init__(self, process: Process, name: str, back_off: tuple[float, float]) -> None:
        super().__init__(name=f"simulated-{name}", daemon=True)
        self._process, self._back_off = process, back_off
        self._ready: dict[Work, None] = {}
        self._later: dict[Work, float] = {}
        self._failures: dict[Work, int] = defaultdict(int)
        self._wake = threading.Condition()
        self.busy = False

    def add(self, work: Work, after: float = 0.0, since: float | None = None) -> None:
        """Do it, now or after so many seconds of the controller's clock.

        Adding waiting work again does not delay it: the earlier time applies, as in client-go's queues.
        """
        with self._wake:
            if after:
                due = (since or time.monotonic()) + after / self._process.speed
                self._later[work] = min(due, self._later.get(work, due))
            else:
                self._ready[work] = None
            self._wake.notify()

    def idle(self) -> bool:
        """Nothing to do now; work that waits for a retry does not count."""
        with self._wake:
            return not self.busy and not self._ready

    def run(self) -> None:
        """Work until the process ends."""
        while (work := self._next()) is not None:
            try:
                self._do(work)
            finally:
                self.busy = False

    def wake(self) -> None:
        """Check the clock and the process again."""
        with self._wake:
            self._wake.notify()

    def _next(self) -> Work | None:
        with self._wake:
            while not self._process.ended.is_set():
                now = time.monotonic()
                for work in sorted(
                    (one for one, due in self._later.items() if due <= now), key=self._later.__getitem__
                ):
                    del self._later[work]
                    self._ready[work] = None
                if self._ready:
                    work = next(iter(self._ready))
                    del self._ready[work]
                    self.busy = True
                    return work
                self._wake.wait(min(self._later.values()) - now if self._later else None)
        return None

    def _do(self, work: Work) -> None:
        # Back-off counts from the start: the API server is not sped up, and its share would add up over many tries.
        since = time.monotonic()
        self._process.ended.wait(self._process.faults.slow)
        try:
            work.handler(self._process, work.key)
        except (NotYetError, ApiException, HTTPError) as error:
            lost = getattr(error, "status", None) == NOT_FOUND and self._failures[work] >= LOST_AFTER
            if self._process.ended.is_set() or lost:
                self._failures.pop(work, None)
                return
            first, most = self._back_off if getattr(error, "status", None) != CONFLICT else HASTY
            self.add(work, min(first * 2 ** self._failures[work], most), since)
            self._failures[work] += 1
            log.info("%s %s: %s; retried later", work.handler.__name__, work.key, str(error)[:200])
        else:
            self._failures.pop(work, None)
