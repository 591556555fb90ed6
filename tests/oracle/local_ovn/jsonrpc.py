"""JSON-RPC over a unix socket, as ovsdb-server (RFC 7047) and the daemons' control sockets speak it."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_SECONDS = 60.0


class AnswerError(Exception):
    """The other side refused."""


class Connection:
    """One connection; calls follow each other."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(_SECONDS)
        self._socket.connect(str(path))
        self._left = ""
        self._number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def call(self, method: str, *arguments: Any) -> Any:
        """The answer to one call.

        Raises:
            AnswerError: it was refused.
        """
        self._number += 1
        request = {"method": method, "params": list(arguments), "id": self._number}
        self._socket.sendall(json.dumps(request).encode())
        while True:
            message = self._message()
            if message.get("method") == "echo":
                reply = {"id": message["id"], "result": message["params"], "error": None}
                self._socket.sendall(json.dumps(reply).encode())
            elif message.get("id") == self._number:
                if message.get("error"):
                    raise AnswerError(f"{method}: {message['error']}")
                return message["result"]

    def transact(self, database: str, operations: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """One transaction.

        Raises:
            AnswerError: an operation failed, and with it all of them.
        """
        results: list[dict[str, Any]] = self.call("transact", database, *operations)
        for result in results:
            if result and result.get("error"):
                raise AnswerError(f"{database}: {result}")
        return results

    def _message(self) -> dict[str, Any]:
        decoder = json.JSONDecoder()
        while True:
            text = self._left.lstrip()
            try:
                message, end = decoder.raw_decode(text)
            except ValueError:
                received = self._socket.recv(1 << 20)
                if not received:
                    raise AnswerError("the connection was closed") from None
                self._left += received.decode()
                continue
            self._left = text[end:]
            assert isinstance(message, dict)
            return message
