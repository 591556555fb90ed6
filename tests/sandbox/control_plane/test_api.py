"""The sandbox's API server, as it answers when it is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.control_plane.api import Api


def test_a_server_that_is_not_there_is_said_with_its_address_and_no_more(tmp_path: Path) -> None:
    certificate = tmp_path / "ca.crt"
    certificate.touch()

    with pytest.raises(ConnectionError) as refused:
        Api("https://127.0.0.1:1", certificate, "token").text("/readyz")

    assert str(refused.value) == "https://127.0.0.1:1: no answer ([Errno 111] Connection refused)"
