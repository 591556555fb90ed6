"""The layout that CONTRIBUTING.md asks for: a Python file past 250 lines is two things."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MOST = 250


def test_no_tracked_python_file_has_more_lines_than_contributing_allows() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("no git checkout: no list of tracked files")
    listed = subprocess.run(["git", "ls-files", "-z", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    tracked = [path for path in listed.stdout.split("\0") if path and (ROOT / path).is_file()]
    lines = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in tracked}

    assert lines["kmetal_network/errors.py"] > 0
    assert {path: count for path, count in lines.items() if count > MOST} == {}, (
        f"split each by meaning into files of at most {MOST} lines"
    )


def test_contributing_states_the_same_limit() -> None:
    assert f"at most {MOST} lines a file" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
