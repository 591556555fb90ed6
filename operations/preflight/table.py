"""Every preflight check: each module of `operations.preflight.checks` has one, and no one lists them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Final

from kmetal_network.errors import Finding
from operations.preflight import checks
from operations.preflight.check import Preflight, PreflightCheck


def _found() -> Iterator[PreflightCheck]:
    for module in sorted(pkgutil.iter_modules(checks.__path__), key=lambda module: module.name):
        check: PreflightCheck = importlib.import_module(f"{checks.__name__}.{module.name}").CHECK
        yield check


CHECKS: Final = tuple(_found())


def obstacles(preflight: Preflight) -> tuple[Finding, ...]:
    """What stands in the way of a write, and what an operator should know, sorted.

    Raises:
        UnreachableError: something that a check cannot do without is not readable.
    """
    return tuple(sorted(finding for check in CHECKS for finding in check.findings(preflight)))
