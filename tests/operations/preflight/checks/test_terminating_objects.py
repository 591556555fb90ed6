"""What is on its way out is not written to."""

from __future__ import annotations

from typing import Any

from operations.preflight.check import Preflight
from operations.preflight.table import obstacles
from tests.operations.preflight.platform import environment, platform


def said(*, labels: dict[str, str], adopted: bool = False, **metadata: str) -> list[str]:
    live: dict[str, Any] = {"metadata": {"name": "alpha", "labels": labels, **metadata}}
    live["spec"] = {"finalizers": ["kubernetes"]}
    adopting = [("Namespace", "alpha")] if adopted else []
    preflight = Preflight(environment=environment(), view=platform(Namespace=[live]).view, adopting=adopting)
    return [str(one) for one in obstacles(preflight) if one.rule in ("LEAVING", "OWNER")]


def test_an_object_of_ours_or_one_that_is_to_be_is_waited_for_while_it_is_being_deleted() -> None:
    since = {"deletionTimestamp": "2026-11-24T20:00:00Z"}
    refused = (
        "cluster test: Namespace alpha is still being deleted (since 2026-11-24T20:00:00Z, held by kubernetes); wait until"
        " it is gone, then `kmetal-network up dev --refresh`; if it stays, see what hangs: `kmetal-network drift dev`,"
        " docs/guide/a-run-that-died.md [LEAVING]"
    )
    ours = {"kmetal-network/stack": "dev"}
    assert said(labels=ours) == []
    assert said(labels=ours, **since) == [refused]
    assert said(labels={}, adopted=True, **since) == [refused]
    [of_others] = said(labels={}, **since)
    assert "Namespace alpha is there already and was made by somebody else" in of_others
