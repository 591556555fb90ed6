"""One process of the controller: its caches, its lanes, its memory."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.controllers.api import KINDS, Client, Object, key_of
from sandbox.controllers.ipam import Ipam
from sandbox.controllers.runtime.lane import Lane, NotYetError, Work
from sandbox.controllers.runtime.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.controllers.faults import Faults
    from sandbox.controllers.northbound import Northbound


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
