"""A Vault, as far as an engine asks one: its transit engine wraps the key of a stack's secrets, and unwraps it.

With a passphrase each command of the CLI derives the key again, a million rounds of PBKDF2, which was a tenth of the
sandbox tier's processor time. This is how a team keeps secrets, too. The main job and the real previews use a passphrase.
"""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

_WRAPPED: Final = "vault:v1:"

_KEY: Final = _WRAPPED + b64encode(bytes(32)).decode()

SECRETS_PROVIDER: Final = "hashivault://tests"
SECRETS: Final = {"secretsprovider": SECRETS_PROVIDER, "encryptedkey": b64encode(_KEY.encode()).decode()}
"""What a stack file says of it, and what the engine would write there itself."""


class _Transit(BaseHTTPRequestHandler):
    """Keeps no one out, and keeps nothing: a wrapped key is the key with a mark."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        """`/v1/transit/encrypt/KEY` and `/v1/transit/decrypt/KEY`."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = (
            {"ciphertext": _WRAPPED + asked["plaintext"]}
            if "/encrypt/" in self.path
            else {"plaintext": asked["ciphertext"].removeprefix(_WRAPPED)}
        )
        reported = json.dumps({"data": answer}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(reported)))
        self.end_headers()
        self.wfile.write(reported)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def vault() -> Iterator[dict[str, str]]:
    """One on loopback; yields the variables by which the CLI finds it."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Transit) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield {"VAULT_SERVER_URL": f"http://127.0.0.1:{server.server_port}", "VAULT_SERVER_TOKEN": "tests"}
        server.shutdown()
