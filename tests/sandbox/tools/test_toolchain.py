"""The toolchain: whose tool is taken, when one is built, and what is said when that fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kmetal_network.errors import OperatorError
from sandbox.storage import CHECKOUT
from sandbox.tools import plugins, table, toolchain
from sandbox.tools.go import compiler
from sandbox.tools.go.compiler import parse_version
from sandbox.tools.table import TOOLS

if TYPE_CHECKING:
    from collections.abc import Iterator

GO = """#!/bin/sh
if [ "$1" = env ]; then printf 'go1.99.0\\nlinux\\namd64\\n'; exit; fi
echo build >> {builds}
echo some/package >&2
/bin/sleep 0.5
while [ "$1" != -o ]; do shift; done
{ending}
"""
SUCCEEDS = 'printf "#!/bin/sh\\n" > "$2"; /bin/chmod +x "$2"'
FAILS = "echo 'dial tcp: no such host' >&2; exit 3"


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    """What a test finds on its own machine is not found by the next."""
    cached = (toolchain._on_path, toolchain._cached_or_had, compiler.find_go)  # noqa: SLF001  # caches of a process
    for function in cached:
        function.cache_clear()
    yield
    for function in cached:
        function.cache_clear()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with an empty home and an empty PATH; the answer is the directory on PATH."""
    tools = tmp_path / "bin"
    tools.mkdir()
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PULUMI_HOME", raising=False)
    monkeypatch.setenv("KMETAL_DOWNLOADS", os.devnull)
    return tools


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def go(machine: Path, ending: str) -> Path:
    """Put a Go on PATH that writes down each build; the answer is where."""
    builds = machine.parent / "builds"
    script(machine / "go", GO.format(builds=builds, ending=ending))
    return builds


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("v3.250.0", (3, 250, 0)),
        ("go1.26.8", (1, 26, 8)),
        ("1.37.2+k3s1", (1, 37, 2)),
        ("v4.0.0-rc.1", (4, 0, 0)),
        ("", ()),
        ("devel", ()),
    ],
)
def test_a_version_is_read_as_numbers(text: str, numbers: tuple[int, ...]) -> None:
    assert parse_version(text) == numbers


def test_the_versions_are_those_of_the_design() -> None:
    assert {name: tool.version for name, tool in TOOLS.items()} == {
        "pulumi": "v3.250.0",
        "etcd": "v3.7.3",
        "pulumi-resource-kubernetes": "4.25.0",
        "kube-apiserver": "v1.35.4",
        "kube-controller-manager": "v1.35.4",
        "metallb-controller": "v0.15.2",
    }


@pytest.mark.parametrize(
    ("tool", "version", "fits"),
    [
        ("pulumi", "3.250.0", True),
        ("pulumi", "3.272.1", True),
        ("pulumi", "3.249.9", False),
        ("pulumi", "4.0.0", False),
        ("kube-apiserver", "1.35.9", True),
        ("kube-apiserver", "1.36.0", False),
        ("kube-apiserver", "0.0.0", False),
    ],
)
def test_a_tool_fits_when_it_is_alike_and_not_older(tool: str, version: str, *, fits: bool) -> None:
    assert TOOLS[tool].fits(version) is fits


def test_a_tool_on_path_whose_version_fits_is_taken_and_nothing_is_built(machine: Path) -> None:
    builds = go(machine, SUCCEEDS)
    own = script(machine / "etcd", "#!/bin/sh\necho etcd Version: 3.7.9\n")

    assert toolchain.provide(["etcd"]) == {"etcd": own}
    assert not builds.exists()


def test_a_link_of_the_sandbox_on_path_leads_to_the_tool_itself(machine: Path) -> None:
    own = script(machine.parent / "elsewhere" / "etcd", "#!/bin/sh\necho etcd Version: 3.7.9\n")
    (machine / "etcd").symlink_to(own)

    assert toolchain.provide(["etcd"]) == {"etcd": own}


@pytest.mark.parametrize("answer", ["echo etcd Version: 3.5.0", "echo what?", "exit 1"])
def test_a_tool_on_path_that_does_not_fit_is_passed_over(machine: Path, answer: str) -> None:
    builds = go(machine, SUCCEEDS)
    script(machine / "etcd", f"#!/bin/sh\n{answer}\n")

    [had] = toolchain.provide(["etcd"]).values()

    assert had.is_relative_to(machine.parent / "cache" / "kmetal-network" / "toolchain")
    assert builds.read_text() == "build\n"


def test_builders_at_the_same_time_build_once_and_a_second_clone_finds_it(machine: Path) -> None:
    builds = go(machine, SUCCEEDS)
    command = [sys.executable, "-c", "from sandbox.tools import toolchain; print(toolchain.provide(['etcd'])['etcd'])"]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}

    builders = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for _ in range(3)
    ]
    answers = {builder.communicate(timeout=60)[0] for builder in builders}

    assert [builder.returncode for builder in builders] == [0, 0, 0]
    assert len(answers) == 1
    assert Path(answers.pop().strip()).is_file()
    assert builds.read_text() == "build\n"


def test_a_build_that_fails_names_its_log_its_end_and_the_way_out_and_leaves_nothing(machine: Path) -> None:
    go(machine, FAILS)

    with pytest.raises(OperatorError) as caught:
        toolchain.provide(["etcd"])

    message = str(caught.value)
    assert message.startswith("toolchain/etcd: etcd could not be built (go build ended with 3, log ")
    assert message.endswith("    some/package\n    dial tcp: no such host")
    cache = machine.parent / "cache" / "kmetal-network" / "toolchain"
    assert not list(cache.glob("etcd-*/*etcd")), "neither the tool nor a part of it"
    assert len(list(cache.glob("etcd-*/etcd.log"))) == 1


def test_a_change_of_the_module_rebuilds(machine: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    builds = go(machine, SUCCEEDS)
    toolchain.provide(["etcd"])
    toolchain._cached_or_had.cache_clear()  # noqa: SLF001  # as a new process
    clone = tmp_path / "clone"
    for name in ("go.mod", "go.sum"):
        text = (CHECKOUT / "toolchain" / "etcd" / name).read_text().replace("3.7.3", "3.7.4")
        script(clone / "toolchain" / "etcd" / name, text)
    monkeypatch.setattr(table, "CHECKOUT", clone)

    toolchain.provide(["etcd"])

    assert builds.read_text() == "build\nbuild\n"


def test_the_go_of_path_is_passed_over_when_it_is_older_than_the_modules_ask(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(machine / "go", "#!/bin/sh\nprintf 'go1.20.1\\nlinux\\namd64\\n'\n")
    newer = script(machine.parent / "pypi" / "go", "#!/bin/sh\nprintf 'go1.27.3\\nlinux\\namd64\\n'\n")
    monkeypatch.setattr(compiler, "_go_from_pypi", lambda: newer)

    assert compiler.find_go("1.26.8") == compiler.Go(newer, "go1.27.3", "linux/amd64")


def test_a_provider_that_the_cli_has_downloaded_for_the_user_is_taken(machine: Path) -> None:
    users = machine.parent / "home" / ".pulumi" / "plugins" / "resource-kubernetes-v4.25.0"
    plugin = script(users / "pulumi-resource-kubernetes", "\x7fELF")

    assert toolchain.provide([table.PROVIDER]) == {table.PROVIDER: plugin}


def test_the_provider_is_linked_where_the_engine_looks_for_its_version(machine: Path) -> None:
    home = machine.parent / "pulumi-home"
    provider = script(machine.parent / "cache" / "pulumi-resource-kubernetes", "\x7fELF")

    plugins.prepare(home, provider, machine / "pulumi")

    link = home / "plugins" / "resource-kubernetes-v4.25.0" / "pulumi-resource-kubernetes"
    assert link.resolve() == provider


def test_the_analyzer_hands_over_the_engine_and_the_pack_but_no_options(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    echo = script(machine.parent / "a path with spaces" / "python", '#!/bin/sh\necho "$@"\n')
    monkeypatch.setattr(sys, "executable", str(echo))
    home = machine.parent / "pulumi-home"
    plugins.prepare(home, machine / "provider", machine / "pulumi")
    [analyzer] = home.glob("plugins/analyzer-*/pulumi-analyzer-policy-python")

    said = subprocess.check_output([analyzer, "127.0.0.1:1", ".", "-virtualenv=venv"], text=True)

    assert said == "-u -m pulumi.policy 127.0.0.1:1 .\n"
