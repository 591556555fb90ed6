"""The import contracts refuse what their names say; `make check` holds the code to them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("kmetal_network", "components", "policies", "operations", "sandbox", "tools")
INTRUSIONS = {
    ("kmetal_network", "sandbox"): "the core is pure",
    ("kmetal_network.laws", "kmetal_network.config"): "addresses < facts < laws < settings < manifests < live",
    ("kmetal_network.config.sections", "kmetal_network.config.settings"): "sections < settings < stack files",
    ("kmetal_network.laws.tenants", "kmetal_network.laws.capacity"): "families of laws < the registry",
    ("operations.state", "operations.preflight"): "cluster and engine < state < verify | preflight < commands",
    ("operations.preflight", "operations.verify"): "cluster and engine < state < verify | preflight < commands",
    ("operations.preflight.checks", "operations.preflight.checks.owners"): "a preflight check knows no other check",
    ("operations.verify.parts", "operations.verify.parts.pods"): "a part of a verification knows no other part",
    ("sandbox.tools", "sandbox.control_plane"): "tools < control plane < the sandbox as a whole",
    ("sandbox.controllers", "kmetal_network"): "the sandbox's controllers know nothing of the program",
    ("operations", "tools"): "nothing imports what generates files",
    ("components", "policies"): "components and policies never meet, and neither knows how it is operated",
    ("components", "operations"): "nothing imports the operations",
    ("sandbox", "operations"): "nothing imports the operations",
    ("components", "sandbox"): "only operations may import the sandbox",
    ("policies", "sandbox"): "only operations may import the sandbox",
}


def test_each_import_against_the_grain_breaks_the_contract_that_names_it(tmp_path: Path) -> None:
    for module in (module for package in PACKAGES for module in (ROOT / package).rglob("*.py")):
        copy = tmp_path / module.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(module, copy)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for importer, imported in INTRUSIONS:
        intruder = tmp_path.joinpath(*importer.split("."), f"wants_{imported.replace('.', '_')}.py")
        intruder.write_text(f"import {imported}\n")

    answer = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )

    report = answer.stdout.partition("Broken contracts")[2]
    for (importer, imported), contract in INTRUSIONS.items():
        blamed = report.partition(f"\n{contract}\n---")[2].partition("\n---")[0]
        assert f"{importer}.wants_{imported.replace('.', '_')} -> {imported} (l.1)" in blamed, answer.stdout
    assert answer.returncode == 1
