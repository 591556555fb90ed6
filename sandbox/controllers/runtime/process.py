"""One process of the controller: its caches, its lanes, its memory."""

from __future__ import annotations

import contextlib
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.controllers.api import KINDS, Client, Object, key_of
from sandbox.controllers.ipam import Ipam
from sandbox.controllers.runtime.lane import Lane, NotYetError, Work
from sandbox.controllers.runtime.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    _news: threading.Lock = field(default_factory=threading.Lock)
    _begun: int = 0
    _handled: int = 0

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

    def is_settled(self) -> bool:
        """Nothing to do now, and each cache holds what the API server holds; retries to come do not count."""
        before = self._begun
        return self._idle() and all(map(self._is_fresh, self.routes)) and before == self._handled and self._idle()

    def _idle(self) -> bool:
        return all(lane.idle() for lane in self._lanes.values())

    def _is_fresh(self, kind: str) -> bool:
        held = dict(self.cache[kind])
        return {key_of(one): _version(one) for one in self.client.list(kind)[0]} == {
            key: _version(one) for key, one in held.items()
        }

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

    def read(self, kind: str, key: str) -> Object:
        """The newest that this process knows: from the watch, or the answer to its own write.

        The real one reads listers, too. The server is asked for what neither holds; `ApiException` if it is not there.
        """
        seen, mine = self.cache[kind].get(key), self.client.written[kind].get(key)
        if mine is not None and _revision(mine) > _revision(seen or self.gone.get((kind, key))):
            return mine
        return seen or self.client.get(kind, key)

    def all(self, kind: str) -> list[Object]:
        """All of a kind from the cache, by name."""
        return [obj for _, obj in sorted(self.cache[kind].items())]

    def take(self, kind: str, obj: Object) -> None:
        """An object is new or has changed."""
        key = key_of(obj)
        old = self.cache[kind].get(key)
        if old is not None and _version(old) == _version(obj):
            return
        with self._change():
            self.cache[kind][key] = obj
            self.routes[kind](self, old, obj)

    def drop(self, kind: str, key: str, last: Object | None = None) -> None:
        """An object is gone."""
        with self._change():
            old = self.cache[kind].pop(key, None)
            if (last := last or old) is not None:
                self.gone[kind, key] = last
                self.routes[kind](self, last, None)

    @contextlib.contextmanager
    def _change(self) -> Iterator[None]:
        """Count a change before and after its handling; `is_settled` compares the two."""
        with self._news:
            self._begun += 1
        try:
            yield
        finally:
            with self._news:
                self._handled += 1


def _version(obj: Object) -> str:
    version: str = obj["metadata"]["resourceVersion"]
    return version


def _revision(obj: Object | None) -> int:
    return int(_version(obj)) if obj else 0
