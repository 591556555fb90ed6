"""The two Pulumi plugins that the program needs, in the sandbox's own Pulumi home.

The Kubernetes provider is the genuine one, obtained like every tool (`sandbox.tools.toolchain`). The policy analyzer
takes the place of the Python language host, which is part of the official CLI and not of its Go module; a CLI that has
this host needs no analyzer.

Both are in `PULUMI_HOME/plugins` and not on PATH, because the engine prints a warning with every use of a plugin that
it found on PATH (sdk/go/common/workspace/plugins.go, getPluginInfoAndPath).
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from shlex import quote
from typing import Final

from sandbox.tools.companions import has_python_host
from sandbox.tools.table import PROVIDER

_ANALYZER: Final = "pulumi-analyzer-policy-python"

# The engine (3.250, analyzer_plugin.go) calls it in the pack's directory as `<engine address> . -<option>=<value> ...`.
# Only the first two go on: the module reads an option such as `-virtualenv=venv` as its own `-v`, and ends.
_ANALYZER_SCRIPT: Final = """#!/bin/sh
exec {python} -u -m pulumi.policy "$1" "$2"
"""

# Each command of the CLI writes debug output, every property of every resource, into a file of PULUMI_HOME/logs. It has
# no switch for that, and runs without logs where it cannot write them (pulumi pkg/logging 3.250).
_NO_LOGS: Final = """\
A file, so that the Pulumi CLI makes no folder of this name: its logs cost half of the engine's processor time.
For a look into the engine: pulumi --logtostderr -v=9
"""


def prepare(home: Path, provider: Path, pulumi: Path) -> None:
    """Put both plugins into a Pulumi home, again on each run: interpreter and cache may have moved.

    Args:
        home: the folder that PULUMI_HOME names.
        provider: the Kubernetes provider's executable.
        pulumi: the CLI; with its own Python language host it needs no analyzer, and that of an earlier run is removed.
    """
    home.mkdir(parents=True, exist_ok=True)
    if not (logs := home / "logs").exists():
        logs.write_text(_NO_LOGS)
    analyzer = _place(home, "analyzer-policy-python", version("pulumi-policy")) / _ANALYZER
    analyzer.unlink(missing_ok=True)
    if has_python_host(pulumi):
        analyzer.parent.rmdir()
    else:
        analyzer.write_text(_ANALYZER_SCRIPT.format(python=quote(sys.executable)))
        analyzer.chmod(0o755)
    link = _place(home, "resource-kubernetes", version("pulumi-kubernetes")) / PROVIDER
    link.unlink(missing_ok=True)
    link.symlink_to(provider)


def _place(home: Path, kind_and_name: str, number: str) -> Path:
    """Where the engine looks for a plugin of its cache."""
    directory = home / "plugins" / f"{kind_and_name}-v{number}"
    directory.mkdir(parents=True, exist_ok=True)
    return directory
