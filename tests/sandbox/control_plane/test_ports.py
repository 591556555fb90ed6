"""Ports: free, different, and read again from a file that may be damaged."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from sandbox.control_plane import ports

if TYPE_CHECKING:
    from pathlib import Path


def test_the_chosen_ports_are_free_and_differ() -> None:
    chosen = ports.choose()

    numbers = (chosen.etcd, chosen.peers, chosen.api, chosen.metallb, chosen.metallb + 1)
    assert len(set(numbers)) == 5
    assert all(ports.free(port) for port in numbers)


def test_a_port_with_a_listener_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert not ports.free(listener.getsockname()[1])


@pytest.mark.parametrize("text", ["", "{", "[]", '{"etcd": 1}'])
def test_damaged_notes_about_ports_count_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "ports.json").write_text(text)

    assert ports.load(tmp_path / "ports.json") is None
