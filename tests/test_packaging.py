"""What is installed from a built wheel: everything that the command reads while it runs."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parents[1]
PACKAGES = ("kmetal_network", "components", "policies", "operations", "sandbox", "tools")


def test_a_wheel_holds_the_examples_of_every_law(tmp_path: Path) -> None:
    source, built = tmp_path / "source", tmp_path / "built"
    ignored = shutil.ignore_patterns("__pycache__")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, source / name)
    build = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, built], cwd=source, check=True, capture_output=True, timeout=300)
    (wheel,) = built.glob("*.whl")
    examples = {path.relative_to(ROOT).as_posix() for path in (ROOT / "kmetal_network" / "laws").rglob("*.yaml")}
    assert examples
    assert examples <= set(ZipFile(wheel).namelist())
