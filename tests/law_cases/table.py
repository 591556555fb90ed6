"""The one table of cases: for each law at least one network at its edge, and one that breaks exactly that law.

The cases of a law stand in the module that mirrors the law's: those of `kmetal_network/laws/metallb/pools.py` in
`tests/law_cases/metallb/pools.py`. Modules are discovered, so a new one needs no line here.

Expectations are written by hand, as rule and place of every finding; equality is asked, so a finding that is not listed
fails. The same rows go through every enforcement point that can see their cause.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules, walk_packages
from types import ModuleType
from typing import Final

from tests import law_cases
from tests.law_cases.case import Case

_FAMILIES: Final = [found.name for found in iter_modules(law_cases.__path__) if found.ispkg]
_NAMES: Final = [
    found.name
    for family in _FAMILIES
    for found in walk_packages([f"{law_cases.__path__[0]}/{family}"], f"tests.law_cases.{family}.")
    if not found.ispkg
]

MODULES: Final[tuple[ModuleType, ...]] = tuple(
    module for name in _NAMES if hasattr(module := import_module(name), "CASES")
)
"""Every module with cases."""

CASES: Final[tuple[Case, ...]] = tuple(case for module in MODULES for case in module.CASES)

__all__ = ["CASES", "MODULES", "Case"]
