"""Probes: when a server of the control plane counts as ready."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.control_plane import probes
from sandbox.control_plane.api import Api, ApiError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("error", [ApiError(500, "?"), ConnectionError("refused"), TimeoutError("timed out")])
def test_controllers_that_cannot_be_asked_yet_are_not_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(Api, "request", fail)

    assert probes.controllers_work(Api("https://127.0.0.1:1", tmp_path, "")) is False
