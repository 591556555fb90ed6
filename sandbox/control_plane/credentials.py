"""The sandbox's secrets and its kubeconfig, made with the standard library alone.

The API server makes its own serving certificate (`--cert-dir`). What it does not make is the key that signs service
account tokens: here an elliptic curve key, because its private half is any random number below the curve's order and Go
derives the public half when it reads the file, so that neither openssl nor a Python package is needed. Users are static
tokens. None of this is for anything but an API server on loopback.
"""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING, Final

import yaml

if TYPE_CHECKING:
    from pathlib import Path

CONTEXT: Final = "kmetal-sandbox"
"""Name of the kubeconfig's context and cluster."""

# The order of P-256 (NIST SP 800-186, 3.2.1.3): a private key lies below it.
_P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
# RFC 5915: SEQUENCE { INTEGER 1, OCTET STRING of 32 bytes, [0] OBJECT IDENTIFIER prime256v1 }, public key left out.
_BEFORE_KEY: Final = bytes.fromhex("30310201010420")
_AFTER_KEY: Final = bytes.fromhex("a00a06082a8648ce3d030107")


def signing_key() -> str:
    """A new private key for signing service account tokens, as PEM."""
    number = secrets.randbelow(_P256_ORDER - 1) + 1
    body = base64.b64encode(_BEFORE_KEY + number.to_bytes(32, "big") + _AFTER_KEY).decode()
    lines = [body[start : start + 64] for start in range(0, len(body), 64)]
    return "\n".join(["-----BEGIN EC PRIVATE KEY-----", *lines, "-----END EC PRIVATE KEY-----", ""])


def users(tokens: dict[str, str]) -> str:
    """The API server's token file: each user with its token, all of them administrators."""
    return "".join(f'{token},{user},{user},"system:masters"\n' for user, token in tokens.items())


def kubeconfig(address: str, certificate: Path, token: str) -> str:
    """A kubeconfig that carries everything in itself."""
    authority = base64.b64encode(certificate.read_bytes()).decode()
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {"name": CONTEXT, "cluster": {"server": address, "certificate-authority-data": authority}},
            ],
            "users": [{"name": CONTEXT, "user": {"token": token}}],
            "contexts": [{"name": CONTEXT, "context": {"cluster": CONTEXT, "user": CONTEXT}}],
            "current-context": CONTEXT,
        },
        sort_keys=False,
    )


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text)
