"""`verify` against the nodes that other environments' snapshots show: no two environments share a node (NET-606)."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kmetal_network.config.stackfile import load_environments
from kmetal_network.errors import OperatorError
from operations.snapshots.command import taken, text_of
from operations.snapshots.other_nodes import other_nodes
from operations.verify.checks import Check, Verdict
from operations.verify.verification import verify
from tests.operations.verify.test_live_laws import after_up, environment
from tests.support.fake_cluster import FakeCluster
from tests.support.network.objects import node
from tests.support.stack_project import ROOT

DAY = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
STAGING = load_environments(ROOT)[0]["staging"].settings.cluster.uid or ""


def project(folder: Path, nodes: Mapping[str, str], *, cluster: str = STAGING) -> Path:
    """The repository's stack files, with a snapshot of staging that shows these nodes by name."""
    for path in ROOT.glob("Pulumi*.yaml"):
        shutil.copy(path, folder)
    shutil.copytree(ROOT / "tenants", folder / "tenants")
    there = FakeCluster(Node=[node(name, address) for name, address in nodes.items()])
    there.identity = cluster
    (folder / "snapshots").mkdir()
    (folder / "snapshots" / "staging.json").write_text(text_of(taken(there.view, DAY)))
    return folder


def said(root: Path, *, days: int = 0, stack: str = "dev", relaxed: str = "") -> list[tuple[str, Verdict, str]]:
    """What `verify` says of other environments, so many days after the snapshot."""
    reasons = {"NET-606": relaxed} if relaxed else {}
    verified = environment(stack, lambda config: config.update(relaxed=reasons))
    seen = after_up(verified)
    cluster = FakeCluster(**{kind: [*objects.values()] for kind, objects in seen.items()})
    found = verify(verified, cluster.view, other_nodes(root, stack, DAY + timedelta(days=days)))
    return [(check.what, check.verdict, check.seen) for check in found if _of_others(check)]


def _of_others(check: Check) -> bool:
    return check.what.startswith(("NET-606", "nodes of"))


def test_a_live_node_that_another_environment_has_is_a_finding(tmp_path: Path) -> None:
    root = project(tmp_path, {"s1": "172.21.208.11", "s2": "172.21.204.12"})
    problem = (
        "node 's2' (172.21.204.12) of 'staging' and node 'w1' (172.21.204.12) of 'dev' share 172.21.204.12"
        " ('staging' by its snapshot of 2026-11-20)"
    )
    assert said(root) == [("NET-606 snapshots/staging.json: Node s2", Verdict.FAIL, problem)]


def test_a_snapshot_of_more_than_a_week_warns_since_its_node_may_have_moved(tmp_path: Path) -> None:
    root = project(tmp_path, {"s2": "172.21.204.12"})
    assert [verdict for _, verdict, _ in said(root, days=7)] == [Verdict.FAIL]
    assert [verdict for _, verdict, _ in said(root, days=8)] == [Verdict.WARN]


def test_environments_with_nodes_of_their_own_share_none(tmp_path: Path) -> None:
    root = project(tmp_path, {"w1": "172.21.208.12", "w2": "172.21.208.13"})
    seen = "none of 2 nodes in its snapshot of 2026-11-20 is here"
    assert said(root) == [("nodes of staging", Verdict.PASS, seen)]


def test_a_relaxed_law_warns(tmp_path: Path) -> None:
    root = project(tmp_path, {"s2": "172.21.204.12"})
    assert [verdict for _, verdict, _ in said(root, relaxed="two sites with the same addresses")] == [Verdict.WARN]


def test_a_snapshot_of_the_environment_itself_or_of_a_cluster_that_is_gone_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "gone").mkdir()
    assert said(project(tmp_path / "own", {"s2": "172.21.204.12"}), stack="staging") == []
    assert said(project(tmp_path / "gone", {"s2": "172.21.204.12"}, cluster="5d0c1c0e")) == []


def test_a_snapshot_from_before_nodes_were_kept_says_nothing(tmp_path: Path) -> None:
    assert said(project(tmp_path, {})) == []


def test_a_file_that_is_no_snapshot_is_refused(tmp_path: Path) -> None:
    root = project(tmp_path, {})
    (root / "snapshots" / "staging.json").write_text("{}")
    with pytest.raises(OperatorError, match=r"snapshots/staging\.json: is no snapshot"):
        said(root)


def test_of_a_node_its_addresses_alone_are_kept(tmp_path: Path) -> None:
    text = (project(tmp_path, {"s2": "172.21.204.12"}) / "snapshots" / "staging.json").read_text()
    assert '"address": "172.21.204.12"' in text
    assert "labels" not in text
