"""What `underlay adopt` refuses before it asks a cluster for anything."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from operations.adopt import adopt
from underlay.errors import OperatorError

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _in_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(ROOT / "Pulumi.dev.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)


def test_a_stack_without_a_file_needs_the_cluster_named() -> None:
    with pytest.raises(OperatorError, match="stack edge has no file yet, and no context is given"):
        adopt("edge")


def test_a_context_beside_the_one_of_the_stack_file_is_refused() -> None:
    with pytest.raises(OperatorError, match="names context 'kmetal-sandbox', and --context 'kmetal-prod'; leave"):
        adopt("dev", context="kmetal-prod")


def test_a_kubeconfig_without_that_context_is_said_so(tmp_path: Path) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text("apiVersion: v1\nkind: Config\ncontexts: []\n")

    with pytest.raises(OperatorError, match="kubeconfig has no context 'here'"):
        adopt("edge", context="here", kubeconfig=str(kubeconfig))
