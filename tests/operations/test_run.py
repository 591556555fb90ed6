"""How a run is handed to the engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pulumi import automation as auto

from operations import run
from policies import pack

PACK = Path(pack.__file__).parent


class Engine:
    """A stack that notes its policy packs."""

    def __init__(self) -> None:
        self.packs: list[str] = []

    def export_stack(self) -> auto.Deployment:
        """Nothing was applied yet."""
        return auto.Deployment(3, {})

    def preview(self, *, policy_packs: Sequence[str], **_: Any) -> None:
        """One preview."""
        self.packs.extend(policy_packs)


def test_the_pack_is_named_by_where_it_lies_and_not_by_a_link_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine()
    monkeypatch.setattr(run, "select", lambda *_: engine)
    (tmp_path / "policies").symlink_to(PACK)

    run.run(tmp_path, "dev", "preview")

    assert engine.packs == [str(PACK)]
