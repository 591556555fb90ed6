"""The rules of roles that are generated from the table of kinds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.stack_project import ROOT
from tools.rbac import pages

APPLY = Path("docs", "rbac-apply.yaml")
PREVIEW = Path("docs", "rbac-preview.yaml")


def files(tmp_path: Path, apply: str) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / APPLY).write_text(apply)
    (tmp_path / PREVIEW).write_text((ROOT / PREVIEW).read_text())
    return tmp_path


def test_rules_that_were_edited_by_hand_are_written_again_and_the_rest_of_the_file_stays(tmp_path: Path) -> None:
    text = (ROOT / APPLY).read_text()
    edited = text.replace("ovn-eips, ovn-snat-rules]", "ovn-eips]").replace(
        "resources: [nodes]", "resources: [nodes, x]"
    )
    written = pages(files(tmp_path, edited))[APPLY]
    assert edited != text
    assert written == text.replace("resources: [nodes]", "resources: [nodes, x]")


def test_a_role_without_its_mark_is_an_error_that_names_file_and_role(tmp_path: Path) -> None:
    text = (ROOT / APPLY).read_text().replace("  # make generate writes from here, from kmetal_network/kinds\n", "")
    with pytest.raises(
        ValueError, match=r"^docs/rbac-apply\.yaml: role kmetal-network-apply has no place for its rules;"
    ):
        pages(files(tmp_path, text))
