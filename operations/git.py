"""Git as this program asks it: what another revision of the project holds."""

from __future__ import annotations

import subprocess
from pathlib import Path

from kmetal_network.errors import OperatorError


def git(root: Path, *words: str, silent: str = "no reason given", given: bytes = b"") -> tuple[bytes, str]:
    """One git command in the project's folder.

    Args:
        root: the project.
        words: the command.
        silent: why it failed, where git itself does not say.
        given: what it reads from standard input.

    Returns:
        What it prints, and why it failed; empty where it did not.

    Raises:
        OperatorError: git cannot be run at all.
    """
    try:
        done = subprocess.run(["git", "-C", str(root), *words], input=given, capture_output=True, check=False)
    except OSError as error:
        problem = f"git cannot be run: {error.strerror or error}"
        raise OperatorError(f"{problem}; install git, or leave --base and --offline out") from None
    said = done.stderr.decode(errors="replace").strip().splitlines()
    reason = said[-1] if said else silent
    return done.stdout, reason if done.returncode else ""
