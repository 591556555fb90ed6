"""Which of Helm's records a run after a killed one may delete, and which stop it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Self, cast

import pytest

from kmetal_network.config.stackfile import Environment, load_stack
from kmetal_network.errors import Finding, OperatorError, UnreachableError
from operations.cluster.live import LiveCluster
from operations.engine.stack import locked_since
from operations.state import helm_release
from operations.state.helm_release import release_in, settle_release
from operations.state.run_context import Release, RunContext
from tests.support.stack_project import ROOT

TYPE = "kubernetes:helm.sh/v3:Release"
DIED = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)
BEFORE, AFTER = "2026-11-25T11:59:59Z", "2026-11-25T12:00:00Z"
HANDS = (3, "deployed", BEFORE)


def record(version: int, status: str, created: str) -> dict[str, Any]:
    labels = {"owner": "helm", "name": "kmetal", "version": str(version), "status": status}
    name = f"sh.helm.release.v1.kmetal.v{version}"
    return {"metadata": {"name": name, "labels": labels, "creationTimestamp": created}}


class Cluster:
    """Helm's records, and which of them were deleted."""

    context = "test"

    def __init__(self, *found: tuple[int, str, str], error: Exception | None = None) -> None:
        self.items, self.deleted, self._error = [record(*one) for one in found], list[str](), error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""

    def get(self, path: str) -> Mapping[str, Any]:
        """The records of the release."""
        assert path == "/api/v1/namespaces/kmetal-flux/secrets?labelSelector=owner%3Dhelm,name%3Dkmetal"
        if self._error:
            raise self._error
        return {"items": self.items}

    def delete(self, path: str) -> None:
        """One record goes."""
        self.deleted.append(path.rpartition("/")[2])


def environment(install: str = "release") -> Environment:
    loaded, _ = load_stack(ROOT, "dev")
    chart = loaded.settings.chart.model_copy(update={"install": install})
    return replace(loaded, settings=loaded.settings.model_copy(update={"chart": chart}))


def settled(
    monkeypatch: pytest.MonkeyPatch,
    cluster: Cluster,
    run_context: RunContext | None,
    *,
    dry_run: bool = False,
    known: bool = False,
    install: str = "release",
) -> list[str]:
    """The deleted records; a refusal is raised."""

    class Writable:
        of = staticmethod(lambda *_: cluster)

    class Stack:
        workspace = None

        @staticmethod
        def export_stack() -> Any:
            class State:
                deployment = {"resources": [{"type": TYPE}]} if known else {}

            return State

    monkeypatch.setattr(helm_release, "WritableCluster", Writable)
    monkeypatch.setattr(helm_release, "select", lambda *_: Stack)
    settle_release(ROOT, environment(install), cast("LiveCluster", cluster), run_context, dry_run=dry_run)
    return cluster.deleted


def test_a_state_tells_whether_the_release_is_the_stacks_whatever_is_still_noted_as_pending() -> None:
    pending = {"pending_operations": [{"type": "creating", "resource": {"type": TYPE}}]}
    other = {"pending_operations": [{"type": "creating", "resource": {"type": "kubernetes:x/v1:Vpc"}}]}

    assert release_in({}) is Release.UNKNOWN
    assert release_in(other) is Release.UNKNOWN
    assert release_in(pending) is Release.PENDING
    assert release_in({**pending, "resources": [{"type": TYPE}]}) is Release.KNOWN


@pytest.mark.parametrize(
    ("found", "died"),
    [
        ((1, "pending-install", AFTER), DIED),
        ((1, "deployed", AFTER), DIED),
        ((1, "failed", AFTER), DIED),
        ((1, "pending-install", AFTER), None),
    ],
)
def test_what_the_dead_run_can_have_made_is_taken_away(
    monkeypatch: pytest.MonkeyPatch, found: tuple[int, str, str], died: datetime | None
) -> None:
    run_context = RunContext(release=Release.PENDING, died=died)

    assert settled(monkeypatch, Cluster(found), run_context, dry_run=True) == []
    assert settled(monkeypatch, Cluster(found), run_context, known=True) == []
    assert settled(monkeypatch, Cluster(found), run_context) == ["sh.helm.release.v1.kmetal.v1"]


@pytest.mark.parametrize(
    ("found", "release", "died"),
    [
        ((1, "deployed", BEFORE), Release.PENDING, DIED),
        ((1, "deployed", AFTER), Release.PENDING, None),
        ((2, "pending-upgrade", AFTER), Release.PENDING, DIED),
        (HANDS, Release.PENDING, DIED),
        (HANDS, Release.UNKNOWN, None),
        ((1, "pending-install", AFTER), Release.UNKNOWN, None),
    ],
)
def test_anybody_elses_record_stops_the_run_and_stays(
    monkeypatch: pytest.MonkeyPatch, found: tuple[int, str, str], release: Release, died: datetime | None
) -> None:
    cluster = Cluster(found)

    with pytest.raises(OperatorError) as refused:
        settled(monkeypatch, cluster, RunContext(release=release, died=died))

    version, status, created = found
    assert str(refused.value) == (
        f"cluster test: Helm has a release kmetal-flux/kmetal (revision {version}, {status}, {created}) that the state"
        " of dev does not know; where others install the chart, write `chart.install: external` (`kmetal-network adopt` does,"
        " for a network made by hand); where a run of this stack died and left it:"
        " kubectl -n kmetal-flux delete secret -l owner=helm,name=kmetal [OWNER]"
    )
    assert cluster.deleted == []


def test_nobody_looks_where_the_release_is_the_stacks_or_others_or_no_state_was_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert settled(monkeypatch, Cluster(HANDS), RunContext(release=Release.KNOWN)) == []
    assert settled(monkeypatch, Cluster(HANDS), RunContext(), install="external") == []
    assert settled(monkeypatch, Cluster(HANDS), None) == []
    assert settled(monkeypatch, Cluster(), RunContext()) == []


def test_records_that_may_not_be_read_are_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    error = UnreachableError([Finding(place="cluster test", problem="forbidden", remedy="renew", rule="CLUSTER")])
    cluster = Cluster(error=error)

    assert settled(monkeypatch, cluster, RunContext()) == []
    assert settle_release(ROOT, environment(), cast("LiveCluster", cluster), RunContext(), dry_run=False) == (
        "whether Helm has a release kmetal-flux/kmetal is not known: cluster test: forbidden; renew [CLUSTER]",
    )


def test_the_engine_says_since_when_a_lock_exists() -> None:
    one = "  file:///s/.pulumi/locks/a/b.json: created by me@here (pid 7) at {}"

    assert locked_since(one.format("2026-11-25T12:00:00Z")) == DIED
    assert locked_since(f"{one.format('2026-11-25T14:00:00+01:00')}\n{one.format('2026-11-25T12:00:00Z')}") == DIED
    assert locked_since(one.format("some day")) is None
    assert locked_since("error: [409] Conflict: Another update is currently in progress.") is None
