"""A project with supplies and no tenant, and `kmetal-network allocate` run in it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner, Result

from kmetal_network.errors import OperatorError
from operations.cli import app
from operations.commands import allocate as module
from tests.kmetal_network.allocation.networks import PROD, SUPPLIES

TODAY: Final = date(2026, 11, 28)
TENANTS: Final = Path("tenants", "prod")
LOCK: Final = TENANTS / "allocations.lock"


def begin(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Write the project and go there."""
    patch.chdir(folder)
    patch.setattr(module, "today", lambda: TODAY)
    before, after = PROD.partition("  kmetal-network:tenants:")[0], PROD.partition("kmetal-network:differences:")[2]
    Path("Pulumi.prod.yaml").write_text(f"{before}  kmetal-network:differences:{after}{SUPPLIES}")


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["allocate", *words], catch_exceptions=True)


def refused(*words: str) -> str:
    """The findings of a command that must write nothing."""
    before = everything()
    done = run(*words)
    assert isinstance(done.exception, OperatorError), done.output
    assert everything() == before
    return str(done.exception)


def everything() -> dict[str, str]:
    return {str(path): path.read_text() for path in Path().rglob("*.*") if path.is_file() and ".git/" not in str(path)}


def lines() -> list[str]:
    """The lines of the lock file that say more than `free`."""
    return [line for line in LOCK.read_text().splitlines() if line and line[0] != "#" and not line.endswith(" free")]
