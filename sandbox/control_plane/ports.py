"""The sandbox's ports: free when first chosen, kept as long as no other process takes them."""

from __future__ import annotations

import json
import secrets
import socket
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from kmetal_network.errors import OperatorError

if TYPE_CHECKING:
    from pathlib import Path

LOOPBACK: Final = "127.0.0.1"

# Below the range from which systems take ports for outgoing connections (32768 on Linux, 49152 on macOS): a port from
# there may be lost to a passing connection while a server restarts.
_FIRST: Final = 20000
_COUNT: Final = 12000
_ATTEMPTS: Final = 200


@dataclass(frozen=True)
class Ports:
    """One port per listener."""

    etcd: int
    peers: int
    api: int
    metallb: int
    """Its metrics; its webhooks listen on the port after it."""


def free(port: int) -> bool:
    """Whether a server could listen on a port of loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
        # As servers do: connections of a former server that linger do not count, a listener does.
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def choose() -> Ports:
    """Free ports, at random so that sandboxes that start side by side do not meet."""
    found: set[int] = set()
    for _ in range(_ATTEMPTS):
        port = _FIRST + 2 * secrets.randbelow(_COUNT // 2)  # even, so that each has its own next port
        if free(port) and free(port + 1):
            found.add(port)
        if len(found) == len(Ports.__dataclass_fields__):
            return Ports(*found)
    raise OperatorError(
        f"{LOOPBACK}: too few free ports from {_FIRST} to {_FIRST + _COUNT}; end what listens there and try again"
    )


def load(file: Path) -> Ports | None:
    """The ports that an earlier start saved."""
    try:
        return Ports(**json.loads(file.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def save(file: Path, ports: Ports) -> None:
    """Save the ports for the next start."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(asdict(ports)))
