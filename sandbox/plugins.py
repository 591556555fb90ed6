"""The two Pulumi plugins that the program needs, in the sandbox's own Pulumi home.

The Kubernetes provider is the genuine one whenever it is installed or the CLI can fetch it; else the stand-in
(`sandbox.provider`), announced in one line. The policy analyzer stands in for the Python language host, which is part
of the official CLI and not of its Go module; beside a CLI that has this host no analyzer is placed.

Both lie in `PULUMI_HOME/plugins` and not on PATH, because the engine prints a warning with every use of a plugin that
it found on PATH (sdk/go/common/workspace/plugins.go, getPluginInfoAndPath).
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from shlex import quote
from typing import Final

from sandbox.progress import say, working
from sandbox.storage import CHECKOUT
from sandbox.tools.companions import has_python_host
from sandbox.tools.fetch import reachable

PULUMI_DOWNLOADS: Final = "https://get.pulumi.com"

_FETCH_SECONDS: Final = 60.0
_PROVIDER: Final = "pulumi-resource-kubernetes"
_ANALYZER: Final = "pulumi-analyzer-policy-python"

# The engine (3.250, analyzer_plugin.go) calls it in the pack's directory as `<engine address> . -<option>=<value> ...`.
# Only the first two go on: the module reads an option such as `-virtualenv=venv` as its own `-v`, and ends.
_ANALYZER_SCRIPT: Final = """#!/bin/sh
exec {python} -u -m pulumi.policy "$1" "$2"
"""

# -P: the engine starts it in the program's directory, whose names must not shadow modules.
_PROVIDER_SCRIPT: Final = """#!/bin/sh
export PYTHONPATH={checkout}"${{PYTHONPATH:+:$PYTHONPATH}}"
exec {python} -u -P -m sandbox.provider_start "$@"
"""


class Provider(StrEnum):
    """Which Kubernetes provider the sandbox has."""

    GENUINE = "genuine"
    STAND_IN = "stand-in"


# Each command of the CLI writes what it could say in debugging, every property of every resource, into a file of
# PULUMI_HOME/logs; it has no switch for that, and does without where it cannot (pulumi pkg/logging 3.250).
_NO_LOGS: Final = """\
A file, so that the Pulumi CLI makes no folder of this name: its logs cost half of the engine's processor time.
For a look into the engine: pulumi --logtostderr -v=9
"""


def prepare(home: Path, pulumi: Path) -> Provider:
    """Put both plugins into a Pulumi home, anew each time: interpreter and checkout may have moved.

    A CLI with its own Python language host needs no analyzer of ours: that of an earlier run is removed.
    """
    _keep_no_logs(home)
    analyzer = _place(home, "analyzer-policy-python", version("pulumi-policy")) / _ANALYZER
    if has_python_host(pulumi):
        shutil.rmtree(analyzer.parent)
    else:
        _write_script(analyzer, _ANALYZER_SCRIPT)
    return _prepare_provider(home, pulumi)


def _keep_no_logs(home: Path) -> None:
    """Be in the way of the CLI's own log; where an earlier version of the sandbox has kept some, they go on."""
    home.mkdir(parents=True, exist_ok=True)
    if not (logs := home / "logs").exists():
        logs.write_text(_NO_LOGS)


def present(home: Path) -> Provider | None:
    """Which provider an earlier `prepare` left."""
    executable = _provider_directory(home) / _PROVIDER
    if not executable.exists():
        return None
    return Provider.STAND_IN if _is_script(executable) else Provider.GENUINE


def _prepare_provider(home: Path, pulumi: Path) -> Provider:
    if present(home) is Provider.GENUINE or _link_installed(home) or _fetch(home, pulumi):
        return Provider.GENUINE
    _write_script(_provider_directory(home) / _PROVIDER, _PROVIDER_SCRIPT)
    say(
        f"Kubernetes provider {_provider_version()}: a stand-in (sandbox/provider.py), the genuine plugin cannot be had"
    )
    return Provider.STAND_IN


def _provider_version() -> str:
    """The plugin's version is the SDK's."""
    return version("pulumi-kubernetes")


def _provider_directory(home: Path) -> Path:
    return _place(home, "resource-kubernetes", _provider_version())


def _place(home: Path, kind_and_name: str, number: str) -> Path:
    """Where the engine looks for a plugin of its cache."""
    directory = home / "plugins" / f"{kind_and_name}-v{number}"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def _is_script(executable: Path) -> bool:
    with executable.open("rb") as file:
        return file.read(2) == b"#!"


def _write_script(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.write_text(text.format(python=quote(sys.executable), checkout=quote(str(CHECKOUT))))
    path.chmod(0o755)


def _link_installed(home: Path) -> bool:
    """Take the genuine plugin over from the user's own Pulumi home, or from PATH."""
    users = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    installed = users / "plugins" / _provider_directory(home).name / _PROVIDER
    ambient = shutil.which(_PROVIDER)
    for candidate in (installed, Path(ambient) if ambient else installed):
        if candidate.is_file() and not _is_script(candidate):
            link = _provider_directory(home) / _PROVIDER
            link.unlink(missing_ok=True)
            link.symlink_to(candidate.resolve())
            return True
    return False


def _fetch(home: Path, pulumi: Path) -> bool:
    """Have the CLI download the genuine plugin; asked first whether it can, because the CLI retries for 10 s."""
    processor = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    archive = f"{_PROVIDER}-v{_provider_version()}-{platform.system().lower()}-{processor}.tar.gz"
    if not reachable(f"{PULUMI_DOWNLOADS}/releases/plugins/{archive}"):
        return False
    command: tuple[str | Path, ...] = (
        pulumi,
        "plugin",
        "install",
        "resource",
        "kubernetes",
        _provider_version(),
        "--reinstall",
    )
    environment = {**os.environ, "PULUMI_HOME": str(home), "PULUMI_SKIP_UPDATE_CHECK": "true"}
    with working(f"fetching the Kubernetes provider {_provider_version()}") as work:
        try:
            subprocess.run(command, env=environment, capture_output=True, check=True, timeout=_FETCH_SECONDS)
        except (OSError, subprocess.SubprocessError):
            work.result = "no success"
    return present(home) is Provider.GENUINE
