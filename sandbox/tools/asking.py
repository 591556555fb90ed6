"""The version that a program reports."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_SECONDS: Final = 30.0

_QUIETLY: Final = {"PULUMI_SKIP_UPDATE_CHECK": "true"}
"""Without this, Pulumi asks its server for newer versions."""


def asked_version(program: Path, arguments: Sequence[str]) -> str | None:
    """Run a program with the arguments that make it print its version; None when it does not run or prints none."""
    command: list[str | Path] = [program, *arguments]
    environment = {**os.environ, **_QUIETLY}
    try:
        answer = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True, timeout=_SECONDS
        ).stdout
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    version = re.search(r"v?(\d+\.\d+\.\d+)", answer)
    return version[1] if version else None
