"""The scripts of `.ci` that pipelines run: secrets that are set, a kubeconfig for one command, the nightly look."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.stack_project import ROOT


def script(name: str, folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """One of the pipelines' own scripts."""
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(folder), **variables}
    command = [str(ROOT / ".ci" / name), *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_secret_that_is_not_set_does_not_arrive_as_an_empty_one(tmp_path: Path) -> None:
    show = "import os; print({k: os.environ[k] for k in os.environ if k.startswith(('PULUMI', 'KUBE'))})"
    done = script(
        "with-secrets",
        tmp_path,
        sys.executable,
        "-c",
        show,
        PULUMI_CONFIG_PASSPHRASE="",
        PULUMI_ACCESS_TOKEN="t",  # noqa: S106 (a test's)
    )
    assert done.stdout.strip() == "{'PULUMI_ACCESS_TOKEN': 't'}"


def test_a_kubeconfig_is_read_by_its_user_alone_and_gone_afterwards(tmp_path: Path) -> None:
    show = (
        "import os, stat; p = os.environ['KUBECONFIG'];"
        " print(oct(os.stat(p).st_mode)[-3:], open(p).read(), 'KUBECONFIG_CONTENT' in os.environ)"
    )
    done = script("with-secrets", tmp_path, sys.executable, "-c", show, KUBECONFIG_CONTENT="kind: Config")
    assert done.stdout.strip() == "600 kind: Config False"
    assert list(tmp_path.iterdir()) == []
    assert script("with-secrets", tmp_path, "sh", "-c", "exit 7", KUBECONFIG_CONTENT="x").returncode == 7


@pytest.mark.parametrize(("drift", "verify", "status"), [(0, 0, 0), (1, 0, 1), (0, 1, 1), (2, 1, 2)])
def test_the_nightly_look_keeps_both_reports_and_the_worse_status(
    tmp_path: Path, drift: int, verify: int, status: int
) -> None:
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\necho "$3 $4"\n[ "$3" = drift ] && exit {drift}\nexit {verify}\n')
    python.chmod(0o755)
    done = script("look", tmp_path, "prod", "report.txt", GITHUB_OUTPUT=str(tmp_path / "output"))
    assert done.returncode == 0
    assert (tmp_path / "report.txt").read_text() == "drift prod\nverify prod\n"
    assert (tmp_path / "output").read_text() == f"status={status}\n"
    elsewhere = script("look", tmp_path, "prod", "report.txt")
    assert elsewhere.stdout == f"drift prod\nverify prod\nstatus={status}\n", "GitLab's job reads it there"
