"""The runtime of a controller: watched caches, lanes of work with back-off, one process's memory.

The numbers are those of the real one (`docs/evidence/kube-ovn.md#back-off`): Vpc, Subnet and Vlan wait 5 ms * 2^n up to
1000 s,
EIP and SNAT 1 to 20 s. `speed` divides every wait, so that tests are fast.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import HTTPError

from sandbox.controllers.api import CONFLICT, GONE, KINDS, NOT_FOUND, Client, Object, key_of
from sandbox.controllers.ipam import Ipam

if TYPE_CHECKING:
    from collections.abc import Callable

    from urllib3 import BaseHTTPResponse

    from sandbox.controllers.faults import Faults
    from sandbox.controllers.northbound import Northbound

log = logging.getLogger("sandbox.controllers")

RETRY_SECONDS: Final = 0.5
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
        super().__init__(name=f"double-{name}", daemon=True)
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


class Watcher(threading.Thread):
    """Keeps the cache of one kind and notifies the process of each change."""

    def __init__(self, process: Process, kind: str) -> None:
        super().__init__(name=f"double-watch-{kind}", daemon=True)
        self._process, self._kind = process, kind
        self._response: BaseHTTPResponse | None = None
        self.synced = threading.Event()

    def run(self) -> None:
        """List, then watch; list again whenever the server says that too much was missed."""
        while not self._process.ended.is_set():
            try:
                self._follow(self._list())
            except (ApiException, HTTPError, OSError, ValueError) as error:
                if not self._process.ended.is_set():
                    log.debug("watch of %s: %s", self._kind, error)
                # Do not wait for a kind that is not installed; try again later.
                self.synced.set()
                self._process.ended.wait(RETRY_SECONDS)

    def hang_up(self) -> None:
        """End a read that waits for the next event."""
        if self._response is not None:
            # A watch may end by itself at this moment; then there is no connection left to close.
            with contextlib.suppress(OSError, ValueError, RuntimeError):
                self._response.shutdown()

    def _list(self) -> str:
        items, version = self._process.client.list(self._kind)
        known = set(self._process.cache[self._kind])
        for item in items:
            self._process.take(self._kind, item)
            known.discard(key_of(item))
        for key in known:
            self._process.drop(self._kind, key)
        self.synced.set()
        return version

    def _follow(self, version: str) -> None:
        while not self._process.ended.is_set():
            self._response, events = self._process.client.watch(self._kind, version)
            if self._process.ended.is_set():
                self.hang_up()
            for event in events:
                if event["type"] == "ERROR":
                    raise ApiException(status=GONE, reason=str(event["object"]))
                version = event["object"]["metadata"]["resourceVersion"]
                if event["type"] == "DELETED":
                    self._process.drop(self._kind, key_of(event["object"]), event["object"])
                elif event["type"] != "BOOKMARK":
                    self._process.take(self._kind, event["object"])


@dataclass
class Process:
    """One process of the controller: all that a restart forgets. OVN's northbound database is not part of it."""

    client: Client
    northbound: Northbound
    faults: Faults
    speed: float
    routes: dict[str, Callable[[Process, Object | None, Object | None], None]]
    cache: dict[str, dict[str, Object]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    gone: dict[tuple[str, str], Object] = field(default_factory=dict)
    """The last known content of deleted objects, for handlers that clean up."""
    memory: dict[str, object] = field(default_factory=dict)
    """The package variables of the real controller."""
    ipam: Ipam = field(default_factory=Ipam)
    ended: threading.Event = field(default_factory=threading.Event)
    _locks: dict[str, threading.RLock] = field(default_factory=lambda: defaultdict(threading.RLock))
    _lanes: dict[str, Lane] = field(default_factory=dict)
    _watchers: list[Watcher] = field(default_factory=list)
    _moved: float = 0.0

    def start(self, lanes: dict[str, tuple[float, float]], load: Callable[[Process], None]) -> None:
        """Fill the caches, then `load` the memory, then work."""
        self._lanes = {name: Lane(self, name, back_off) for name, back_off in lanes.items()}
        self._watchers = [Watcher(self, kind) for kind in self.routes]
        for watcher in self._watchers:
            watcher.start()
        for watcher in self._watchers:
            watcher.synced.wait()
        load(self)
        for lane in self._lanes.values():
            lane.start()

    def end(self) -> None:
        """Stop at once, as a killed process does, without any cleanup."""
        self.ended.set()
        for watcher in self._watchers:
            watcher.hang_up()
        for lane in self._lanes.values():
            lane.wake()
        for thread in (*self._watchers, *self._lanes.values()):
            thread.join(timeout=5)

    def idle(self, quiet: float) -> bool:
        """Nothing to do now, and no change for this many real seconds."""
        return all(lane.idle() for lane in self._lanes.values()) and time.monotonic() - self._moved > quiet

    def do(self, lane: str, handler: Callable[[Process, str], None], key: str, after: float = 0.0) -> None:
        """Put work on a lane."""
        self._lanes[lane].add(Work(handler, key), after)

    def pause(self, seconds: float) -> None:
        """Sleep on the controller's clock."""
        self.ended.wait(seconds / self.speed)

    def lock(self, key: str) -> threading.RLock:
        """The lock that belongs to a key."""
        return self._locks[key]

    def get(self, kind: str, key: str) -> Object:
        """From the cache; a missing object raises `NotYetError`."""
        if (found := self.cache[kind].get(key)) is None:
            raise NotYetError(f"{kind} {key} is not there")
        return found

    def all(self, kind: str) -> list[Object]:
        """All of a kind from the cache, by name."""
        return [obj for _, obj in sorted(self.cache[kind].items())]

    def take(self, kind: str, obj: Object) -> None:
        """An object is new or has changed."""
        key = key_of(obj)
        old = self.cache[kind].get(key)
        if old is not None and old["metadata"]["resourceVersion"] == obj["metadata"]["resourceVersion"]:
            return
        self.cache[kind][key] = obj
        self._moved = time.monotonic()
        self.routes[kind](self, old, obj)

    def drop(self, kind: str, key: str, last: Object | None = None) -> None:
        """An object is gone."""
        old = self.cache[kind].pop(key, None)
        if (last := last or old) is None:
            return
        self.gone[kind, key] = last
        self._moved = time.monotonic()
        self.routes[kind](self, last, None)
