"""How a run is handed to the engine."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pulumi import automation as auto

from operations import run
from operations.engine import interruption
from policies import pack

PACK = Path(pack.__file__).parent


class Engine:
    """A stack that notes its policy packs, and how many steps it is to have in flight."""

    workspace = None

    def __init__(self) -> None:
        self.packs: list[str] = []
        self.parallel: int | None = None

    def export_stack(self) -> auto.Deployment:
        """Nothing was applied yet."""
        return auto.Deployment(3, {})

    def preview(self, *, policy_packs: Sequence[str], parallel: int | None, **_: Any) -> None:
        """One preview."""
        self.packs.extend(policy_packs)
        self.parallel = parallel


def test_the_pack_is_named_by_where_it_lies_and_not_by_a_link_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine()
    monkeypatch.setattr(run, "select", lambda *_: engine)
    (tmp_path / "policies").symlink_to(PACK)

    run.run(tmp_path, "dev", "preview")

    assert engine.packs == [str(PACK)]


def test_the_engine_is_asked_for_more_steps_in_flight_than_it_would_choose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine()
    monkeypatch.setattr(run, "select", lambda *_: engine)
    monkeypatch.delenv("PULUMI_PARALLEL", raising=False)

    run.run(tmp_path, "dev", "preview")

    assert engine.parallel == 128


def test_a_preview_that_somebody_ended_failed_and_says_that_nothing_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ended(Engine):
        """Gets the signal of a CI runner while it works."""

        def preview(self, **_: Any) -> None:
            """Once."""
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(run, "select", lambda *_: Ended())
    monkeypatch.setattr(interruption, "_engines", lambda: iter(()))

    outcome = run.run(tmp_path, "dev", "preview")

    assert outcome.failed
    assert outcome.errors == [
        "stack dev: the preview was stopped; nothing was written; run it again [STOPPED]",
    ]
