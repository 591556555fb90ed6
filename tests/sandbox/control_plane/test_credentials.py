"""The key that signs the tokens of service accounts."""

from __future__ import annotations

import base64

from sandbox.control_plane import credentials


def test_the_signing_key_is_a_p256_key_in_the_form_that_go_reads() -> None:
    lines = credentials.signing_key().splitlines()

    body = base64.b64decode("".join(lines[1:-1]))
    assert lines[0] == "-----BEGIN EC PRIVATE KEY-----"
    assert len(body) == 51
    assert body[1] == len(body) - 2, "the outer length"
    assert body.endswith(bytes.fromhex("06082a8648ce3d030107")), "prime256v1"
    assert credentials.signing_key() != credentials.signing_key()
