"""The official CLI's language hosts: linked next to it, and with them no analyzer of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import environment
from sandbox.tools import plugins, toolchain
from sandbox.tools.companions import companions, has_python_host


def executable(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def official(tmp_path: Path) -> Path:
    """The CLI as its archive holds it."""
    for name in ("pulumi-language-python", "pulumi-language-python-exec", "pulumi-resource-pulumi-python"):
        executable(tmp_path / "official" / name)
    executable(tmp_path / "official" / "pulumi-resource-kubernetes")
    (tmp_path / "official" / "pulumi-language-notes").write_text("not executable")
    return executable(tmp_path / "official" / "pulumi")


def test_the_companions_are_the_executables_that_the_engine_bundles(official: Path) -> None:
    assert list(companions(official)) == [
        "pulumi-language-python",
        "pulumi-language-python-exec",
        "pulumi-resource-pulumi-python",
    ]


def test_a_link_to_the_cli_leads_to_its_companions(official: Path, tmp_path: Path) -> None:
    link = tmp_path / "pulumi"
    link.symlink_to(official)

    assert has_python_host(link)


def test_a_built_cli_has_no_companions(tmp_path: Path) -> None:
    assert companions(executable(tmp_path / "built" / "pulumi")) == {}


def test_a_cli_with_its_python_host_gets_no_analyzer_and_loses_an_earlier_one(official: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    provider = executable(tmp_path / "provider")
    plugins.prepare(home, provider, executable(tmp_path / "built" / "pulumi"))
    assert list(home.glob("plugins/analyzer-*/pulumi-analyzer-policy-python"))

    plugins.prepare(home, provider, official)

    assert not list(home.glob("plugins/analyzer-*"))


def test_the_sandbox_links_the_companions_and_removes_those_of_a_cli_that_went(
    official: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = {"pulumi": official, "pulumi-resource-kubernetes": executable(tmp_path / "provider")}
    monkeypatch.setattr(toolchain, "provide", lambda: dict(tools))
    directory = tmp_path / "sandbox"

    environment.prepare(directory)
    assert sorted(path.name for path in (directory / "bin").iterdir()) == [
        "pulumi",
        "pulumi-language-python",
        "pulumi-language-python-exec",
        "pulumi-resource-pulumi-python",
    ]
    assert (directory / "bin" / "pulumi-language-python").readlink() == official.parent / "pulumi-language-python"

    tools["pulumi"] = executable(tmp_path / "built" / "pulumi")
    environment.prepare(directory)
    assert [path.name for path in (directory / "bin").iterdir()] == ["pulumi"]
