"""The layout that CONTRIBUTING.md asks for: short files, and folders that one look takes in."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[1]
MOST_LINES = 250
MOST_FILES = 14


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    """Python files that git tracks."""
    if not (ROOT / ".git").exists():
        pytest.skip("no git checkout: no list of tracked files")
    listed = subprocess.run(["git", "ls-files", "-z", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for path in listed.stdout.split("\0") if path and (ROOT / path).is_file()]


def test_no_tracked_python_file_has_more_lines_than_contributing_allows(tracked: list[str]) -> None:
    lines = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in tracked}

    assert lines["kmetal_network/errors.py"] > 0
    assert {path: count for path, count in lines.items() if count > MOST_LINES} == {}, (
        f"split each by meaning into files of at most {MOST_LINES} lines"
    )


def test_no_folder_has_more_python_files_than_contributing_allows(tracked: list[str]) -> None:
    paths = [PurePosixPath(path) for path in tracked]
    files = Counter(str(path.parent) for path in paths if path.name != "__init__.py")

    assert files["kmetal_network/kinds"] > 0
    assert {folder: count for folder, count in files.items() if count > MOST_FILES} == {}, (
        f"split each by meaning into packages of at most {MOST_FILES} files"
    )


def test_contributing_states_the_same_limits() -> None:
    limits = f"at most {MOST_LINES} lines a file and {MOST_FILES} files a folder"

    assert limits in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
