"""The Makefile, as far as it speaks before there is a virtual environment."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("goal", ["up", "test"])
def test_an_old_python_is_refused_with_the_words_that_name_another(tmp_path: Path, goal: str) -> None:
    for name in ("Makefile", "requirements-dev.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    old = tmp_path / "python3"
    old.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo Python 3.10.12 && exit\n[ "$1" = -c ] && exit 1\ntouch called\n'
    )
    old.chmod(0o755)

    answer = subprocess.run(
        ["make", "--no-print-directory", f"PYTHON={old}", goal],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 2
    assert f"{old}: Python 3.10.12; 3.11 or later is needed: make PYTHON=python3.11 {goal}\n" in answer.stderr
    assert not (tmp_path / "called").exists(), "the virtual environment was begun"


def test_python_may_keep_what_it_compiled_whatever_the_environment_says() -> None:
    answer = subprocess.run(
        ["make", "--no-print-directory", "-f", "-", "probe"],
        input="include Makefile\nprobe: ; @env\n",
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PASSED_ON": "1"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "PASSED_ON=1" in answer.stdout.splitlines()
    assert "PYTHONDONTWRITEBYTECODE=1" not in answer.stdout.splitlines()
