"""The process itself: any terminal, a reader that goes away, and inputs that once ended it by a signal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.operations.linting.manifests import PROVIDER, pool
from tests.support.stack_project import ROOT

NAMED = PROVIDER + pool("198.51.100.70/32", '"порт-é-\\u202e-日"')


def kmetal_network(
    *words: str, folder: Path, given: bytes = b"", **variables: str
) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "operations.cli", *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    return subprocess.run(
        command, cwd=folder, input=given, capture_output=True, env=environment, check=False, timeout=60
    )


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1", "TERM": "dumb"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "cp037", "COLUMNS": "1"},
    ],
    ids=["ascii", "latin-1", "C", "ebcdic"],
)
def test_any_terminal_is_reported_the_finding(variables: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "pool.yaml").write_text(NAMED, encoding="utf-8")
    done = kmetal_network("lint", "pool.yaml", folder=tmp_path, **variables)
    encoding = variables.get("PYTHONIOENCODING", "ascii")
    assert done.returncode == 1
    assert "NET-201" in done.stdout.decode(encoding)
    assert b"Traceback" not in done.stderr


def test_a_file_whose_name_is_no_text_is_named_by_its_bytes(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"p\xffl.yaml")).write_text(NAMED, encoding="utf-8")
    done = kmetal_network("lint", ".", folder=tmp_path)
    assert done.returncode == 1
    assert b"p\\udcffl.yaml:18" in done.stdout


def test_thirty_thousand_brackets_do_not_end_the_process(tmp_path: Path) -> None:
    done = kmetal_network("lint", "-", folder=tmp_path, given=b"[" * 30_000 + b"]" * 30_000)
    assert done.returncode == 2
    assert b"(stdin):1: nested deeper than 64 levels" in done.stdout


def test_a_reader_that_closes_the_pipe_changes_no_verdict(tmp_path: Path) -> None:
    text = "---\n".join(pool(f"172.20.{n}.0/99", f"p{n}-{'x' * n}") for n in range(200))
    (tmp_path / "pools.yaml").write_text(text)
    command = [sys.executable, "-m", "operations.cli", "lint", "pools.yaml", "--output", "json"]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    reported = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) in (1, 2)
    assert reported == b""
