"""The executables that belong to a Pulumi CLI: its language hosts and what they start.

The official CLI includes them; a CLI built from its Go module has none. The engine looks for a language host on
PATH and next to its own executable, links resolved (sdk/go/common/workspace/plugins.go 3.250, getPluginInfoAndPath).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_PATTERNS: Final = ("pulumi-language-*", "pulumi-analyzer-*", "pulumi-resource-pulumi-*", "pulumi-watch")

PYTHON_HOST: Final = "pulumi-language-python"


def companions(pulumi: Path) -> dict[str, Path]:
    """The companions of a CLI by name; none for a built one, or where `pulumi` does not exist."""
    beside = pulumi.resolve().parent
    found = {path.name: path for pattern in _PATTERNS for path in beside.glob(pattern) if os.access(path, os.X_OK)}
    return dict(sorted(found.items()))


def has_python_host(pulumi: Path) -> bool:
    """Whether the CLI brings the host that runs Python programs and policy packs."""
    return PYTHON_HOST in companions(pulumi)


def remove_stale(directory: Path, kept: dict[str, Path]) -> None:
    """Remove links to the companions of an earlier CLI from a directory of links."""
    for pattern in _PATTERNS:
        for link in directory.glob(pattern):
            if link.is_symlink() and link.name not in kept:
                link.unlink()
