"""Finds the modules of laws below a package: a module with `LAWS` holds laws, any other one is a helper of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from kmetal_network.laws.model import Law


def law_modules(package: ModuleType) -> Iterator[tuple[ModuleType, tuple[Law, ...]]]:
    """Each module with laws in the sub-packages of a package, by name, with its laws.

    The package's own modules are not looked at: they are the model, the registry and what families share.
    """
    for found in sorted(iter_modules(package.__path__, f"{package.__name__}."), key=lambda entry: entry.name):
        if found.ispkg:
            yield from _below(import_module(found.name))


def _below(package: ModuleType) -> Iterator[tuple[ModuleType, tuple[Law, ...]]]:
    for found in sorted(iter_modules(package.__path__, f"{package.__name__}."), key=lambda entry: entry.name):
        module = import_module(found.name)
        if found.ispkg:
            yield from _below(module)
        elif laws := getattr(module, "LAWS", ()):
            yield module, laws
