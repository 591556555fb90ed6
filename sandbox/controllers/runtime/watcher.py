"""Watched caches: each kind is listed, then watched, and listed again where the server says that it missed events."""

from __future__ import annotations

import contextlib
import logging
import threading
from typing import TYPE_CHECKING, Final

from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import HTTPError

from sandbox.controllers.api import GONE, key_of

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

    from sandbox.controllers.runtime.process import Process

log = logging.getLogger("sandbox.controllers")

RETRY_SECONDS: Final = 0.5


class Watcher(threading.Thread):
    """Keeps the cache of one kind and notifies the process of each change."""

    def __init__(self, process: Process, kind: str) -> None:
        super().__init__(name=f"simulated-watch-{kind}", daemon=True)
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
        # The server may have been restored to an older state; then no answer of before counts.
        self._process.client.written[self._kind].clear()
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
