"""What a cluster holds at one moment, and how it comes to hold just that again, in milliseconds.

Some hundred tests need a cluster on its first day, or one with the seed's network on it. To take away through the API
server what the last test left takes a second, and to apply the network takes five; so what differs is put back where it
lies, in etcd. To the API server, to controllers and to watches these are changes like any other.
"""

from __future__ import annotations

import json
import time
import urllib.request
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from sandbox.control_plane import ETCD, ControlPlane

BEGIN, END = "/registry/", "/registry0"
AT_ONCE = 128
"""What etcd takes in one transaction."""

ALIVE = ("/registry/leases/", "/registry/peerserverleases/")
"""Where servers say every few seconds that they live."""

WALL = "/registry/validatingadmissionpolic"
TAKES_NOTE = 1.1
"""Seconds until the API server enforces other admission policies than before: it looks for them once a second."""


class Photograph:
    """Of one control plane, all that stands in its etcd."""

    def __init__(self, plane: ControlPlane) -> None:
        [port] = [server.port for server in plane.status() if server.name == ETCD]
        self._address = f"http://127.0.0.1:{port}"
        self._kept = self._seen()

    def restore(self) -> float:
        """Have the cluster hold what it held then.

        Returns:
            From which moment on, by the monotonic clock, the API server enforces no other admission policies.
        """
        seen = self._seen()
        gone = seen.keys() - self._kept.keys()
        other = {key for key, value in self._kept.items() if seen.get(key) != value}
        steps: list[dict[str, Any]] = [{"requestDeleteRange": {"key": _coded(key)}} for key in sorted(gone)]
        steps += [{"requestPut": {"key": _coded(key), "value": self._kept[key]}} for key in sorted(other)]
        for begin in range(0, len(steps), AT_ONCE):
            self._ask("txn", {"success": steps[begin : begin + AT_ONCE]})
        return time.monotonic() + TAKES_NOTE * any(key.startswith(WALL) for key in gone | other)

    def _seen(self) -> dict[str, str]:
        """Key to value, as etcd's gateway writes it, of all that no lease will take away again."""
        found = self._ask("range", {"key": _coded(BEGIN), "range_end": _coded(END)})["kvs"]
        named = ((b64decode(one["key"]).decode(), one) for one in found)
        return {key: one["value"] for key, one in named if "lease" not in one and not key.startswith(ALIVE)}

    def _ask(self, what: str, body: Mapping[str, Any]) -> Any:
        request = urllib.request.Request(f"{self._address}/v3/kv/{what}", json.dumps(body).encode())  # noqa: S310
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as answer:
            return json.load(answer)


def _coded(key: str) -> str:
    return b64encode(key.encode()).decode()


def wait_for(moment: float) -> None:
    """Wait for a moment of the monotonic clock."""
    time.sleep(max(0.0, moment - time.monotonic()))
