"""Where the custom resource definitions come from, and what happens without any source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kmetal_network.errors import OperatorError
from sandbox.control_plane import crds

if TYPE_CHECKING:
    from pathlib import Path


def test_without_any_source_of_definitions_the_sandbox_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away(tmp_path, monkeypatch)
    monkeypatch.setattr(crds.importlib, "import_module", missing)

    with pytest.raises(OperatorError, match="no custom resource definitions"):
        crds.definitions()


def test_definitions_once_fetched_serve_a_clone_without_the_shared_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    away(tmp_path, monkeypatch)
    kept = tmp_path / "cache" / "kmetal-network" / "crds"
    kept.mkdir(parents=True)
    for url in crds.UPSTREAM:
        name = url.removeprefix("https://raw.githubusercontent.com/").replace("/", "_")
        (kept / name).write_text("---\nkind: Deployment\n---\nkind: CustomResourceDefinition\nspec: {group: g}\n")

    found = crds.definitions()
    assert found == [{"kind": "CustomResourceDefinition", "spec": {"group": "g"}}] * len(crds.UPSTREAM)
    assert capsys.readouterr().err == "custom resource definitions: from the upstream releases\n"


def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No folder next to the checkout, no network, an empty cache."""
    monkeypatch.setattr(crds, "CHECKOUT", tmp_path / "clone")
    monkeypatch.setattr(crds, "reachable", lambda _: False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def missing(name: str) -> object:
    """A module that is not there."""
    raise ModuleNotFoundError(name)
