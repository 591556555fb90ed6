"""A revision's settings come from git, tenant files included, wherever in the repository the project lies."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from kmetal_network.errors import OperatorError
from operations.preview.previewing import preview
from operations.preview.revisions import revision
from tests.kmetal_network.config.test_tenant_files import ACME, project


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def committed(tmp_path: Path) -> Path:
    """A project below the repository's top, whose first commit has a tenant file and whose files have changed since."""
    root = tmp_path / "network"
    root.mkdir()
    project(root, {"tenants/dev/acme.yaml": ACME, "tenants/dev/README.md": "Owners."})
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "base")
    (root / "tenants" / "dev" / "acme.yaml").unlink()
    project(root, {"tenants/dev/beta.yaml": ACME.replace("acme", "beta")})
    return root


def test_its_tenants_are_those_of_that_commit(committed: Path) -> None:
    before = revision(committed, "HEAD")
    assert [tenant.name for tenant in before.environments["dev"].settings.tenants] == ["alpha", "acme"]
    assert before.environments["dev"].place(("tenants", 1)) == "tenants/dev/acme.yaml:2"
    assert before.files == {"dev"}


def test_its_warnings_include_those_about_tenant_files(tmp_path: Path) -> None:
    project(tmp_path, {"tenants/dev/acme.yaml": "name: acme\nclusters:\n  - {name: main, cidrBlock: 10.101.0.0/24}\n"})
    for words in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "--message", "base")):
        git(tmp_path, *words)
    places = {finding.place.partition(":")[0] for finding in revision(tmp_path, "HEAD").warnings("dev")}
    assert places == {"Pulumi.dev.yaml", "tenants/dev/acme.yaml"}


def test_a_name_that_git_would_take_for_an_option_is_no_revision(committed: Path) -> None:
    with pytest.raises(OperatorError, match="--base --output=x: git finds no such revision"):
        revision(committed, "--output=x")


def test_a_preview_from_settings_alone_sees_tenant_files_come_and_go(
    committed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert preview(committed, "dev", offline=True) == 2, "no one saw whether acme has pods"
    shown = capsys.readouterr().out
    assert "delete Vpc acme-vpc" in shown
    assert "create Vpc beta-vpc" in shown
    assert "2 tenants touched: acme, beta" in shown
